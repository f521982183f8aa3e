/**
 * The servers of a binding: which shards there are, and lanes to them. One server has one shard; a cluster has
 * `CLUSTER_SHARDS`, each on the node that has its slot.
 */
import type { RedisStoreBinding } from '../key-value-store.ts';
import { IoredisLane } from './ioredis-lane.ts';
import { CLUSTER_SHARDS, KeySpace } from './key-space.ts';
import { type Endpoint, endpointOf, type Lane } from './lane.ts';
import { RawLane } from './raw-lane.ts';
import { askSlots, mastersOf, ownerOf, slotOf } from './topology.ts';

export class Servers {
  readonly shards: number;
  readonly #binding: RedisStoreBinding;

  /** Error if the binding asks for what cannot be had together. */
  constructor(binding: RedisStoreBinding) {
    if (binding.nodes.length === 0) throw new Error('a Redis store needs the address of a server');
    if (binding.cluster && binding.database !== 0) {
      throw new Error('a Redis cluster has database 0 only: leave the number away');
    }
    if (binding.resend && (binding.cluster || binding.client === 'raw')) {
      throw new Error('only ioredis on a single Redis server sends again: choose another client, or no resending');
    }
    this.#binding = binding;
    this.shards = binding.cluster ? CLUSTER_SHARDS : 1;
  }

  keys(shard: number): KeySpace {
    return new KeySpace(this.#binding.prefix, shard, this.shards);
  }

  /** For reads and questions. */
  async openQuestions(shard: number): Promise<Lane> {
    return RawLane.open(await this.#endpoint(shard));
  }

  /** For writes, through the client that the binding names. */
  async openWrites(shard: number, resend = false): Promise<Lane> {
    const endpoint = await this.#endpoint(shard);
    return this.#binding.client === 'raw' ? RawLane.open(endpoint) : IoredisLane.open(endpoint, resend);
  }

  /** Every server that holds keys. */
  async endpoints(): Promise<Endpoint[]> {
    const nodes = this.#binding.nodes.map((node) => endpointOf(this.#binding, node));
    if (!this.#binding.cluster) return nodes.slice(0, 1);
    return mastersOf(await askSlots(nodes)).map((node) => endpointOf(this.#binding, node));
  }

  async #endpoint(shard: number): Promise<Endpoint> {
    const nodes = this.#binding.nodes.map((node) => endpointOf(this.#binding, node));
    if (!this.#binding.cluster) return nodes[0] as Endpoint;
    return endpointOf(this.#binding, ownerOf(await askSlots(nodes), slotOf(this.keys(shard).control)));
  }
}

/** Runs `work` with a lane to each server that holds keys, one after another. */
export async function onEachServer<Result>(
  binding: RedisStoreBinding,
  work: (lane: RawLane) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const endpoint of await new Servers(binding).endpoints()) {
    const lane = await RawLane.open(endpoint);
    try {
      results.push(await work(lane));
    } finally {
      lane.close();
    }
  }
  return results;
}
