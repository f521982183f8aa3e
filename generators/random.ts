/**
 * Counter-based randomness: every random number of the stream is a hash of what it is for, so that any slice of the
 * stream can be computed again from nothing. There is no state to carry and nothing to seed but the key.
 */

// A constant: a global is slow to look up in the contexts that Jest runs tests in.
const { imul } = Math;

/**
 * The 32-bit finalizer of MurmurHash3 (Appleby, public domain): a bijection of the 32-bit integers. Returns a signed
 * integer.
 */
export function mix32(x: number): number {
  let h = x | 0;
  h = imul(h ^ (h >>> 16), 0x85ebca6b);
  h = imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** A 32-bit key for one purpose of one partition under one seed. `seed` may be any safe integer. */
export function streamKey(seed: number, partition: number, purpose: number): number {
  const low = mix32(seed | 0);
  const high = mix32(Math.floor(seed / 4294967296) ^ low);
  return mix32(mix32(high ^ imul(partition + 1, 0x9e3779b1)) ^ imul(purpose + 1, 0x7feb352d));
}
