/**
 * Reads how far the answers reach, by the canaries: one canary tweet a partition, whose impressions are known in
 * closed form.
 *
 * A canary's count n and fingerprint sum over the hours of the run are accepted only as those of a prefix of its
 * impressions; then the arrival that was scheduled for the prefix's last is V of the partition. (A synthetic canary
 * happens when it arrives. A trace that is replayed at a rate has event times of its own: ages are taken on the axis
 * of arrivals, which is the clock's.)
 *
 * An hour whose canaries were all in a prefix is complete, and its value is kept instead of asked again, but for one
 * such hour in turn, so that an old answer that goes back is seen. After a wrong answer or one that goes back every
 * hour is asked, so that no kept value outlives what the architecture says.
 */
import { hourStartOf } from '../../generators/impression.ts';
import type { Canary, ImpressionSource } from '../../generators/impression-source.ts';
import type { KeyColumns } from '../../substrates/key-value-store/key-value-store.ts';
import type { Answers } from '../../substrates/query-service.ts';

/** Tells which prefix of a canary's impressions has this count and fingerprint sum (wrapping at 32 bits), if any. */
export interface CanaryMatcher {
  match(count: number, fingerprintSum: number): { length: number } | undefined;
}

export type CanaryReading =
  /** The scheduled arrival of the last impression that the answer holds; the stream's start for none. */
  | { kind: 'reached'; reachMs: number }
  | { kind: 'unavailable' }
  /** The answer is no prefix: torn, lost or counted twice at this moment. */
  | { kind: 'wrong' };

/** Impressions `[firstOf[i], firstOf[i + 1])` of a canary happened in the hour `hourStartMs[i]`. */
interface HourRuns {
  firstOf: number[];
  hourStartMs: number[];
}

interface CanaryState {
  canary: Canary;
  matcher: CanaryMatcher;
  runs: HourRuns;
  /** Greatest prefix seen, until an answer goes back. */
  prefix: number;
  /** Impressions before this one are in hours that are known to be complete. */
  open: number;
  /** The older hour that is asked next. */
  turn: number;
  values: Map<number, { counter: number; fingerprint: number }>;
}

/** One question to all canaries; `rows` gives each canary's rows `[from, to)` of `keys`. */
export interface CanaryQuestion {
  keys: KeyColumns;
  rows: readonly { from: number; to: number }[];
}

/** The part of a stream that tells where its canaries are and when they are due. */
export type CanarySource = Pick<ImpressionSource, 'canaries' | 'hourMs' | 'startMs' | 'scheduledArrivalMs'>;

export class CanaryReader {
  readonly #states: CanaryState[];
  readonly #source: CanarySource;

  /**
   * `matchers[i]` belongs to `source.canaries[i]`. Error if a canary is missing or has no impression: V could not be
   * known.
   */
  constructor(source: CanarySource, matchers: readonly CanaryMatcher[]) {
    if (source.canaries.length === 0 || source.canaries.some((canary) => canary.length === 0)) {
      throw new Error(
        'a partition has no canary impression, so freshness cannot be probed; a trace or too short a stream has none',
      );
    }
    this.#source = source;
    this.#states = source.canaries.map((canary, i) => {
      const matcher = matchers[i];
      if (matcher === undefined)
        throw new Error(`canary ${i} has no matcher; give one for each of ${source.canaries.length}`);
      return { canary, matcher, runs: hourRuns(canary, source.hourMs), prefix: 0, open: 0, turn: 0, values: new Map() };
    });
  }

  get canaries(): number {
    return this.#states.length;
  }

  /** What to ask at `nowMs`: the hours of what is due and was not seen yet, and, with `older`, one older hour. */
  question(nowMs: number, older = true): CanaryQuestion {
    const hours = this.#states.map((state) => this.#hoursToAsk(state, nowMs, older));
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
    const prefix = isNothing ? { length: 0 } : state.matcher.match(count, fingerprint);
    state.open = prefix === undefined || prefix.length < state.prefix ? 0 : prefix.length;
    if (prefix === undefined) return { kind: 'wrong' };
    state.prefix = prefix.length;
    return {
      kind: 'reached',
      reachMs: prefix.length === 0 ? this.#source.startMs : this.#dueMs(state, prefix.length - 1),
    };
  }

  /** When the k-th impression is due. */
  #dueMs({ canary }: CanaryState, k: number): number {
    return this.#source.scheduledArrivalMs(canary.partition, canary.sequenceOf(k));
  }

  /** Number of impressions that are due at or before `nowMs`. */
  #dueBy(state: CanaryState, nowMs: number): number {
    let due = 0;
    let end = state.canary.length;
    while (due < end) {
      const middle = (due + end) >>> 1;
      if (this.#dueMs(state, middle) <= nowMs) due = middle + 1;
      else end = middle;
    }
    return due;
  }

  #hoursToAsk(state: CanaryState, nowMs: number, withOlder: boolean): number[] {
    const { canary, runs, values } = state;
    const { hourMs } = this.#source;
    const first = Math.min(state.open, canary.length - 1);
    const last = Math.max(first, this.#dueBy(state, nowMs) - 1);
    const hours = new Set<number>();
    for (let run = runOf(runs, first); run < runs.firstOf.length && (runs.firstOf[run] as number) <= last; run++) {
      hours.add(runs.hourStartMs[run] as number);
    }
    // An architecture that goes by arrival counts in the hour in which it came, which may be the next one.
    const newest = Math.min(
      hourStartOf(nowMs, hourMs),
      hourStartOf(this.#dueMs(state, canary.length - 1), hourMs) + hourMs,
    );
    for (let hour = hourStartOf(this.#dueMs(state, first), hourMs); hour <= newest; hour += hourMs) hours.add(hour);
    const asked = [...hours].sort((a, b) => a - b);
    if (!withOlder) return asked;
    const older = [...values.keys()].filter((hour) => !hours.has(hour));
    if (older.length > 0) asked.push(older[state.turn++ % older.length] as number);
    return asked;
  }
}

function hourRuns(canary: Canary, hourMs: number): HourRuns {
  const runs: HourRuns = { firstOf: [], hourStartMs: [] };
  for (let k = 0; k < canary.length; k++) {
    const hourStartMs = hourStartOf(canary.eventTimeMsOf(k), hourMs);
    if (runs.hourStartMs.at(-1) === hourStartMs) continue;
    runs.firstOf.push(k);
    runs.hourStartMs.push(hourStartMs);
  }
  return runs;
}

/** The run that holds the k-th impression. */
function runOf({ firstOf }: HourRuns, k: number): number {
  let low = 0;
  let high = firstOf.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((firstOf[middle] as number) <= k) low = middle;
    else high = middle - 1;
  }
  return low;
}
