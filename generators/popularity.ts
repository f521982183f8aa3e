/**
 * Popularity: how often each rank of N tweets is drawn. Zipf gives rank r (from 0) the mass (r+1)^-s / H, where H = Σ
 * (r+1)^-s, with any exponent s ≥ 0; uniform gives every rank 1/N. Zipf is drawn by Walker's alias method in Vose's
 * form (Vose 1991, "A linear algorithm for generating random numbers with a given distribution"): N columns of equal
 * mass, each split between its own rank and one alias.
 *
 * The number of tweets follows from the number of impressions, see `tweetsForImpressions`.
 */

const TWO_32 = 4294967296;

/** Impressions per distinct tweet and hour in the talk: 3.6 G impressions of 100 M tweets. */
export const IMPRESSIONS_PER_TWEET = 36;

/** Most ranks that one alias table may have. */
export const MAX_SLOTS = 2 ** 30;

/**
 * The alias table of Zipf(`exponent`) over `slots` ranks, as pairs: `table[2c]` is the threshold of column c,
 * `table[2c + 1]` its alias. To draw: choose a column uniformly and a coin u uniformly from [0, 2³²); the rank is the
 * column if u < threshold, else the alias. A column that keeps all of its mass has itself as alias. O(N) time; 8 bytes
 * a rank, 20 more while it is built.
 */
export function zipfAliasTable(slots: number, exponent: number): Uint32Array {
  checkPopularity(slots, exponent);
  const scaled = scaledMasses(slots, exponent);
  const table = new Uint32Array(2 * slots);
  // One array, two stacks: columns with too little mass grow from the left, those with too much from the right.
  const stack = new Int32Array(slots);
  let small = 0;
  let large = slots;
  for (let rank = slots - 1; rank >= 0; rank--) {
    if ((scaled[rank] as number) < 1) stack[small++] = rank;
    else stack[--large] = rank;
  }
  while (small > 0 && large < slots) {
    const poor = stack[--small] as number;
    const rich = stack[large] as number;
    const mass = scaled[poor] as number;
    setColumn(table, poor, mass, rich);
    const rest = (scaled[rich] as number) - (1 - mass);
    scaled[rich] = rest;
    if (rest < 1) {
      large++;
      stack[small++] = rich;
    }
  }
  // What is left has mass 1 but for rounding.
  while (small > 0) {
    const rank = stack[--small] as number;
    setColumn(table, rank, 1, rank);
  }
  for (; large < slots; large++) {
    const rank = stack[large] as number;
    setColumn(table, rank, 1, rank);
  }
  return table;
}

function setColumn(table: Uint32Array, column: number, mass: number, alias: number): void {
  table[2 * column] = Math.min(Math.round(mass * TWO_32), TWO_32 - 1);
  table[2 * column + 1] = alias;
}

/** Masses of the ranks times the number of ranks. */
function scaledMasses(slots: number, exponent: number): Float64Array {
  const masses = new Float64Array(slots);
  let total = 0;
  // From the smallest mass to the greatest, so that rounding does not eat the small ones.
  for (let rank = slots - 1; rank >= 0; rank--) {
    const mass = (rank + 1) ** -exponent;
    masses[rank] = mass;
    total += mass;
  }
  const scale = slots / total;
  for (let rank = 0; rank < slots; rank++) masses[rank] = (masses[rank] as number) * scale;
  return masses;
}

function checkPopularity(slots: number, exponent: number): void {
  if (!Number.isInteger(slots) || slots < 1 || slots > MAX_SLOTS) {
    throw new RangeError(
      `a popularity needs 1 to ${MAX_SLOTS} ranks, got ${slots}: lower the rate or shorten the hour`,
    );
  }
  if (!(exponent >= 0 && exponent < Infinity)) {
    throw new RangeError(`the Zipf exponent must be a number of 0 or more, got ${exponent}`);
  }
}

/** Ranks below this are summed one by one, those above in buckets. */
const EXACT_RANKS = 1024;
/** A bucket reaches from rank a to a·(1 + 1/256): masses within it differ by less than s/256. */
const BUCKETS_PER_FOLD = 256;

/**
 * Expected number of distinct tweets among `impressions` independent draws of Zipf(`exponent`) over `slots` ranks:
 *
 *     E = Σ_r 1 - (1 - p_r)^n,   p_r = r^-s / H(N, s),   r = 1..N
 *
 * Ranks above 1024 are taken in geometric buckets with the mean mass of each, by the midpoint rule
 * Σ_{r=a}^{b} r^-s ≈ ∫_{a-½}^{b+½} x^-s dx. The error is below 1e-5 of E.
 */
export function expectedDistinctTweets(slots: number, exponent: number, impressions: number): number {
  if (impressions <= 0) return 0;
  let harmonic = 0;
  forEachBucket(slots, exponent, (count, weight) => {
    harmonic += count * weight;
  });
  let distinct = 0;
  forEachBucket(slots, exponent, (count, weight) => {
    const mass = Math.min(1, weight / harmonic);
    distinct -= count * Math.expm1(impressions * Math.log1p(-mass));
  });
  return distinct;
}

/** Calls `visit` with the number of ranks in each bucket and the mean of r^-s over it. */
function forEachBucket(slots: number, exponent: number, visit: (count: number, weight: number) => void): void {
  let first = 1;
  while (first <= slots) {
    const width = first <= EXACT_RANKS ? 1 : Math.ceil(first / BUCKETS_PER_FOLD);
    const last = Math.min(slots, first + width - 1);
    const count = last - first + 1;
    visit(count, count === 1 ? first ** -exponent : integralOfPower(first - 0.5, last + 0.5, exponent) / count);
    first = last + 1;
  }
}

/** ∫ x^-s dx from a to b, without cancellation near s = 1. */
function integralOfPower(a: number, b: number, s: number): number {
  const logarithm = Math.log(b / a);
  return s === 1 ? logarithm : (a ** (1 - s) * Math.expm1((1 - s) * logarithm)) / (1 - s);
}

/**
 * How many ranks N are needed so that `impressions` draws in an hour are expected to hit `impressions /
 * impressionsPerTweet` distinct tweets: the least N with `expectedDistinctTweets(N) ≥ impressions /
 * impressionsPerTweet`, by bisection (E grows with N). Where the exponent is so steep that no N is enough (about 1.4
 * and more at a million draws), N = `impressions`, and the hour has fewer distinct tweets.
 */
export function tweetsForImpressions(
  impressions: number,
  exponent: number,
  impressionsPerTweet = IMPRESSIONS_PER_TWEET,
): number {
  const wanted = impressions / impressionsPerTweet;
  let below = Math.max(0, Math.ceil(wanted) - 1);
  let enough = Math.max(1, Math.ceil(impressions));
  while (enough - below > 1) {
    const middle = Math.floor((below + enough) / 2);
    if (expectedDistinctTweets(middle, exponent, impressions) >= wanted) enough = middle;
    else below = middle;
  }
  return enough;
}
