/**
 * What the job keeps for a tweet in the state `window-<stage>`, big-endian: the number of hours i32, and for each its
 * start i64 (milliseconds), its value i64 and what of it was handed over i64; a value is the count in the low 32 bits
 * and the fingerprint, signed, in the high ones.
 */

const TWO_32 = 4294967296;
const COUNT_BYTES = 4;
const HOUR_BYTES = 24;
const VALUE_AT = 8;

/** Name of the state in which a stage keeps its windows. */
export function windowStateName(stage: number): string {
  return `window-${stage}`;
}

/** Where the packed value of an hour lies in a tweet's bytes; -1 if it is not there. Error if they are no windows. */
export function valueAt(bytes: Buffer, at: number, length: number, hourStartMs: number): number {
  const hours = length < COUNT_BYTES ? -1 : bytes.readInt32BE(at);
  if (length !== COUNT_BYTES + hours * HOUR_BYTES) {
    throw new RangeError(`${length} bytes of state are not windows of a tweet: is the job of another version?`);
  }
  const high = Math.floor(hourStartMs / TWO_32);
  const low = hourStartMs - high * TWO_32;
  for (let hour = 0, hourAt = at + COUNT_BYTES; hour < hours; hour++, hourAt += HOUR_BYTES) {
    if (bytes.readUInt32BE(hourAt + 4) === low && bytes.readInt32BE(hourAt) === high) return hourAt + VALUE_AT;
  }
  return -1;
}

/** The count of a packed value. */
export function counterAt(bytes: Buffer, at: number): number {
  return bytes.readUInt32BE(at + 4);
}

/** The fingerprint of a packed value. */
export function fingerprintAt(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at);
}
