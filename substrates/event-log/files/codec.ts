/**
 * The block format of the file log: a 64-byte header and three columns of unsigned 32-bit integers, little-endian,
 * whole blocks a multiple of 8 bytes long, so that columns are read in place as typed-array views.
 *
 *   0 crc32 (of bytes 4 to the end)   4 magic   8 kind   12 bytes   16 rows   20 partition   24 firstOffset f64
 *   32 firstSequence f64   40 arrivalMs f64   48 minEventTimeMs f64   56 maxEventTimeMs f64
 *   64 tweetIdLo[rows]   tweetIdHi[rows]   eventTimeDeltaMs[rows]   (4 bytes of zero if rows is odd)
 */
import { endianness } from 'node:os';
import { crc32 } from 'node:zlib';
import { type ImpressionBlock, MAX_BLOCK_ROWS } from '../../../generators/impression.ts';

export const HEADER_BYTES = 64;
export const ROW_BYTES = 12;

/** "OBL1" in the bytes of the file: the first version of this format. */
const MAGIC = 0x314c424f;

export const BlockKind = { Impressions: 1, Heartbeat: 2, End: 3 } as const;
export type BlockKind = (typeof BlockKind)[keyof typeof BlockKind];

/** Bytes that a block of so many rows takes. */
export function blockBytes(rows: number): number {
  return HEADER_BYTES + Math.ceil((rows * ROW_BYTES) / 8) * 8;
}

export const MAX_BLOCK_BYTES = blockBytes(MAX_BLOCK_ROWS);

if (endianness() !== 'LE') {
  throw new Error(
    'the file event log is little-endian and read in place: this host is big-endian; use a Kafka log instead',
  );
}

/** One buffer seen as bytes, words and doubles. Its length is a multiple of 8 bytes. */
export interface BlockBytes {
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  readonly doubles: Float64Array;
}

export function createBlockBytes(length: number): BlockBytes {
  const buffer = new ArrayBuffer(length);
  return { bytes: new Uint8Array(buffer), words: new Uint32Array(buffer), doubles: new Float64Array(buffer) };
}

export interface BlockHeader {
  kind: BlockKind;
  /** Length of the whole block. */
  bytes: number;
  rows: number;
  partition: number;
  /** Offset of the first row; for a control block, the offset that the next impression will have. */
  firstOffset: number;
  firstSequence: number;
  arrivalMs: number;
  minEventTimeMs: number;
  maxEventTimeMs: number;
}

/**
 * What lies at a place of a file: a whole block; a beginning of one, with the rest not there (yet); or bytes that are
 * no block.
 */
export type BlockCheck =
  | { state: 'whole'; header: BlockHeader }
  | { state: 'incomplete' }
  | { state: 'corrupt'; reason: string };

const INCOMPLETE: BlockCheck = { state: 'incomplete' };

/** Writes a block of impressions to the start of `into` and returns its length in bytes. */
export function encodeImpressions(into: BlockBytes, block: ImpressionBlock, offset: number, arrivalMs: number): number {
  const rows = block.count;
  const { words, doubles } = into;
  const column = HEADER_BYTES / 4;
  words.set(firstRows(block.tweetIdLo, rows), column);
  words.set(firstRows(block.tweetIdHi, rows), column + rows);
  words.set(firstRows(block.eventTimeDeltaMs, rows), column + 2 * rows);
  if (rows % 2 === 1) words[column + 3 * rows] = 0;
  doubles[4] = block.firstSequence;
  doubles[6] = block.minEventTimeMs;
  doubles[7] = block.maxEventTimeMs;
  return sealHeader(into, BlockKind.Impressions, rows, block.partition, offset, arrivalMs);
}

/** Writes a control block to the start of `into` and returns its length in bytes. */
export function encodeControl(
  into: BlockBytes,
  kind: typeof BlockKind.Heartbeat | typeof BlockKind.End,
  partition: number,
  offset: number,
  arrivalMs: number,
): number {
  into.doubles[4] = 0;
  into.doubles[6] = 0;
  into.doubles[7] = 0;
  return sealHeader(into, kind, 0, partition, offset, arrivalMs);
}

function sealHeader(
  into: BlockBytes,
  kind: BlockKind,
  rows: number,
  partition: number,
  offset: number,
  arrivalMs: number,
): number {
  const { words, doubles } = into;
  const bytes = blockBytes(rows);
  words[1] = MAGIC;
  words[2] = kind;
  words[3] = bytes;
  words[4] = rows;
  words[5] = partition;
  doubles[3] = offset;
  doubles[5] = arrivalMs;
  words[0] = crc32(into.bytes.subarray(4, bytes));
  return bytes;
}

function firstRows(column: Uint32Array, rows: number): Uint32Array {
  return column.length === rows ? column : column.subarray(0, rows);
}

/**
 * The header at byte `at` (a multiple of 8), or undefined if no block can begin like this. The length is checked
 * against the rows, so that a damaged length is never taken for a block whose end is still to come. The checksum is not
 * looked at.
 */
export function decodeHeader(from: BlockBytes, at: number): BlockHeader | undefined {
  const word = at / 4;
  const { words, doubles } = from;
  if (words[word + 1] !== MAGIC) return undefined;
  const kind = words[word + 2] as number;
  const bytes = words[word + 3] as number;
  const rows = words[word + 4] as number;
  if (kind < BlockKind.Impressions || kind > BlockKind.End || rows > MAX_BLOCK_ROWS) return undefined;
  if (bytes !== blockBytes(rows) || (kind === BlockKind.Impressions) !== rows > 0) return undefined;
  const double = at / 8;
  return {
    kind: kind as BlockKind,
    bytes,
    rows,
    partition: words[word + 5] as number,
    firstOffset: doubles[double + 3] as number,
    firstSequence: doubles[double + 4] as number,
    arrivalMs: doubles[double + 5] as number,
    minEventTimeMs: doubles[double + 6] as number,
    maxEventTimeMs: doubles[double + 7] as number,
  };
}

/** Looks at the bytes `[at, end)`; `at` is a multiple of 8. */
export function checkBlock(from: BlockBytes, at: number, end: number): BlockCheck {
  if (end - at < HEADER_BYTES) return INCOMPLETE;
  const header = decodeHeader(from, at);
  if (header === undefined) return { state: 'corrupt', reason: 'no block header' };
  if (end - at < header.bytes) return INCOMPLETE;
  if (crc32(from.bytes.subarray(at + 4, at + header.bytes)) !== from.words[at / 4]) {
    return { state: 'corrupt', reason: 'checksum mismatch' };
  }
  return { state: 'whole', header };
}

/** The impressions of the block at byte `at`; the columns are views of the buffer. */
export function decodeImpressions(from: BlockBytes, at: number, header: BlockHeader): ImpressionBlock {
  const { rows } = header;
  const column = (at + HEADER_BYTES) / 4;
  return {
    partition: header.partition,
    firstSequence: header.firstSequence,
    count: rows,
    tweetIdLo: from.words.subarray(column, column + rows),
    tweetIdHi: from.words.subarray(column + rows, column + 2 * rows),
    eventTimeDeltaMs: from.words.subarray(column + 2 * rows, column + 3 * rows),
    minEventTimeMs: header.minEventTimeMs,
    maxEventTimeMs: header.maxEventTimeMs,
  };
}
