/** The oracle's tables of one stream, each computed once, when it is first asked for. */
import type { ImpressionSource } from '../../generators/impression-source.ts';
import { type ArrivalSpan, type Tally, tally } from '../../generators/oracle.ts';
import type { BatchJobStage, Declaration } from '../../substrates/declaration.ts';
import { dropsLateEvents } from '../run/promises.ts';

type Spans = readonly (readonly ArrivalSpan[])[];

export class StreamTruths {
  readonly #source: ImpressionSource;
  readonly #lateness: { maxOutOfOrderMs: number; allowedLatenessMs: number };
  /** By labelling, of a log that holds each impression once. */
  readonly #known = new Map<boolean, Tally>();

  constructor(source: ImpressionSource, lateness: { maxOutOfOrderMs: number; allowedLatenessMs: number }) {
    this.#source = source;
    this.#lateness = lateness;
  }

  /** Every impression of the log in the hour of its event time. */
  undropped(spans: Spans): Tally {
    return this.#byEventTime(false, spans);
  }

  /** What is right for a declaration: only windows drop what comes too late. */
  of(declaration: Declaration, spans: Spans): Tally {
    return this.#byEventTime(dropsLateEvents(declaration), spans);
  }

  /** What a batch job counts where, if the log holds these spans. */
  ofJob(job: BatchJobStage, spans: Spans): Tally {
    if (job.bucketBy === 'arrival-time') return tally(this.#source, { labelling: { by: 'arrival-time', spans } });
    const { cutOffMs } = job;
    return tally(this.#source, { labelling: { by: 'event-time-before-cut-off', cutOffMs, spans } });
  }

  #byEventTime(drops: boolean, spans: Spans): Tally {
    const { maxOutOfOrderMs, allowedLatenessMs } = this.#lateness;
    const labelling = { by: 'event-time', ...(drops ? { drop: { maxOutOfOrderMs, allowedLatenessMs } } : {}) } as const;
    const impressions = spans.flat().reduce((sum, { count }) => sum + count, 0);
    if (impressions !== this.#source.totalImpressions) return tally(this.#source, { labelling, spans });
    const known = this.#known.get(drops) ?? tally(this.#source, { labelling });
    this.#known.set(drops, known);
    return known;
  }
}
