/**
 * When each run of impressions arrived, from the headers of a log alone: what the oracle needs to say which arrival
 * hour the batch architecture counts an impression in.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { EventLogBinding } from '../event-log.ts';
import { createBlockBytes, decodeHeader, HEADER_BYTES } from './codec.ts';
import { CorruptLogError } from './corrupt-log-error.ts';
import { listSegments, type Segment } from './segments.ts';

/** Impressions `[firstSequence, firstSequence + count)` arrived together. */
export interface ArrivalSpan {
  firstSequence: number;
  count: number;
  arrivalMs: number;
}

export interface ArrivalSpans {
  /** In log order. */
  spans: ArrivalSpan[];
  /** Impressions of all spans. */
  events: number;
}

/** The spans of a partition from its oldest segment on. Reads 64 bytes a block; a torn last block is left out. */
export async function readArrivalSpans(
  binding: Extract<EventLogBinding, { kind: 'files' }>,
  partition: number,
): Promise<ArrivalSpans> {
  const result: ArrivalSpans = { spans: [], events: 0 };
  const segments = listSegments(binding.directory, partition);
  let offset = segments[0]?.firstOffset ?? 0;
  for (const segment of segments) {
    if (segment.firstOffset !== offset) {
      const place = { partition, offset, path: segment.path, position: 0 };
      throw new CorruptLogError(place, `the segment before ends at offset ${offset}`);
    }
    offset = readSegment(segment, partition, result);
  }
  return result;
}

/** Adds the spans of a segment and returns the offset after it. */
function readSegment(segment: Segment, partition: number, into: ArrivalSpans): number {
  const header = createBlockBytes(HEADER_BYTES);
  const file = openSync(segment.path, 'r');
  let offset = segment.firstOffset;
  let position = 0;
  try {
    const fileBytes = fstatSync(file).size;
    while (readSync(file, header.bytes, 0, HEADER_BYTES, position) === HEADER_BYTES) {
      const block = decodeHeader(header, 0);
      if (block === undefined || block.firstOffset !== offset) {
        throw new CorruptLogError({ partition, offset, path: segment.path, position }, 'no block header');
      }
      if (position + block.bytes > fileBytes) break;
      position += block.bytes;
      offset += block.rows;
      if (block.rows === 0) continue;
      into.spans.push({ firstSequence: block.firstSequence, count: block.rows, arrivalMs: block.arrivalMs });
      into.events += block.rows;
    }
  } finally {
    closeSync(file);
  }
  return offset;
}
