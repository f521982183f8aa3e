/**
 * The folders of the file log: `<directory>/p<partition>/<first offset>.segment`. A segment's name is the offset of its
 * first impression, so the segment that follows another is found by name, and one that holds an offset without opening
 * any.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ROW_BYTES } from './codec.ts';

/** A segment that has reached this many bytes is followed by another. */
export const SEGMENT_BYTES = 64 * 1024 * 1024;

/** Digits of the greatest safe integer. */
const NAME_DIGITS = 16;
const NAME = /^(\d{16})\.segment$/;

export interface Segment {
  firstOffset: number;
  path: string;
}

export function partitionDirectory(directory: string, partition: number): string {
  return join(directory, `p${partition}`);
}

export function segmentPath(directory: string, partition: number, firstOffset: number): string {
  return join(partitionDirectory(directory, partition), `${String(firstOffset).padStart(NAME_DIGITS, '0')}.segment`);
}

/**
 * The segments of a partition in log order; none if its folder does not exist. Error if something else stands there.
 */
export function listSegments(directory: string, partition: number): Segment[] {
  const folder = partitionDirectory(directory, partition);
  for (const path of [directory, folder]) {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) return [];
    if (!found.isDirectory()) throw new Error(`${path} is not a folder; a log needs one, give another path`);
  }
  const segments: Segment[] = [];
  for (const name of readdirSync(folder).sort()) {
    const match = NAME.exec(name);
    if (match !== null) segments.push({ firstOffset: Number(match[1]), path: join(folder, name) });
  }
  return segments;
}

/**
 * Most bytes that the impressions of a log take, for a check of the disk: 12 an event, and a header and padding for
 * each block. A block is cut at 4,096 events or after 10 ms, so a stream that lasts `streamMs` has at most one more for
 * each 10 ms of a partition (a heartbeat takes the place of one).
 */
export function logBytesFor(events: number, streamMs = 0, partitions = 1): number {
  const blocks = Math.ceil(events / 4096) + partitions * (Math.ceil(streamMs / 10) + 2);
  return events * ROW_BYTES + blocks * 72;
}
