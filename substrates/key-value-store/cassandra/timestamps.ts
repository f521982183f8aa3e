/**
 * The timestamps that Cassandra decides by: of two writes to a column the greater timestamp stays, whenever it arrives.
 *
 * An upsert carries its version, which is a time in milliseconds, in Cassandra's own unit of microseconds, so that an
 * older version never lands on a newer one. What has no version (bulk loads, deletes, read-modify-writes) carries the
 * wall clock, strictly increasing within a handle, and so replaces every version that is not in the future, and what
 * other handles wrote before, as far as the clocks of their hosts agree.
 */
import { wallClockMs } from '../../clock.ts';

const MAX_VERSION = Math.floor(Number.MAX_SAFE_INTEGER / 1000);

/** Microseconds of a version in milliseconds. Throws if the product is no safe integer. */
export function versionTimestamp(version: number): bigint {
  if (!(Math.abs(version) <= MAX_VERSION)) {
    throw new RangeError(`version ${version} is no time in milliseconds between -${MAX_VERSION} and ${MAX_VERSION}`);
  }
  return BigInt(Math.round(version * 1000));
}

/** Microseconds since 1970, strictly increasing even if the wall clock goes back. */
export class WriteClock {
  readonly #nowMs: () => number;
  #last = 0;

  constructor(nowMs: () => number = wallClockMs) {
    this.#nowMs = nowMs;
  }

  next(): bigint {
    this.#last = Math.max(this.#last + 1, Math.round(this.#nowMs() * 1000));
    return BigInt(this.#last);
  }
}
