/**
 * The text of a counter in Redis.
 *
 *     plain     `<fingerprint·2³² + count>`: a 64-bit integer, to which HINCRBY adds both at once
 *     explicit  `<count>,<fingerprint>,<version>`
 *
 * A plain value has the version that its hour was begun with (0 where increments or a bulk load came first; see
 * `control.ts`), so nearly every row is plain, also of an upsert: a small hash then holds it in 9 bytes. Explicit are
 * rows of another version, and those that HINCRBY might carry over from the count to the fingerprint.
 */
import { int64Text, readInt64 } from './int64-text.ts';

/**
 * HINCRBY does not wrap: a count beyond 2³² would carry into the fingerprint, a sum beyond 2⁶³ is refused. Increments
 * up to this size would need 256 of the greatest to get there, and those by one need 4.3 G impressions of one tweet in
 * one hour. Whatever is greater is added by a script that wraps.
 */
const SMALL_COUNT = 2 ** 24;
const SMALL_FINGERPRINT = 2 ** 23;
/** Values up to this size leave room for increments that are small. */
const ROOMY_COUNT = 2 ** 31;
const ROOMY_FINGERPRINT = 2 ** 30;

export function isSmallIncrement(counter: number, fingerprint: number): boolean {
  return counter < SMALL_COUNT && fingerprint < SMALL_FINGERPRINT && fingerprint >= -SMALL_FINGERPRINT;
}

export function leavesRoom(counter: number, fingerprint: number): boolean {
  return counter < ROOMY_COUNT && fingerprint < ROOMY_FINGERPRINT && fingerprint >= -ROOMY_FINGERPRINT;
}

/** The text of a value in an hour whose plain values have the version `baseVersion`. */
export function valueText(counter: number, fingerprint: number, version: number, baseVersion: number): string {
  return version === baseVersion ? int64Text(fingerprint, counter) : `${counter},${fingerprint},${version}`;
}

export interface CounterValues {
  counter: Uint32Array;
  fingerprint: Int32Array;
}

const lanes = new Int32Array(2);

/** Reads a value into row `row`, a missing one as zeros; returns the version of an explicit one. Error if foreign. */
export function readValue(text: string | null, into: CounterValues, row: number): number | undefined {
  if (text === null) {
    into.counter[row] = 0;
    into.fingerprint[row] = 0;
    return undefined;
  }
  const comma = text.indexOf(',');
  if (comma === -1) {
    readInt64(text, lanes);
    into.fingerprint[row] = lanes[0] as number;
    into.counter[row] = lanes[1] as number;
    return undefined;
  }
  const second = text.indexOf(',', comma + 1);
  into.counter[row] = Number(text.slice(0, comma));
  into.fingerprint[row] = Number(text.slice(comma + 1, second));
  return Number(text.slice(second + 1));
}
