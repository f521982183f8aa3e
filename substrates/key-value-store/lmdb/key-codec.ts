/**
 * The bytes of a row in LMDB. A key is 16 bytes, big-endian, so that LMDB's order of bytes is the order of (hour,
 * tweet id):
 *
 *     hourStartMs i64 with its sign bit flipped | tweetIdHi u32 | tweetIdLo u32
 *
 * A value is 16 bytes, little-endian: counter u32 | fingerprint i32 | version f64.
 */
import type { RowColumns } from '../key-value-store.ts';

export const KEY_BYTES = 16;
export const VALUE_BYTES = 16;

const TWO_POW_32 = 4294967296;
const SIGN_BIT = 0x80000000;

/** `hourStartMs` is a safe integer of milliseconds and may be negative. */
export function writeKey(key: DataView, hourStartMs: number, tweetIdHi: number, tweetIdLo: number): void {
  const hourHi = Math.floor(hourStartMs / TWO_POW_32);
  key.setUint32(0, hourHi ^ SIGN_BIT);
  key.setUint32(4, hourStartMs - hourHi * TWO_POW_32);
  key.setUint32(8, tweetIdHi);
  key.setUint32(12, tweetIdLo);
}

export function writeValue(value: DataView, counter: number, fingerprint: number, version: number): void {
  value.setUint32(0, counter, true);
  value.setInt32(4, fingerprint, true);
  value.setFloat64(8, version, true);
}

export function counterOf(value: Buffer): number {
  return value.readUInt32LE(0);
}

export function fingerprintOf(value: Buffer): number {
  return value.readInt32LE(4);
}

export function versionOf(value: Buffer): number {
  return value.readDoubleLE(8);
}

/** Decodes a key and its value into row `row` of `rows`. */
export function readRow(rows: RowColumns, row: number, key: Buffer, value: Buffer): void {
  const hourHi = (key.readUInt32BE(0) ^ SIGN_BIT) | 0;
  rows.hourStartMs[row] = hourHi * TWO_POW_32 + key.readUInt32BE(4);
  rows.tweetIdHi[row] = key.readUInt32BE(8);
  rows.tweetIdLo[row] = key.readUInt32BE(12);
  rows.counter[row] = counterOf(value);
  rows.fingerprint[row] = fingerprintOf(value);
}
