/**
 * The table that the updates of state make up: for each hour an open-addressing hash table from tweet to (count,
 * fingerprint) in typed arrays, so that millions of tweets cost 17 bytes each and a bit. Hours that have left the state
 * with their last tweet are forgotten as a whole.
 */
import type { UpdateSink } from './update-records.ts';

const { imul } = Math;

const MIN_CAPACITY = 1024;
/** Integers of a slot: low id, high id, count, fingerprint. */
const SLOT_INTEGERS = 4;

const FREE = 0;
const HELD = 1;
/** Not there any more, but what was put behind it is found only by passing it. */
const REMOVED = 2;

export class StateTable implements UpdateSink {
  readonly #hours = new Map<number, HourTable>();

  /** Number of (tweet, hour) keys. */
  get size(): number {
    let sum = 0;
    for (const hour of this.#hours.values()) sum += hour.size;
    return sum;
  }

  get bytes(): number {
    let sum = 0;
    for (const hour of this.#hours.values()) sum += hour.bytes;
    return sum;
  }

  set(tweetIdLo: number, tweetIdHi: number, hourStartMs: number, counter: number, fingerprint: number): void {
    let hour = this.#hours.get(hourStartMs);
    if (hour === undefined) {
      hour = new HourTable();
      this.#hours.set(hourStartMs, hour);
    }
    hour.set(tweetIdLo, tweetIdHi, counter, fingerprint);
  }

  remove(tweetIdLo: number, tweetIdHi: number, hourStartMs: number): void {
    const hour = this.#hours.get(hourStartMs);
    if (hour === undefined) return;
    hour.remove(tweetIdLo, tweetIdHi);
    if (hour.size === 0) this.#hours.delete(hourStartMs);
  }

  /** Copies the value of a key to row `row` of the columns; false if it is not there. */
  read(
    tweetIdLo: number,
    tweetIdHi: number,
    hourStartMs: number,
    counter: Uint32Array,
    fingerprint: Int32Array,
    row: number,
  ): boolean {
    return this.#hours.get(hourStartMs)?.read(tweetIdLo, tweetIdHi, counter, fingerprint, row) ?? false;
  }
}

class HourTable {
  #slots = new Int32Array(MIN_CAPACITY * SLOT_INTEGERS);
  #states = new Uint8Array(MIN_CAPACITY);
  #held = 0;
  #removed = 0;

  get size(): number {
    return this.#held;
  }

  get bytes(): number {
    return this.#slots.byteLength + this.#states.byteLength;
  }

  set(lo: number, hi: number, counter: number, fingerprint: number): void {
    if ((this.#held + this.#removed + 1) * 8 > this.#states.length * 5) this.#rebuild();
    const slot = this.#slotOf(lo | 0, hi | 0);
    const at = slot * SLOT_INTEGERS;
    if (this.#states[slot] !== HELD) {
      if (this.#states[slot] === REMOVED) this.#removed--;
      this.#held++;
      this.#states[slot] = HELD;
      this.#slots[at] = lo;
      this.#slots[at + 1] = hi;
    }
    this.#slots[at + 2] = counter;
    this.#slots[at + 3] = fingerprint;
  }

  remove(lo: number, hi: number): void {
    const slot = this.#slotOf(lo | 0, hi | 0);
    if (this.#states[slot] !== HELD) return;
    this.#states[slot] = REMOVED;
    this.#held--;
    this.#removed++;
  }

  read(lo: number, hi: number, counter: Uint32Array, fingerprint: Int32Array, row: number): boolean {
    const slot = this.#slotOf(lo | 0, hi | 0);
    if (this.#states[slot] !== HELD) return false;
    counter[row] = this.#slots[slot * SLOT_INTEGERS + 2] as number;
    fingerprint[row] = this.#slots[slot * SLOT_INTEGERS + 3] as number;
    return true;
  }

  /** The slot of a key, held or removed; else the free slot where it belongs. */
  #slotOf(lo: number, hi: number): number {
    const slots = this.#slots;
    const mask = this.#states.length - 1;
    let slot = (imul(lo, 0x9e3779b1) + imul(hi, 0x85ebca6b)) >>> (32 - Math.log2(this.#states.length));
    while (this.#states[slot] !== FREE) {
      const at = slot * SLOT_INTEGERS;
      if (slots[at] === lo && slots[at + 1] === hi) return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  /** Makes room, and forgets the removed ones. */
  #rebuild(): void {
    const slots = this.#slots;
    const states = this.#states;
    let capacity = MIN_CAPACITY;
    while ((this.#held + 1) * 8 > capacity * 4) capacity *= 2;
    this.#slots = new Int32Array(capacity * SLOT_INTEGERS);
    this.#states = new Uint8Array(capacity);
    this.#held = 0;
    this.#removed = 0;
    for (let slot = 0, at = 0; slot < states.length; slot++, at += SLOT_INTEGERS) {
      if (states[slot] !== HELD) continue;
      this.set(slots[at] as number, slots[at + 1] as number, slots[at + 2] as number, slots[at + 3] as number);
    }
  }
}
