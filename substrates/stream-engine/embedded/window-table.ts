/**
 * A window's counters: an open-addressing hash table from tweet id to (count, fingerprint) in one typed array.
 *
 * A slot is four 32-bit integers (low id, high id, count, fingerprint), 16 bytes, so that an event touches one cache
 * line. A slot with count 0 is free. Multiplicative hashing takes the top bits; probing is linear; the load stays at or
 * below 5/8.
 */
import { fingerprintKey, type ImpressionBlock } from '../../../generators/impression.ts';

const { imul } = Math;

const MIN_CAPACITY = 1024;
const HASH_LO = 0x9e3779b1 | 0;
const HASH_HI = 0x85ebca6b | 0;

/** Integers per row in the packed form that `pack` gives and `addRows` takes: low id, high id, count, fingerprint. */
export const ROW_INTEGERS = 4;

export class WindowTable {
  #slots: Int32Array;
  #shift: number;
  #size = 0;

  constructor(expectedKeys = 0) {
    const capacity = capacityFor(expectedKeys);
    this.#slots = new Int32Array(capacity * ROW_INTEGERS);
    this.#shift = 32 - Math.log2(capacity);
  }

  /** Number of keys. */
  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#slots.byteLength;
  }

  /** Counts rows `[from, to)` of a block, one each. */
  countBlock(block: ImpressionBlock, from: number, to: number): void {
    this.#reserve(to - from);
    const key = fingerprintKey(block.partition, block.firstSequence);
    const first = (block.firstSequence + from) | 0;
    this.#size += countRows(this.#slots, this.#shift, block.tweetIdLo, block.tweetIdHi, from, to, key, first);
  }

  /** Adds to one key; `count` must not be 0. */
  add(tweetIdLo: number, tweetIdHi: number, count: number, fingerprint: number): void {
    this.#reserve(1);
    const slots = this.#slots;
    const slot = slotFor(slots, this.#shift, tweetIdLo | 0, tweetIdHi | 0);
    if (slots[slot + 2] === 0) {
      slots[slot] = tweetIdLo;
      slots[slot + 1] = tweetIdHi;
      this.#size += 1;
    }
    slots[slot + 2] = (slots[slot + 2] as number) + count;
    slots[slot + 3] = (slots[slot + 3] as number) + fingerprint;
  }

  /** Adds packed rows. */
  addRows(rows: Int32Array): void {
    this.#reserve(rows.length / ROW_INTEGERS);
    for (let at = 0; at < rows.length; at += ROW_INTEGERS) {
      this.add(rows[at] as number, rows[at + 1] as number, rows[at + 2] as number, rows[at + 3] as number);
    }
  }

  /** Copies the value of a key to row `row` of the columns; 0 and 0 if it is not there. */
  read(tweetIdLo: number, tweetIdHi: number, counter: Uint32Array, fingerprint: Int32Array, row: number): void {
    const slots = this.#slots;
    const slot = slotFor(slots, this.#shift, tweetIdLo | 0, tweetIdHi | 0);
    counter[row] = slots[slot + 2] as number;
    fingerprint[row] = slots[slot + 3] as number;
  }

  /** All rows, packed, in no order: a deep copy, so that counting may go on while it is written. */
  pack(): Int32Array {
    const slots = this.#slots;
    const rows = new Int32Array(this.#size * ROW_INTEGERS);
    let to = 0;
    for (let slot = 0; slot < slots.length; slot += ROW_INTEGERS) {
      if (slots[slot + 2] === 0) continue;
      rows[to] = slots[slot] as number;
      rows[to + 1] = slots[slot + 1] as number;
      rows[to + 2] = slots[slot + 2] as number;
      rows[to + 3] = slots[slot + 3] as number;
      to += ROW_INTEGERS;
    }
    return rows;
  }

  /** All tweet ids in ascending order, as unsigned 64-bit integers. */
  sortedIds(): BigUint64Array {
    const slots = this.#slots;
    const ids = new BigUint64Array(this.#size);
    const lanes = new Int32Array(ids.buffer);
    let to = 0;
    for (let slot = 0; slot < slots.length; slot += ROW_INTEGERS) {
      if (slots[slot + 2] === 0) continue;
      lanes[to] = slots[slot] as number;
      lanes[to + 1] = slots[slot + 1] as number;
      to += 2;
    }
    return ids.sort();
  }

  #reserve(moreKeys: number): void {
    const needed = capacityFor(this.#size + moreKeys);
    if (needed * ROW_INTEGERS <= this.#slots.length) return;
    const rows = this.pack();
    this.#slots = new Int32Array(needed * ROW_INTEGERS);
    this.#shift = 32 - Math.log2(needed);
    this.#size = 0;
    this.addRows(rows);
  }
}

/** The smallest power of two that holds `keys` at a load of at most 5/8. */
function capacityFor(keys: number): number {
  let capacity = MIN_CAPACITY;
  while (keys * 8 > capacity * 5) capacity *= 2;
  return capacity;
}

/** The slot of a key, or the free slot where it belongs. */
function slotFor(slots: Int32Array, shift: number, lo: number, hi: number): number {
  const mask = slots.length - 1;
  let slot = ((imul(lo, HASH_LO) + imul(hi, HASH_HI)) >>> shift) << 2;
  while (slots[slot + 2] !== 0 && (slots[slot] !== lo || slots[slot + 1] !== hi)) slot = (slot + ROW_INTEGERS) & mask;
  return slot;
}

/**
 * The hot loop: counts rows and adds their fingerprints; returns the number of new keys. The slots must have room.
 * The fingerprint is `fingerprintOf` of the generators, inlined.
 */
function countRows(
  slots: Int32Array,
  shift: number,
  los: Uint32Array,
  his: Uint32Array,
  from: number,
  to: number,
  key: number,
  firstSequence: number,
): number {
  const mask = slots.length - 1;
  let newKeys = 0;
  for (let row = from, sequence = firstSequence; row < to; row++, sequence++) {
    const lo = (los[row] as number) | 0;
    const hi = (his[row] as number) | 0;
    let slot = ((imul(lo, HASH_LO) + imul(hi, HASH_HI)) >>> shift) << 2;
    while (slots[slot] !== lo || slots[slot + 1] !== hi) {
      if (slots[slot + 2] === 0) {
        slots[slot] = lo;
        slots[slot + 1] = hi;
        break;
      }
      slot = (slot + ROW_INTEGERS) & mask;
    }
    const count = (slots[slot + 2] as number) + 1;
    slots[slot + 2] = count;
    if (count === 1) newKeys += 1;
    let hash = sequence ^ key;
    hash = imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    slots[slot + 3] = (slots[slot + 3] as number) + ((hash ^ (hash >>> 16)) >> 17);
  }
  return newKeys;
}
