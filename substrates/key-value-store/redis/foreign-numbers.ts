/** What somebody else who writes a store's counters says of itself, in a hash of whole numbers under its prefix. */
import type { RedisStoreBinding } from '../key-value-store.ts';
import type { Reply } from './lane.ts';
import { explainReply } from './refusals.ts';
import { onEachServer } from './servers.ts';

/** By field; empty if there is no such hash. Rejects with `LaneError` or `RedisRefusedError`. */
export async function readForeignNumbers(binding: RedisStoreBinding, name: string): Promise<Map<number, number>> {
  const numbers = new Map<number, number>();
  await onEachServer(binding, async (lane) => {
    lane.stage('HGETALL', `${binding.prefix}:${name}`);
    const [reply] = (await lane.flush()) as [Reply];
    if (!Array.isArray(reply)) {
      throw reply instanceof Error ? explainReply(reply, 'Redis') : new Error(`HGETALL of ${name}: no hash`);
    }
    for (let i = 0; i + 1 < reply.length; i += 2) numbers.set(Number(reply[i]), Number(reply[i + 1]));
  });
  return numbers;
}
