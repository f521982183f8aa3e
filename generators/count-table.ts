/**
 * The oracle's own hash table: (tweet) to count and sum of fingerprints, for one hour. Open addressing with linear
 * probing over typed arrays; a count of 0 marks a free slot; doubled when half full. Written for the oracle alone: it
 * must not share code with the windows that it judges.
 */

const { imul } = Math;

export class CountTable {
  /** Distinct tweets. */
  size = 0;
  #mask = 1023;
  #lo = new Uint32Array(1024);
  #hi = new Uint32Array(1024);
  #count = new Uint32Array(1024);
  #fingerprint = new Int32Array(1024);

  /** Adds one impression. The sum of fingerprints wraps at 32 bits. */
  add(lo: number, hi: number, fingerprint: number): void {
    const slot = this.#slotOf(lo, hi);
    if (this.#count[slot] === 0) {
      this.#lo[slot] = lo;
      this.#hi[slot] = hi;
      this.size++;
    }
    this.#count[slot] = (this.#count[slot] as number) + 1;
    this.#fingerprint[slot] = (this.#fingerprint[slot] as number) + fingerprint;
    if (2 * this.size > this.#mask) this.#grow();
  }

  /** The tweets in ascending order of their ids as unsigned 64-bit integers. */
  sortedIds(): BigUint64Array {
    const ids = new BigUint64Array(this.size);
    let next = 0;
    for (let slot = 0; slot <= this.#mask; slot++) {
      if (this.#count[slot] === 0) continue;
      ids[next++] = (BigInt(this.#hi[slot] as number) << 32n) | BigInt(this.#lo[slot] as number);
    }
    return ids.sort();
  }

  countOf(lo: number, hi: number): number {
    return this.#count[this.#slotOf(lo, hi)] as number;
  }

  fingerprintOf(lo: number, hi: number): number {
    return this.#fingerprint[this.#slotOf(lo, hi)] as number;
  }

  /** The slot that holds a tweet, or the free one where it belongs. */
  #slotOf(lo: number, hi: number): number {
    const mixed = imul(lo ^ imul(hi, 0x85ebca6b), 0x9e3779b1);
    let slot = (mixed ^ (mixed >>> 15)) & this.#mask;
    while (this.#count[slot] !== 0 && (this.#lo[slot] !== lo || this.#hi[slot] !== hi)) slot = (slot + 1) & this.#mask;
    return slot;
  }

  #grow(): void {
    const [lo, hi, count, fingerprint] = [this.#lo, this.#hi, this.#count, this.#fingerprint];
    const capacity = 2 * count.length;
    this.#mask = capacity - 1;
    this.#lo = new Uint32Array(capacity);
    this.#hi = new Uint32Array(capacity);
    this.#count = new Uint32Array(capacity);
    this.#fingerprint = new Int32Array(capacity);
    for (let from = 0; from < count.length; from++) {
      if (count[from] === 0) continue;
      const slot = this.#slotOf(lo[from] as number, hi[from] as number);
      this.#lo[slot] = lo[from] as number;
      this.#hi[slot] = hi[from] as number;
      this.#count[slot] = count[from] as number;
      this.#fingerprint[slot] = fingerprint[from] as number;
    }
  }
}
