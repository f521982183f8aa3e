/**
 * The brokers of a cluster as one topic's log needs them: who leads which partition, and connections to them, opened
 * when they are first needed and again when they broke. Connections are kept by purpose, so that a large fetch is never
 * in the way of a produce.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, MonotonicClock } from '../../clock.ts';
import type { Credentials } from '../../credentials.ts';
import type { Via } from '../../via.ts';
import { type BrokerAddress, BrokerConnection, type ConnectionOptions } from './broker-connection.ts';
import {
  type BrokerNode,
  findCoordinatorCall,
  type KafkaCall,
  listOffsetsCall,
  metadataCall,
  type TopicMetadata,
} from './calls.ts';
import { assertNoError, KafkaProtocolError, LogUnavailableError, mayPass } from './kafka-errors.ts';

export type Purpose = 'control' | 'produce' | 'fetch';

export interface ClusterOptions {
  brokers: readonly string[];
  tls: boolean;
  credentials?: Credentials;
  via?: Via;
  connectTimeoutMs?: number;
  requestTimeoutMs?: number;
}

const CONNECT_TIMEOUT_MS = 3000;
const REQUEST_TIMEOUT_MS = 20_000;
const RETRY_EVERY_MS = 50;
/** A question is asked again for so long; less than the silence after which a worker is taken for dead. */
const PATIENCE_MS = 2000;

export class Cluster {
  readonly topic: string;
  readonly #seeds: readonly BrokerAddress[];
  readonly #options: ConnectionOptions;
  readonly #connections = new Map<string, Promise<BrokerConnection>>();
  #nodes = new Map<number, BrokerNode>();
  #metadata: TopicMetadata | undefined;
  readonly #clock: Clock = new MonotonicClock(0);
  #closed = false;

  constructor(topic: string, options: ClusterOptions) {
    this.topic = topic;
    this.#seeds = options.brokers.map(addressOf);
    this.#options = {
      tls: options.tls,
      ...(options.credentials && { credentials: options.credentials }),
      ...(options.via && { via: options.via }),
      connectTimeoutMs: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
      requestTimeoutMs: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
    };
  }

  get nodes(): BrokerNode[] {
    return [...this.#nodes.values()];
  }

  /** The topic, asked anew after `forget`. Errors: it is not there; no broker can be reached. */
  async metadata(): Promise<TopicMetadata> {
    if (this.#metadata !== undefined) return this.#metadata;
    const call = metadataCall([this.topic]);
    const { brokers, topics } = await (await this.anyBroker()).request(call);
    this.#nodes = new Map(brokers.map((broker) => [broker.node, broker]));
    const found = topics.get(this.topic);
    assertNoError(found?.error ?? 3, call.what);
    this.#metadata = found as TopicMetadata;
    return this.#metadata;
  }

  /** Who leads may have changed: the next question asks the cluster. */
  forget(): void {
    this.#metadata = undefined;
  }

  /** Node of the partition's leader. Error that may pass if there is none now. */
  async leaderOf(partition: number): Promise<number> {
    const leader = (await this.metadata()).leaders[partition] ?? -1;
    if (leader >= 0 && this.#nodes.has(leader)) return leader;
    this.forget();
    throw new KafkaProtocolError(5, `a question for the leader of topic ${this.topic}, partition ${partition}`);
  }

  /** An open connection to a node, the same one for the same purpose as long as it lasts. */
  connectionTo(node: number, purpose: Purpose): Promise<BrokerConnection> {
    const broker = this.#nodes.get(node);
    if (broker === undefined) throw new LogUnavailableError(`Kafka's broker ${node} is not in the cluster now`);
    return this.#connection(`${purpose} ${broker.host}:${broker.port}`, broker);
  }

  /** The first broker that answers: the known ones, then those the user named. */
  async anyBroker(): Promise<BrokerConnection> {
    let failure: unknown;
    for (const broker of [...this.#nodes.values(), ...this.#seeds]) {
      try {
        return await this.#connection(`control ${broker.host}:${broker.port}`, broker);
      } catch (error) {
        if (!(error instanceof LogUnavailableError)) throw error;
        failure = error;
      }
    }
    throw failure ?? new LogUnavailableError('no Kafka broker is named: give host:port of at least one');
  }

  /** Asks the partition's leader, again for some seconds where that may help. */
  async ask<T>(partition: number, call: KafkaCall<T>, purpose: Purpose = 'control'): Promise<T> {
    const giveUpMs = this.#clock.nowMs() + PATIENCE_MS;
    for (;;) {
      try {
        const leader = await this.leaderOf(partition);
        return await (await this.connectionTo(leader, purpose)).request(call);
      } catch (error) {
        if (!mayPass(error) || this.#clock.nowMs() >= giveUpMs || this.#closed) throw error;
      }
      this.forget();
      await sleep(RETRY_EVERY_MS);
    }
  }

  /** Kafka's offset of an end of a partition. */
  endOf(partition: number, end: number): Promise<number> {
    return this.ask(partition, listOffsetsCall(this.topic, partition, end));
  }

  async coordinatorOf(group: string): Promise<BrokerConnection> {
    const broker = await (await this.anyBroker()).request(findCoordinatorCall(group));
    return this.#connection(`control ${broker.host}:${broker.port}`, broker);
  }

  close(): void {
    this.#closed = true;
    for (const opening of this.#connections.values()) {
      opening.then((connection) => connection.close()).catch(() => undefined);
    }
    this.#connections.clear();
  }

  async #connection(key: string, broker: BrokerAddress): Promise<BrokerConnection> {
    for (;;) {
      if (this.#closed) throw new LogUnavailableError('the Kafka log is closed');
      const known = this.#connections.get(key);
      if (known === undefined) break;
      const connection = await known.catch(() => undefined);
      if (connection?.isOpen) return connection;
      // Whoever sees it first drops it; another caller may have opened a new one while this one waited.
      if (this.#connections.get(key) === known) this.#connections.delete(key);
    }
    const opening = BrokerConnection.open(broker, this.#options);
    this.#connections.set(key, opening);
    return opening;
  }
}

/** Error if it is no `host:port`. */
export function addressOf(broker: string): BrokerAddress {
  const match = /^(\[[^\]]+\]|[^:]+):(\d+)$/.exec(broker);
  const port = Number(match?.[2]);
  if (match === null || !(port > 0 && port < 65536)) throw new Error(`a Kafka broker is host:port, not '${broker}'`);
  return { host: (match[1] as string).replace(/^\[|\]$/g, ''), port };
}
