/**
 * The bytes of a checkpoint: one partition's position in the log and its windows, as one unit under one checksum.
 *
 * Layout, little-endian: magic u32, CRC-32 u32 of all that follows, header length u32, row integers u32, header (JSON),
 * padding to 8 bytes, packed rows of all windows one after another. A sealed window is a file of its own and only named
 * here.
 */
import { crc32 } from 'node:zlib';

const MAGIC = 0x504b434f;
const PREFIX_BYTES = 16;

export interface CheckpointWindow {
  hourStartMs: number;
  phase: 'open' | 'closed' | 'handed-over';
  sealed: boolean;
  /** Packed rows (`WindowTable.pack`), or the name of the file that holds them. */
  rows: Int32Array | { file: string };
  lateRows: Int32Array | undefined;
}

/** The state of a partition at a position of the log. */
export interface PartitionState {
  partition: number;
  /** Everything before this offset is in the state, nothing from it on. */
  offset: number;
  /** The end of the stream was reached. */
  ended: boolean;
  /** -∞ before the first event. */
  maxEventTimeMs: number;
  lateDroppedEvents: number;
  countedEvents: number;
  /** Events whose windows were handed over to a store and acknowledged before this checkpoint. */
  handedOverEvents: number;
  windows: CheckpointWindow[];
}

interface WindowHeader {
  hourStartMs: number;
  phase: CheckpointWindow['phase'];
  sealed: boolean;
  file?: string;
  rowIntegers: number;
  lateIntegers: number | null;
}

interface Header extends Omit<PartitionState, 'windows' | 'maxEventTimeMs'> {
  /** JSON has no infinities. */
  maxEventTimeMs: number | 'none' | 'end';
  windows: WindowHeader[];
}

/** A checkpoint that cannot be used: torn, damaged, of another format or partition. */
export class UnusableCheckpointError extends Error {
  override readonly name = 'UnusableCheckpointError';
}

export function encodeCheckpoint(state: PartitionState): Uint8Array {
  const pieces: Int32Array[] = [];
  const windows = state.windows.map((window): WindowHeader => {
    const named = 'file' in window.rows;
    if (!named) pieces.push(window.rows as Int32Array);
    if (window.lateRows !== undefined) pieces.push(window.lateRows);
    return {
      hourStartMs: window.hourStartMs,
      phase: window.phase,
      sealed: window.sealed,
      ...(named ? { file: (window.rows as { file: string }).file } : {}),
      rowIntegers: named ? 0 : (window.rows as Int32Array).length,
      lateIntegers: window.lateRows?.length ?? null,
    };
  });
  const header: Header = { ...state, maxEventTimeMs: encodeTime(state.maxEventTimeMs), windows };
  const headerBytes = new TextEncoder().encode(JSON.stringify(header));
  const rowsAt = align(PREFIX_BYTES + headerBytes.length);
  const rowIntegers = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const bytes = new Uint8Array(rowsAt + rowIntegers * 4);
  bytes.set(headerBytes, PREFIX_BYTES);
  const rows = new Int32Array(bytes.buffer, rowsAt);
  let at = 0;
  for (const piece of pieces) {
    rows.set(piece, at);
    at += piece.length;
  }
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(8, headerBytes.length, true);
  view.setUint32(12, rowIntegers, true);
  view.setUint32(4, crc32(bytes.subarray(8)), true);
  return bytes;
}

/** Error: `UnusableCheckpointError`, with the reason. */
export function decodeCheckpoint(bytes: Uint8Array, partition: number): PartitionState {
  if (bytes.length < PREFIX_BYTES) throw new UnusableCheckpointError(`only ${bytes.length} bytes long`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== MAGIC) throw new UnusableCheckpointError('not a checkpoint (wrong magic number)');
  const headerLength = view.getUint32(8, true);
  const rowIntegers = view.getUint32(12, true);
  const rowsAt = align(PREFIX_BYTES + headerLength);
  const expected = rowsAt + rowIntegers * 4;
  if (bytes.length !== expected) {
    throw new UnusableCheckpointError(`${bytes.length} bytes long, ${expected} expected`);
  }
  if (view.getUint32(4, true) !== crc32(bytes.subarray(8))) throw new UnusableCheckpointError('checksum differs');
  const json = new TextDecoder().decode(bytes.subarray(PREFIX_BYTES, PREFIX_BYTES + headerLength));
  const header = JSON.parse(json) as Header;
  if (header.partition !== partition) {
    throw new UnusableCheckpointError(`of partition ${header.partition}, not ${partition}`);
  }
  const rows = new Int32Array(bytes.slice(rowsAt).buffer);
  let at = 0;
  const take = (integers: number): Int32Array => {
    at += integers;
    return rows.subarray(at - integers, at);
  };
  const windows = header.windows.map((window): CheckpointWindow => {
    const own = window.file === undefined ? take(window.rowIntegers) : { file: window.file };
    const lateRows = window.lateIntegers === null ? undefined : take(window.lateIntegers);
    return { hourStartMs: window.hourStartMs, phase: window.phase, sealed: window.sealed, rows: own, lateRows };
  });
  return { ...header, maxEventTimeMs: decodeTime(header.maxEventTimeMs), windows };
}

/** A sealed window as a file: checksum u32, padding, packed rows. */
export function encodeSealedRows(rows: Int32Array): Uint8Array {
  const bytes = new Uint8Array(8 + rows.byteLength);
  bytes.set(new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength), 8);
  new DataView(bytes.buffer).setUint32(0, crc32(bytes.subarray(8)), true);
  return bytes;
}

/** Error: `UnusableCheckpointError` if the rows are not what was written. */
export function decodeSealedRows(bytes: Uint8Array, file: string): Int32Array {
  const rows = bytes.slice(8);
  const sum = bytes.length < 8 ? undefined : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (sum !== crc32(rows) || rows.length % 16 !== 0)
    throw new UnusableCheckpointError(`sealed window ${file} is damaged`);
  return new Int32Array(rows.buffer);
}

function align(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}

function encodeTime(timeMs: number): Header['maxEventTimeMs'] {
  if (timeMs === Number.NEGATIVE_INFINITY) return 'none';
  return timeMs === Number.POSITIVE_INFINITY ? 'end' : timeMs;
}

function decodeTime(time: Header['maxEventTimeMs']): number {
  if (time === 'none') return Number.NEGATIVE_INFINITY;
  return time === 'end' ? Number.POSITIVE_INFINITY : time;
}
