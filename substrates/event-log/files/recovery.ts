/**
 * What a writer finds when it opens a partition: where the log ends, and whether a dead writer left half a block.
 *
 * A block is written by one call, so death leaves a beginning of the last block at most: that is cut. Bad bytes with a
 * good block after them have another cause, and cutting would throw away good blocks: that is an error.
 */
import { statSync, truncateSync } from 'node:fs';
import { BlockWindow } from './block-window.ts';
import { BlockKind } from './codec.ts';
import { CorruptLogError } from './corrupt-log-error.ts';
import { listSegments, type Segment } from './segments.ts';

/** The end of a partition's log. */
export interface LogEnd {
  /** The last segment; undefined if the log is empty. */
  segment: Segment | undefined;
  /** Length of the last segment in bytes. */
  bytes: number;
  /** Offset that the next impression will have. */
  offset: number;
  /** Arrival of the last block; -Infinity if there is none. */
  arrivalMs: number;
  /** The end of the stream was written. */
  ended: boolean;
  /** Bytes of a torn block that were cut. */
  cutBytes: number;
}

/** Finds the end of a partition's log, verifies its last segment, and cuts a torn block off it. */
export function recoverEnd(directory: string, partition: number): LogEnd {
  const segments = listSegments(directory, partition);
  const segment = segments.at(-1);
  if (segment === undefined) {
    return { segment, bytes: 0, offset: 0, arrivalMs: -Infinity, ended: false, cutBytes: 0 };
  }
  const end = scanSegment(segment, partition);
  const before = segments.at(-2);
  // A writer that died right after it opened a segment left it empty: the last arrival is in the one before.
  if (end.bytes === 0 && before !== undefined) end.arrivalMs = scanSegment(before, partition).arrivalMs;
  if (end.cutBytes > 0) truncateSync(segment.path, end.bytes);
  return end;
}

function scanSegment(segment: Segment, partition: number): LogEnd {
  const end: LogEnd = {
    segment,
    bytes: 0,
    offset: segment.firstOffset,
    arrivalMs: -Infinity,
    ended: false,
    cutBytes: 0,
  };
  const window = new BlockWindow(segment.path);
  try {
    for (;;) {
      const check = window.look();
      if (check.state !== 'whole') {
        end.cutBytes = tornBytes(window, end, partition, check.state === 'corrupt' ? check.reason : 'cut short');
        return end;
      }
      const { header } = check;
      if (header.partition !== partition || header.firstOffset !== end.offset) {
        const found = `the block is of partition ${header.partition}, offset ${header.firstOffset}`;
        throw new CorruptLogError(placeOf(window, end, partition), found);
      }
      window.advance(header.bytes);
      end.bytes += header.bytes;
      end.offset += header.rows;
      end.arrivalMs = header.arrivalMs;
      end.ended = header.kind === BlockKind.End;
    }
  } finally {
    window.close();
  }
}

/**
 * Bytes from a bad block to the end of the file, if none of them is a good block. Blocks begin at multiples of 8 bytes.
 */
function tornBytes(window: BlockWindow, end: LogEnd, partition: number, reason: string): number {
  const place = placeOf(window, end, partition);
  const fileBytes = statSync(window.path).size;
  while (window.available > 8) {
    window.advance(8);
    if (window.look().state === 'whole') {
      throw new CorruptLogError(place, `${reason}, and a good block follows at byte ${window.position}`);
    }
  }
  return fileBytes - place.position;
}

function placeOf(window: BlockWindow, end: LogEnd, partition: number) {
  return { partition, offset: end.offset, path: window.path, position: window.position };
}
