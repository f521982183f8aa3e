/**
 * Data freshness: F(t) = t − V(t), where V is the newest event time such that every accepted event up to it is in the
 * answer served at t. Canaries give V for each partition; the answer is as fresh as its worst partition.
 *
 * The age is a function of wall time, put together from pieces, and its percentiles are weighted by wall time, not by
 * probe:
 * - a probe that is answered says how old the answer was since the probe before it (nobody asked in between);
 * - from a probe's intended time to its reply no answer was served, and the one before kept ageing, a second a second;
 * - until a probe is answered rightly for all partitions, the partitions without an answer keep their V, and age.
 * So an outage counts for as long as it lasted, whether its probes failed or merely waited.
 */

/** The outcome of one probe. */
export interface FreshnessProbe {
  /** When the probe was due. */
  intendedMs: number;
  /** When it was answered, or given up; not before the probe before it. */
  atMs: number;
  /** For each partition the event time that the answer reaches; undefined for one that was unanswered or wrong. */
  reachMs: readonly (number | undefined)[];
}

export interface FreshnessFigures {
  /** The age that was not exceeded for 50 % of the wall time. */
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  /** Wall time that the figures cover; less than the window if probes began after it or ended before it. */
  coveredMs: number;
  /** Right answers of one partition that reached less far than a right answer before. */
  regressions: number;
}

export interface FreshnessTimeline {
  atMs: number[];
  ageMs: number[];
}

/** An age over a span of wall time: constant (slope 0), or growing with the clock (slope 1). */
interface AgePiece {
  fromMs: number;
  toMs: number;
  ageMs: number;
  slope: 0 | 1;
}

/** A growing age is cut into at most this many slices, each counted with its greatest age. */
const MAX_SLICES = 64;

export class FreshnessTracker {
  readonly #reachMs: number[];
  readonly #pieces: AgePiece[] = [];
  readonly #regressionsAtMs: number[] = [];
  readonly #timeline: FreshnessTimeline = { atMs: [], ageMs: [] };
  #last: { atMs: number; ageMs: number; complete: boolean } | undefined;

  /**
   * Until a partition is answered for the first time its answer reaches `startMs`, the start of the stream: nothing
   * is in it.
   */
  constructor(partitions: number, startMs: number) {
    if (!Number.isInteger(partitions) || partitions < 1)
      throw new Error(`freshness needs a partition, got ${partitions}`);
    this.#reachMs = new Array<number>(partitions).fill(startMs);
  }

  /** Takes probes in the order of their replies. Error for one out of order or with another number of partitions. */
  record(probe: FreshnessProbe): void {
    if (probe.reachMs.length !== this.#reachMs.length) {
      throw new Error(`a probe answers ${probe.reachMs.length} partitions, expected ${this.#reachMs.length}`);
    }
    const last = this.#last;
    if (last !== undefined && probe.atMs < last.atMs) {
      throw new Error(
        `probe of ${probe.atMs} ms comes after one of ${last.atMs} ms; give them in the order of their replies`,
      );
    }
    const complete = this.#takeReaches(probe);
    const ageMs = probe.atMs - Math.min(...this.#reachMs);
    if (last !== undefined && complete) this.#addAnswered(last, probe, ageMs);
    else if (last !== undefined) this.#addPiece(last.atMs, probe.atMs, ageMs - (probe.atMs - last.atMs), 1);
    this.#last = { atMs: probe.atMs, ageMs, complete };
    this.#timeline.atMs.push(probe.atMs);
    this.#timeline.ageMs.push(ageMs);
  }

  /** Figures for wall times `[fromMs, toMs)`, or undefined if no probe covers any of it. */
  figures(fromMs: number, toMs: number): FreshnessFigures | undefined {
    const slices = this.#pieces.flatMap((piece) => slicesOf(piece, fromMs, toMs));
    slices.sort((a, b) => a.ageMs - b.ageMs);
    const worst = slices.at(-1);
    if (worst === undefined) return undefined;
    const coveredMs = slices.reduce((sum, slice) => sum + slice.durationMs, 0);
    return {
      p50Ms: weightedPercentile(slices, coveredMs, 0.5),
      p99Ms: weightedPercentile(slices, coveredMs, 0.99),
      maxMs: worst.ageMs,
      coveredMs,
      regressions: this.#regressionsAtMs.filter((atMs) => atMs >= fromMs && atMs < toMs).length,
    };
  }

  /** The age at each probe so far, for charts. */
  timeline(): FreshnessTimeline {
    return { atMs: [...this.#timeline.atMs], ageMs: [...this.#timeline.ageMs] };
  }

  /**
   * Whether the probe was answered for every partition. A right answer that is older than the one before lowers V: it
   * is what is served.
   */
  #takeReaches(probe: FreshnessProbe): boolean {
    let complete = true;
    probe.reachMs.forEach((reachMs, partition) => {
      if (reachMs === undefined) {
        complete = false;
        return;
      }
      if (reachMs < (this.#reachMs[partition] as number)) this.#regressionsAtMs.push(probe.atMs);
      this.#reachMs[partition] = reachMs;
    });
    return complete;
  }

  #addAnswered(last: { atMs: number; ageMs: number; complete: boolean }, probe: FreshnessProbe, ageMs: number): void {
    const waitFromMs = Math.min(probe.atMs, Math.max(last.atMs, probe.intendedMs));
    if (last.complete) {
      this.#addPiece(last.atMs, waitFromMs, ageMs, 0);
      this.#addPiece(waitFromMs, probe.atMs, last.ageMs, 1);
    } else {
      this.#addPiece(last.atMs, probe.atMs, last.ageMs, 1);
    }
  }

  #addPiece(fromMs: number, toMs: number, ageMs: number, slope: 0 | 1): void {
    if (toMs > fromMs) this.#pieces.push({ fromMs, toMs, ageMs, slope });
  }
}

interface AgeSlice {
  durationMs: number;
  ageMs: number;
}

/** The part of a piece that lies in `[fromMs, toMs)`, as constant ages. */
function slicesOf(piece: AgePiece, fromMs: number, toMs: number): AgeSlice[] {
  const start = Math.max(fromMs, piece.fromMs);
  const durationMs = Math.min(toMs, piece.toMs) - start;
  if (!(durationMs > 0)) return [];
  if (piece.slope === 0) return [{ durationMs, ageMs: piece.ageMs }];
  const ageMs = piece.ageMs + (start - piece.fromMs);
  const count = Math.min(MAX_SLICES, Math.ceil(durationMs));
  return Array.from({ length: count }, (_, slice) => ({
    durationMs: durationMs / count,
    ageMs: ageMs + (durationMs * (slice + 1)) / count,
  }));
}

/** The least age of which, with all lesser ones, at least the given share of the time is made up; slices by age. */
function weightedPercentile(slices: readonly AgeSlice[], totalMs: number, share: number): number {
  let sumMs = 0;
  for (const slice of slices) {
    sumMs += slice.durationMs;
    // Sums of fractions of a millisecond may fall short of the total by rounding.
    if (sumMs >= share * totalMs - 1e-6) return slice.ageMs;
  }
  return (slices.at(-1) as AgeSlice).ageMs;
}
