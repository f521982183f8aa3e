/** What a Redis server is like before a run, and what a store takes of it afterwards. */
import { wallClockMs } from '../../clock.ts';
import type { Credentials } from '../../credentials.ts';
import type { CounterMemory, RedisStoreBinding } from '../key-value-store.ts';
import { ownKeysPattern } from './key-space.ts';
import { type Lane, type Reply, within } from './lane.ts';
import { RawLane } from './raw-lane.ts';
import { explainReply } from './refusals.ts';
import { ownKeys } from './remove-keys.ts';
import { cpuSecondsOf, parseInfo, persistenceOf, versionOf } from './server-figures.ts';
import { onEachServer } from './servers.ts';

const PROBE_TIMEOUT_MS = 3000;
/** Hashes whose memory is asked for, on each server. */
const SAMPLED_HASHES = 2000;

export interface RedisTarget {
  nodes: readonly { host: string; port: number }[];
  tls: boolean;
  credentials?: Credentials;
  database: number;
}

export interface RedisFacts {
  host: string;
  port: number;
  /** Name and version. */
  version: string;
  /** `master`, or `slave` of one: that takes no writes. */
  role: string;
  clusterEnabled: boolean;
  persistence: string;
  /** What the server does when its memory is full; other than `noeviction` it may drop counters. */
  evictionPolicy: string;
  usedMemoryBytes: number;
  /** Undefined if there is no limit. */
  maxMemoryBytes: number | undefined;
  /** The server's wall clock minus this host's, by half of the round trip. */
  clockOffsetMs: number;
}

/** The facts of each node. Rejects with `LaneError` or `RedisRefusedError` within 3 s a node. */
export async function probeRedis(target: RedisTarget, nowMs = wallClockMs): Promise<RedisFacts[]> {
  const facts: RedisFacts[] = [];
  for (const node of target.nodes) {
    const { tls, database, credentials } = target;
    const endpoint = { ...node, tls, database, ...(credentials === undefined ? {} : { credentials }) };
    const lane = await RawLane.open(endpoint, PROBE_TIMEOUT_MS);
    try {
      facts.push(await within(PROBE_TIMEOUT_MS, `Redis at ${node.host}:${node.port}`, factsOf(lane, node, nowMs)));
    } finally {
      lane.close();
    }
  }
  return facts;
}

async function factsOf(lane: Lane, node: { host: string; port: number }, nowMs: () => number): Promise<RedisFacts> {
  const sentMs = nowMs();
  lane.stage('TIME');
  const [time] = (await lane.flush()) as [Reply];
  const halfWayMs = (sentMs + nowMs()) / 2;
  if (!Array.isArray(time)) throw time instanceof Error ? explainReply(time, 'Redis') : new Error('TIME: no answer');
  const serverMs = Number(time[0]) * 1000 + Number(time[1]) / 1000;
  const { info, save } = await serverInfo(lane);
  const maxMemoryBytes = Number(info.get('maxmemory') ?? 0);
  return {
    ...node,
    version: versionOf(info),
    role: info.get('role') ?? 'unknown',
    clusterEnabled: info.get('cluster_enabled') === '1',
    persistence: persistenceOf(info, save),
    evictionPolicy: info.get('maxmemory_policy') ?? 'unknown',
    usedMemoryBytes: Number(info.get('used_memory') ?? 0),
    maxMemoryBytes: maxMemoryBytes === 0 ? undefined : maxMemoryBytes,
    clockOffsetMs: serverMs - halfWayMs,
  };
}

/** INFO, and the setting `save`, which servers run by others may not tell. */
export async function serverInfo(lane: Lane): Promise<{ info: Map<string, string>; save: string | undefined }> {
  lane.stage('INFO', 'ALL');
  lane.stage('CONFIG', 'GET', 'save');
  const [info, save] = (await lane.flush()) as [Reply, Reply];
  lane.takeTally();
  if (typeof info !== 'string')
    throw info instanceof Error ? explainReply(info, 'Redis') : new Error('INFO: no answer');
  return { info: parseInfo(info), save: Array.isArray(save) && save.length === 2 ? String(save[1]) : undefined };
}

/** CPU seconds, user and system, of all servers of the store since they started. */
export async function serverCpuSeconds(binding: RedisStoreBinding): Promise<number> {
  const seconds = await onEachServer(binding, async (lane) => cpuSecondsOf((await serverInfo(lane)).info));
  return seconds.reduce((sum, each) => sum + each, 0);
}

/** By a sample of the store's hashes of counters; undefined if it has none, or the server does not let us ask. */
export async function counterMemory(binding: RedisStoreBinding): Promise<CounterMemory | undefined> {
  const pattern = ownKeysPattern(binding.prefix, binding.cluster);
  const sample = { bytes: 0, counters: 0, hashes: 0 };
  await onEachServer(binding, async (lane) => {
    const hashes = await sampleHashes(lane, pattern);
    for (const hash of hashes) {
      lane.stage('MEMORY', 'USAGE', hash, 'SAMPLES', '0');
      lane.stage('HLEN', hash);
    }
    const replies = await lane.flush();
    for (let i = 0; i + 1 < replies.length; i += 2) {
      const [bytes, counters] = [replies[i], replies[i + 1]];
      // An error, where MEMORY is not allowed, or nothing, where the hash has gone meanwhile.
      if (typeof bytes !== 'number' || typeof counters !== 'number') continue;
      sample.bytes += bytes;
      sample.counters += counters;
      sample.hashes += 1;
    }
  });
  if (sample.counters === 0) return undefined;
  return {
    bytesPerCounter: sample.bytes / sample.counters,
    countersSampled: sample.counters,
    measuredBy: `MEMORY USAGE of ${sample.hashes} hashes, all fields`,
  };
}

/** SCAN goes by the hash of a key, so the first hashes that it meets are of all hours. */
async function sampleHashes(lane: Lane, pattern: string): Promise<string[]> {
  const hashes = new Set<string>();
  for await (const keys of ownKeys(lane, pattern)) {
    for (const key of keys) if (/:h-?[0-9a-z]+:[0-9a-z]+$/.test(key)) hashes.add(key);
    if (hashes.size >= SAMPLED_HASHES) break;
  }
  return [...hashes].slice(0, SAMPLED_HASHES);
}
