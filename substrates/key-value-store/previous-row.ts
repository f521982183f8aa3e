/**
 * Finds equal keys inside a batch, for a client that adds up locally between a read and a write: an open-addressing
 * hash table of row numbers with linear probing, made for one batch and thrown away.
 */
import { mix32 } from '../../generators/random.ts';
import type { KeyColumns } from './key-value-store.ts';

/** For each row the nearest earlier row with the same key, or -1. */
export function previousRowOfKey(keys: KeyColumns): Int32Array {
  const slots = 1 << (32 - Math.clz32(2 * keys.count + 1));
  const lastRow = new Int32Array(slots).fill(-1);
  const previous = new Int32Array(keys.count);
  for (let row = 0; row < keys.count; row++) {
    let slot = hashOf(keys, row) & (slots - 1);
    while (lastRow[slot] !== -1 && !sameKey(keys, lastRow[slot] as number, row)) slot = (slot + 1) & (slots - 1);
    previous[row] = lastRow[slot] as number;
    lastRow[slot] = row;
  }
  return previous;
}

function hashOf(keys: KeyColumns, row: number): number {
  const hour = mix32(keys.hourStartMs[row] as number);
  return mix32((keys.tweetIdLo[row] as number) ^ mix32((keys.tweetIdHi[row] as number) ^ hour));
}

function sameKey(keys: KeyColumns, a: number, b: number): boolean {
  return (
    keys.tweetIdLo[a] === keys.tweetIdLo[b] &&
    keys.tweetIdHi[a] === keys.tweetIdHi[b] &&
    keys.hourStartMs[a] === keys.hourStartMs[b]
  );
}
