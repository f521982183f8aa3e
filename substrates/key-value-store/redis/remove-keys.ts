/** Removes the keys of a store: SCAN finds those of its prefix, UNLINK removes them. Nothing is flushed. */
import type { RedisStoreBinding } from '../key-value-store.ts';
import { ownKeysPattern } from './key-space.ts';
import type { Lane, Reply } from './lane.ts';
import { explainReply } from './refusals.ts';
import { onEachServer } from './servers.ts';

const KEYS_PER_SCAN = 1000;

/** Idempotent. Rejects with `LaneError` or `RedisRefusedError`; some keys may then be left. */
export async function removeKeys(binding: RedisStoreBinding): Promise<void> {
  const pattern = ownKeysPattern(binding.prefix, binding.cluster);
  await onEachServer(binding, async (lane) => {
    for await (const keys of ownKeys(lane, pattern)) {
      // One by one: keys of a cluster's server may lie in different slots.
      for (const key of keys) lane.stage('UNLINK', key);
      for (const reply of await lane.flush()) if (reply instanceof Error) throw explainReply(reply, 'Redis');
    }
  });
}

/** Keys that match the pattern, some at a time; a key may come twice. */
export async function* ownKeys(lane: Lane, pattern: string): AsyncGenerator<string[]> {
  let cursor = '0';
  do {
    lane.stage('SCAN', cursor, 'MATCH', pattern, 'COUNT', String(KEYS_PER_SCAN));
    const [reply] = (await lane.flush()) as [Reply];
    if (!Array.isArray(reply)) throw reply instanceof Error ? explainReply(reply, 'Redis') : new Error('SCAN: no keys');
    const [next, keys] = reply as [string, string[]];
    cursor = next;
    if (keys.length > 0) yield keys;
  } while (cursor !== '0');
}
