/**
 * The progress markers that the job keeps beside its windows: what of each partition is in the state of each subtask.
 * Markers come through the same channels as the rows before them, so the least of a partition's markers is reflected
 * in the state as a whole.
 */
import { markerKeysOf } from './key-groups.ts';
import type { LookupKeys } from './lookup.ts';
import type { QueryableStateClient } from './queryable-state-client.ts';

const TWO_32 = 4294967296;
const MARKER_BYTES = 45;
/** The high halves of Java's greatest and least `long`: the end of the stream, and nothing seen yet. */
const GREATEST_HIGH = 0x7fffffff;
const LEAST_HIGH = -0x80000000;

export interface ProgressMarker {
  /** Impressions read, by offset. */
  offset: number;
  countedEvents: number;
  /** Sum of the fingerprints of the counted events; not wrapped. */
  fingerprintSum: number;
  lateDroppedEvents: number;
  /** Infinite at the end of the stream, and before its beginning. */
  watermarkMs: number;
  ended: boolean;
}

export interface PartitionMarkers {
  partition: number;
  /** By subtask; undefined where none has arrived. */
  markers: (ProgressMarker | undefined)[];
  /** What all subtasks have; undefined while one has none. */
  reflected: ProgressMarker | undefined;
}

/** Name of the state in which a stage keeps its markers. */
export function progressStateName(stage: number): string {
  return `progress-${stage}`;
}

export interface ProgressShape {
  stage: number;
  partitions: number;
  parallelism: number;
  maxParallelism: number;
}

/** Progress by partition; undefined if the state cannot be read now. */
export async function readProgress(
  client: Pick<QueryableStateClient, 'look'>,
  { stage, partitions, parallelism, maxParallelism }: ProgressShape,
): Promise<PartitionMarkers[] | undefined> {
  const count = partitions * parallelism;
  const keys: LookupKeys = { count, keyLo: new Uint32Array(count), keyHi: new Uint32Array(count) };
  for (let subtask = 0; subtask < parallelism; subtask++) {
    keys.keyLo.set(markerKeysOf(subtask, partitions, maxParallelism, parallelism), subtask * partitions);
  }
  const markers = new Array<ProgressMarker | undefined>(count).fill(undefined);
  let isAvailable = true;
  await client.look(progressStateName(stage), keys, {
    found(index, bytes, at, length) {
      markers[index] = decodeMarker(bytes, at, length, index % partitions);
    },
    absent() {
      // As the markers are to begin with.
    },
    unavailable() {
      isAvailable = false;
    },
  });
  if (!isAvailable) return undefined;
  return Array.from({ length: partitions }, (_, partition) => {
    const own = Array.from({ length: parallelism }, (_, subtask) => markers[subtask * partitions + partition]);
    return { partition, markers: own, reflected: leastOf(own) };
  });
}

function leastOf(markers: readonly (ProgressMarker | undefined)[]): ProgressMarker | undefined {
  let least: ProgressMarker | undefined;
  for (const marker of markers) {
    if (marker === undefined) return undefined;
    // The end has the offset of the last block, and comes after it.
    const isLess = least === undefined || marker.offset < least.offset;
    if (isLess || (marker.offset === least?.offset && !marker.ended)) least = marker;
  }
  return least;
}

/**
 * Offset, counted events, sum of fingerprints, events dropped as late and watermark, an i64 each, then a byte that is 1
 * at the end, and the partition as i32; big-endian.
 */
function decodeMarker(bytes: Buffer, at: number, length: number, partition: number): ProgressMarker {
  if (length !== MARKER_BYTES || bytes.readInt32BE(at + 41) !== partition) {
    throw new RangeError(
      `${length} bytes of state are not the progress marker of partition ${partition}: is the job of another version?`,
    );
  }
  return {
    offset: int64At(bytes, at),
    countedEvents: int64At(bytes, at + 8),
    fingerprintSum: int64At(bytes, at + 16),
    lateDroppedEvents: int64At(bytes, at + 24),
    watermarkMs: timeAt(bytes, at + 32),
    ended: bytes[at + 40] === 1,
  };
}

function int64At(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * TWO_32 + bytes.readUInt32BE(at + 4);
}

function timeAt(bytes: Buffer, at: number): number {
  const high = bytes.readInt32BE(at);
  if (high === GREATEST_HIGH) return Number.POSITIVE_INFINITY;
  return high === LEAST_HIGH ? Number.NEGATIVE_INFINITY : int64At(bytes, at);
}
