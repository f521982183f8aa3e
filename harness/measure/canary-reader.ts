/**
 * Reads how far the answers reach, by the canaries: one canary tweet a partition, whose impressions are known in
 * closed form.
 *
 * A canary's count n and fingerprint sum over the hours of the run are accepted only as those of a prefix of its
 * impressions; then the prefix's last event time is V of the partition. An hour whose canaries were all in a prefix
 * is complete, and its value is kept instead of asked again, but for one such hour in turn, so that an old answer
 * that goes back is seen. After a wrong answer or one that goes back every hour is asked, so that no kept value
 * outlives what the architecture says.
 */
import { hourStartOf } from '../../generators/impression.ts';
import type { Canary } from '../../generators/impression-source.ts';
import type { KeyColumns } from '../../substrates/key-value-store/key-value-store.ts';
import type { Answers } from '../../substrates/query-service.ts';

/** Tells which prefix of a canary's impressions has this count and fingerprint sum (wrapping at 32 bits), if any. */
export interface CanaryMatcher {
  match(count: number, fingerprintSum: number): { length: number; eventTimeMs: number } | undefined;
}

export type CanaryReading =
  | { kind: 'reached'; eventTimeMs: number }
  | { kind: 'unavailable' }
  /** The answer is no prefix: torn, lost or counted twice at this moment. */
  | { kind: 'wrong' };

interface CanaryState {
  canary: Canary;
  matcher: CanaryMatcher;
  firstHourMs: number;
  lastHourMs: number;
  /** Oldest hour that is not known to be complete. */
  openHourMs: number;
  /** Greatest prefix seen, until an answer goes back. */
  prefix: number;
  /** The older hour that is asked next. */
  turn: number;
  values: Map<number, { counter: number; fingerprint: number }>;
}

/** One question to all canaries; `rows` gives each canary's rows `[from, to)` of `keys`. */
export interface CanaryQuestion {
  keys: KeyColumns;
  rows: readonly { from: number; to: number }[];
}

export class CanaryReader {
  readonly #states: CanaryState[];
  readonly #hourMs: number;
  readonly #startMs: number;

  /**
   * `matchers[i]` belongs to `source.canaries[i]`. Error if a canary is missing or has no impression: V could not be
   * known.
   */
  constructor(
    source: { canaries: readonly Canary[]; hourMs: number; startMs: number },
    matchers: readonly CanaryMatcher[],
  ) {
    if (source.canaries.length === 0 || source.canaries.some((canary) => canary.length === 0)) {
      throw new Error(
        'a partition has no canary impression, so freshness cannot be probed; a trace or too short a stream has none',
      );
    }
    this.#hourMs = source.hourMs;
    this.#startMs = source.startMs;
    this.#states = source.canaries.map((canary, i) => {
      const matcher = matchers[i];
      if (matcher === undefined)
        throw new Error(`canary ${i} has no matcher; give one for each of ${source.canaries.length}`);
      const firstHourMs = hourStartOf(canary.eventTimeMsOf(0), source.hourMs);
      const lastHourMs = hourStartOf(canary.eventTimeMsOf(canary.length - 1), source.hourMs);
      return {
        canary,
        matcher,
        firstHourMs,
        lastHourMs,
        openHourMs: firstHourMs,
        prefix: 0,
        turn: 0,
        values: new Map(),
      };
    });
  }

  get canaries(): number {
    return this.#states.length;
  }

  /** What to ask at `nowMs`: the hours from the oldest that is open to the current one, and one older hour. */
  question(nowMs: number): CanaryQuestion {
    const hours = this.#states.map((state) => this.#hoursToAsk(state, nowMs));
    const count = hours.reduce((sum, list) => sum + list.length, 0);
    const keys: KeyColumns = {
      count,
      tweetIdLo: new Uint32Array(count),
      tweetIdHi: new Uint32Array(count),
      hourStartMs: Float64Array.from(hours.flat()),
    };
    let to = 0;
    const rows = this.#states.map(({ canary }, i) => {
      const from = to;
      to += (hours[i] as number[]).length;
      keys.tweetIdLo.fill(canary.tweetIdLo, from, to);
      keys.tweetIdHi.fill(canary.tweetIdHi, from, to);
      return { from, to };
    });
    return { keys, rows };
  }

  /** The readings of all canaries, in order, from the answers to `question`. */
  interpret(question: CanaryQuestion, answers: Answers): CanaryReading[] {
    return this.#states.map((state, i) => {
      const { from, to } = question.rows[i] as { from: number; to: number };
      if (answers.unavailable.subarray(from, to).includes(1)) return { kind: 'unavailable' };
      for (let row = from; row < to; row++) {
        state.values.set(question.keys.hourStartMs[row] as number, {
          counter: answers.counter[row] as number,
          fingerprint: answers.fingerprint[row] as number,
        });
      }
      return this.#reach(state);
    });
  }

  #reach(state: CanaryState): CanaryReading {
    let count = 0;
    let fingerprint = 0;
    for (const value of state.values.values()) {
      count += value.counter;
      fingerprint = (fingerprint + value.fingerprint) | 0;
    }
    const isNothing = count === 0 && fingerprint === 0;
    const prefix = isNothing ? { length: 0, eventTimeMs: this.#startMs } : state.matcher.match(count, fingerprint);
    if (prefix === undefined || prefix.length < state.prefix) state.openHourMs = state.firstHourMs;
    else state.openHourMs = this.#hourOfNext(state, prefix.length);
    if (prefix === undefined) return { kind: 'wrong' };
    state.prefix = prefix.length;
    return { kind: 'reached', eventTimeMs: prefix.length === 0 ? this.#startMs : prefix.eventTimeMs };
  }

  /** The hour of the first impression that is not in the prefix; the last hour if all are. */
  #hourOfNext(state: CanaryState, length: number): number {
    return hourStartOf(state.canary.eventTimeMsOf(Math.min(length, state.canary.length - 1)), this.#hourMs);
  }

  #hoursToAsk(state: CanaryState, nowMs: number): number[] {
    // An impression that arrives after the end of its hour may be counted in the next one, by an architecture that
    // goes by arrival.
    const newest = Math.min(hourStartOf(nowMs, this.#hourMs), state.lastHourMs + this.#hourMs);
    const hours: number[] = [];
    for (let hour = state.openHourMs; hour <= Math.max(newest, state.openHourMs); hour += this.#hourMs)
      hours.push(hour);
    const older = Math.round((state.openHourMs - state.firstHourMs) / this.#hourMs);
    if (older > 0) hours.push(state.firstHourMs + (state.turn++ % older) * this.#hourMs);
    return hours;
  }
}
