/**
 * What the keys of a tail of writes held before it, so that a store can be put back to where it was: a crash that loses
 * acknowledged writes. What the tail had brought is the loss, in rows.
 */
import type { StoreName } from '../../../substrates/declaration.ts';
import {
  createRows,
  type Fence,
  type KeyValueStore,
  type RowColumns,
} from '../../../substrates/key-value-store/key-value-store.ts';

interface Change {
  lo: number;
  hi: number;
  hourStartMs: number;
  before: { counter: number; fingerprint: number };
  after: { counter: number; fingerprint: number };
}

export class UndoList {
  readonly #changes = new Map<string, Change>();

  /** Before a write of these rows. */
  async noteBefore(store: KeyValueStore, rows: RowColumns): Promise<void> {
    const held = createRows(rows.count);
    await store.multiGet(rows, held);
    for (let row = 0; row < rows.count; row++) {
      const key = keyOf(rows, row);
      if (this.#changes.has(key)) continue;
      const before = { counter: held.counter[row] as number, fingerprint: held.fingerprint[row] as number };
      this.#changes.set(key, {
        lo: rows.tweetIdLo[row] as number,
        hi: rows.tweetIdHi[row] as number,
        hourStartMs: rows.hourStartMs[row] as number,
        before,
        after: before,
      });
    }
  }

  /** After the last write of the tail: what the keys hold now is what will be forgotten. */
  async noteAfter(store: KeyValueStore): Promise<void> {
    const changes = [...this.#changes.values()];
    const held = rowsOf(changes, ({ before }) => before);
    await store.multiGet(held, held);
    changes.forEach((change, row) => {
      change.after = { counter: held.counter[row] as number, fingerprint: held.fingerprint[row] as number };
    });
  }

  /** What the tail had added to each key. */
  lostRows(): RowColumns {
    return rowsOf([...this.#changes.values()], ({ before, after }) => ({
      counter: after.counter - before.counter,
      fingerprint: (after.fingerprint - before.fingerprint) | 0,
    }));
  }

  /** Puts every key back to what it held before the tail. */
  async putBack(store: KeyValueStore, fence: Fence): Promise<void> {
    const changes = [...this.#changes.values()];
    const absent = changes.filter(({ before }) => before.counter === 0);
    const present = changes.filter(({ before }) => before.counter !== 0);
    if (absent.length > 0)
      await store.delete(
        rowsOf(absent, ({ before }) => before),
        fence,
      );
    if (present.length > 0)
      await store.bulkLoad(
        rowsOf(present, ({ before }) => before),
        fence,
      );
  }
}

export function lostRowsPath(directory: string, store: StoreName, partition: number, epoch: number): string {
  return `${directory}/${store}-p${partition}-e${epoch}.lost`;
}

function keyOf(rows: RowColumns, row: number): string {
  return `${rows.hourStartMs[row]} ${rows.tweetIdLo[row]} ${rows.tweetIdHi[row]}`;
}

function rowsOf(
  changes: readonly Change[],
  figuresOf: (change: Change) => { counter: number; fingerprint: number },
): RowColumns {
  const rows = createRows(changes.length);
  for (const change of changes) {
    const row = rows.count++;
    const { counter, fingerprint } = figuresOf(change);
    rows.tweetIdLo[row] = change.lo;
    rows.tweetIdHi[row] = change.hi;
    rows.hourStartMs[row] = change.hourStartMs;
    rows.counter[row] = counter;
    rows.fingerprint[row] = fingerprint;
  }
  return rows;
}
