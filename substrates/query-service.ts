/**
 * The query service: answers "how many impressions did this tweet have in this hour" for every architecture in the same
 * way, by the declaration's `answer`. All freshness is measured through it.
 */
import { partitionOf } from '../generators/impression.ts';
import type { Answer, StoreName } from './declaration.ts';
import type { KeyColumns, KeyValueStore } from './key-value-store/key-value-store.ts';

/** What the stream processor's state says of a key. */
export const StateAnswer = {
  /** The worker is down or does not answer. */
  Unavailable: 0,
  /** The window is not in state: it was handed over, or nothing of it was ever seen. */
  NotHeld: 1,
  /** The window is in state and its value is authoritative, 0 included. */
  Held: 2,
} as const;

export interface StateAnswers {
  /** One of `StateAnswer` for each key. */
  answer: Uint8Array;
  counter: Uint32Array;
  fingerprint: Int32Array;
}

/** A multi-get on the state of a running job. Never rejects: a worker that is down gives `Unavailable`. */
export interface StateReader {
  read(keys: KeyColumns): Promise<StateAnswers>;
}

/** Answers for `count` keys; where `unavailable[i]` is 1, counter and fingerprint mean nothing. */
export interface Answers {
  count: number;
  unavailable: Uint8Array;
  counter: Uint32Array;
  fingerprint: Int32Array;
}

export interface QueryServiceOptions {
  answer: Answer;
  partitions: number;
  stores: Partial<Record<StoreName, KeyValueStore>>;
  state?: StateReader;
}

export class QueryService {
  readonly #options: QueryServiceOptions;

  constructor(options: QueryServiceOptions) {
    this.#options = options;
  }

  /** Answers all keys. Rejects only for an error of a store; a worker that is down makes its keys unavailable. */
  async read(keys: KeyColumns): Promise<Answers> {
    const answer = this.#options.answer;
    switch (answer.from) {
      case 'store':
        return this.#fromStore(this.#store(answer.store), keys);
      case 'published-hours':
        return this.#published(this.#store(answer.store), keys);
      case 'state':
        return this.#fromState(keys, undefined);
      case 'state-then-store':
        return this.#fromState(keys, this.#store(answer.store));
      case 'batch-over-speed':
        return this.#batchOverSpeed(this.#store(answer.batch), this.#store(answer.speed), keys);
    }
  }

  #store(name: StoreName): KeyValueStore {
    const store = this.#options.stores[name];
    if (store === undefined) throw new Error(`the query service was given no ${name} store`);
    return store;
  }

  async #fromStore(store: KeyValueStore, keys: KeyColumns): Promise<Answers> {
    const answers = emptyAnswers(keys.count);
    await store.multiGet(keys, answers);
    return answers;
  }

  async #published(store: KeyValueStore, keys: KeyColumns): Promise<Answers> {
    const answers = emptyAnswers(keys.count);
    await this.#overlayPublished(store, keys, answers);
    return answers;
  }

  async #fromState(keys: KeyColumns, store: KeyValueStore | undefined): Promise<Answers> {
    const state = this.#options.state;
    if (state === undefined) throw new Error('the query service was given no state reader');
    const fromState = await state.read(keys);
    const answers = emptyAnswers(keys.count);
    answers.counter.set(fromState.counter);
    answers.fingerprint.set(fromState.fingerprint);
    for (let row = 0; row < keys.count; row++) {
      if (fromState.answer[row] === StateAnswer.Unavailable) answers.unavailable[row] = 1;
    }
    if (store === undefined) return answers;
    const elsewhere = selectRows(keys, (row) => fromState.answer[row] !== StateAnswer.Held);
    if (elsewhere.rows.length === 0) return answers;
    const fromStore = await this.#fromStore(store, elsewhere.keys);
    elsewhere.rows.forEach((row, i) => {
      const found = fromStore.counter[i] !== 0;
      // A closed window of a worker that is down is answered by the store; an open one is nowhere else.
      if (found) answers.unavailable[row] = 0;
      answers.counter[row] = fromStore.counter[i] as number;
      answers.fingerprint[row] = fromStore.fingerprint[i] as number;
    });
    return answers;
  }

  async #batchOverSpeed(batch: KeyValueStore, speed: KeyValueStore, keys: KeyColumns): Promise<Answers> {
    // Speed before marker before batch: an hour that is published in between is then taken from the batch view, never
    // lost.
    const answers = await this.#fromStore(speed, keys);
    await this.#overlayPublished(batch, keys, answers);
    return answers;
  }

  /** Replaces the answers of keys whose hour is published by the batch view's. */
  async #overlayPublished(batch: KeyValueStore, keys: KeyColumns, answers: Answers): Promise<void> {
    const published = await batch.markers('published-hour', this.#options.partitions);
    const visible = selectRows(keys, (row) => isPublished(keys, row, published));
    if (visible.rows.length === 0) return;
    const fromBatch = await this.#fromStore(batch, visible.keys);
    scatter(fromBatch, visible.rows, answers);
  }
}

function isPublished(keys: KeyColumns, row: number, published: readonly (number | undefined)[]): boolean {
  const newest = published[partitionOf(keys.tweetIdLo[row] as number, published.length)];
  return newest !== undefined && (keys.hourStartMs[row] as number) <= newest;
}

function emptyAnswers(count: number): Answers {
  return {
    count,
    unavailable: new Uint8Array(count),
    counter: new Uint32Array(count),
    fingerprint: new Int32Array(count),
  };
}

function selectRows(keys: KeyColumns, wanted: (row: number) => boolean): { keys: KeyColumns; rows: number[] } {
  const rows: number[] = [];
  for (let row = 0; row < keys.count; row++) if (wanted(row)) rows.push(row);
  return {
    rows,
    keys: {
      count: rows.length,
      tweetIdLo: Uint32Array.from(rows, (row) => keys.tweetIdLo[row] as number),
      tweetIdHi: Uint32Array.from(rows, (row) => keys.tweetIdHi[row] as number),
      hourStartMs: Float64Array.from(rows, (row) => keys.hourStartMs[row] as number),
    },
  };
}

function scatter(from: Answers, rows: readonly number[], into: Answers): void {
  rows.forEach((row, i) => {
    into.counter[row] = from.counter[i] as number;
    into.fingerprint[row] = from.fingerprint[i] as number;
  });
}
