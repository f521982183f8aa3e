/**
 * Which node of a cluster has which keys. A key belongs to one of 16,384 slots, by the CRC-16 of what stands between
 * its first braces; the nodes say which of them has a slot. Each shard of a store lies in one slot, and its lanes lead
 * straight to that slot's master, so that a shard's transactions need no routing. A lane that finds its slot moved is
 * thrown away, and the next one asks again.
 */
import { type Endpoint, LaneError, type Reply } from './lane.ts';
import { RawLane } from './raw-lane.ts';
import { explainReply } from './refusals.ts';

export const SLOTS = 16_384;

export interface SlotRange {
  from: number;
  to: number;
  host: string;
  port: number;
}

/** The slot of a key. */
export function slotOf(key: string): number {
  const open = key.indexOf('{');
  const close = open === -1 ? -1 : key.indexOf('}', open + 1);
  const tagged = close > open + 1 ? key.slice(open + 1, close) : key;
  let crc = 0;
  for (const byte of new TextEncoder().encode(tagged)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff;
  }
  return crc % SLOTS;
}

/** From the answer to CLUSTER SLOTS; a node without a host of its own is where the question was sent. */
export function parseSlots(reply: Reply, asked: { host: string }): SlotRange[] {
  if (!Array.isArray(reply)) throw new LaneError('a node of the Redis cluster did not say which slots there are');
  return reply.map((range) => {
    const [from, to, master] = range as [number, number, [string | null, number]];
    return { from, to, host: master[0] || asked.host, port: master[1] };
  });
}

/** The masters of a cluster, each once. */
export function mastersOf(ranges: readonly SlotRange[]): { host: string; port: number }[] {
  const masters = new Map(ranges.map(({ host, port }) => [`${host} ${port}`, { host, port }]));
  return [...masters.values()];
}

/** The master of a slot. Error if nobody has it. */
export function ownerOf(ranges: readonly SlotRange[], slot: number): { host: string; port: number } {
  const range = ranges.find(({ from, to }) => from <= slot && slot <= to);
  if (range === undefined) throw new LaneError(`no node of the Redis cluster has slot ${slot}`);
  return { host: range.host, port: range.port };
}

/** What the first node that can be reached says; rejects with the last error if none can. */
export async function askSlots(endpoints: readonly Endpoint[]): Promise<SlotRange[]> {
  let failure: unknown = new LaneError('a Redis cluster needs at least one node');
  for (const endpoint of endpoints) {
    let lane: RawLane | undefined;
    try {
      lane = await RawLane.open(endpoint);
      lane.stage('CLUSTER', 'SLOTS');
      const [reply] = (await lane.flush()) as [Reply];
      if (reply instanceof Error) throw explainReply(reply, `${endpoint.host}:${endpoint.port}`);
      return parseSlots(reply, endpoint);
    } catch (error) {
      failure = error;
    } finally {
      lane?.close();
    }
  }
  throw failure;
}
