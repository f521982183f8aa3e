/**
 * Tweet ids of a synthetic stream. A partition has slots, one a rank of popularity; a slot holds one tweet after
 * another, its generations. The low lane is a bijection of the rank, the high lane, given the rank, a bijection of the
 * generation: two (rank, generation) pairs never share an id, and the low lane alone gives the partition. Ids have 62
 * or 63 bits, so they are positive in signed 64-bit integers.
 *
 *     low lane   P·a(rank) + p,  a permutes [0, 2^k), the biggest power of two with P·2^k ≤ 2³²
 *     high lane  bit 30: canary; bit 29: tweet; bits 0-28: hash(rank) xor generation·odd
 */
import { mix32 } from './random.ts';

const { imul } = Math;

/** High lane of every canary; no tweet has bit 30. */
export const CANARY_ID_HI = 0x40000000;
/** Set in the high lane of every tweet, so that none is 0. */
export const TWEET_BIT = 0x20000000;
export const GENERATION_MASK = TWEET_BIT - 1;

/** k, where 2^k is the number of ranks that a partition's low lanes have room for. */
export function rankBits(partitions: number): number {
  let bits = 0;
  while (partitions * 2 ** (bits + 1) <= 4294967296) bits++;
  return bits;
}

/**
 * A permutation of [0, 2^bits), chosen by `key`: xor, odd factor, xor-shift, odd factor. Returns a 32-bit pattern,
 * maybe negative.
 */
export function permuteRank(rank: number, key: number, mask: number, shift: number): number {
  let x = imul(rank ^ key, 0x9e3779b1) & mask;
  x ^= x >>> shift;
  return imul(x, 0x85ebca6b) & mask;
}

/** The 32-bit hash of a slot: its phase of turnover, and what its generations are mixed with. */
export function slotHash(rank: number, key: number): number {
  return mix32(rank ^ key);
}

/** What a generation contributes to the high lane; injective below 2²⁹. */
export function generationWord(generation: number): number {
  return imul(generation, 0x9e3779b1);
}

/**
 * The generation of a slot in an hour (counted from the stream's first) is floor(hour·turnover + phase), phase = hash
 * / 2³²: `floor` for all slots, plus 1 for those whose unsigned hash is at or above `stepAtOrAbove`.
 */
export function generationsOf(hour: number, turnover: number): { floor: number; stepAtOrAbove: number } {
  const grown = hour * turnover;
  const floor = Math.floor(grown);
  return { floor, stepAtOrAbove: (1 - (grown - floor)) * 4294967296 };
}
