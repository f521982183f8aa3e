/** The tweets among some (tweet, hour) keys, each once, and which rows are about it. */
import type { KeyColumns } from '../../../key-value-store/key-value-store.ts';
import type { LookupKeys } from './lookup.ts';

const { imul } = Math;

export interface DistinctTweets {
  lookup: LookupKeys;
  /** By tweet: its last row. */
  firstRow: Int32Array;
  /** By row: another row of the same tweet; -1 behind the last. */
  nextRow: Int32Array;
}

export function distinctTweets(keys: KeyColumns): DistinctTweets {
  const { count, tweetIdLo, tweetIdHi } = keys;
  const keyLo = new Uint32Array(count);
  const keyHi = new Uint32Array(count);
  const firstRow = new Int32Array(count);
  const nextRow = new Int32Array(count);
  // Open addressing at a load of at most 1/2; a slot holds the tweet's index + 1.
  const bits = 32 - Math.clz32(2 * count);
  const slots = new Int32Array(2 ** bits);
  const mask = slots.length - 1;
  let tweets = 0;
  for (let row = 0; row < count; row++) {
    const lo = tweetIdLo[row] as number;
    const hi = tweetIdHi[row] as number;
    let slot = bits === 0 ? 0 : (imul(lo, 0x9e3779b1) + imul(hi, 0x85ebca6b)) >>> (32 - bits);
    let tweet = (slots[slot] as number) - 1;
    while (tweet >= 0 && (keyLo[tweet] !== lo || keyHi[tweet] !== hi)) {
      slot = (slot + 1) & mask;
      tweet = (slots[slot] as number) - 1;
    }
    if (tweet < 0) {
      tweet = tweets++;
      slots[slot] = tweets;
      keyLo[tweet] = lo;
      keyHi[tweet] = hi;
      firstRow[tweet] = -1;
    }
    nextRow[row] = firstRow[tweet] as number;
    firstRow[tweet] = row;
  }
  return { lookup: { count: tweets, keyLo, keyHi }, firstRow, nextRow };
}
