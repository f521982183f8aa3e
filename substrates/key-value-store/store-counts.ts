/**
 * How a store handle counts what it sends: every keyed operation is a command, every call to the server (or
 * transaction) a round trip. A batch that is refused or fails is a round trip without commands.
 */
import type { StoreCounts } from './key-value-store.ts';

export function zeroCounts(): StoreCounts {
  return { commands: 0, roundTrips: 0, reads: 0, writes: 0 };
}

export function countSent(counts: StoreCounts, name: string, times = 1): void {
  counts.sent ??= {};
  counts.sent[name] = (counts.sent[name] ?? 0) + times;
}

/** Adds what another handle has counted. */
export function addCounts(into: StoreCounts, from: StoreCounts): void {
  into.commands += from.commands;
  into.roundTrips += from.roundTrips;
  into.reads += from.reads;
  into.writes += from.writes;
  for (const [name, times] of Object.entries(from.sent ?? {})) countSent(into, name, times);
}

export function countReads(counts: StoreCounts, commands: number): void {
  counts.commands += commands;
  counts.reads += commands;
}

export function countWrites(counts: StoreCounts, commands: number): void {
  counts.commands += commands;
  counts.writes += commands;
}
