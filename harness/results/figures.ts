/**
 * The building blocks of a result: percentiles, store load, timelines, histograms. Units stand at the end of each
 * name; a figure that does not exist is left out, never NaN or -1.
 */
import { z } from 'zod';

export const amount = z.number().min(0);
export const count = z.int().min(0);
export const share = z.number().min(0).max(1);
export const isoTime = z.iso.datetime();

/** Milliseconds, weighted by wall time for freshness, by query for latencies. */
export const percentilesMs = z.object({ p50: amount, p99: amount, max: amount }).meta({ id: 'percentilesMs' });

/** An HDR histogram (hdr-histogram-js, V2, compressed, base64) of values in microseconds. */
export const histogram = z.object({ unit: z.literal('us'), hdr: z.string().min(1) }).meta({ id: 'histogram' });

/** Raw distributions behind the percentiles. */
export const histograms = z
  .object({
    freshness: histogram.optional(),
    queryLatency: histogram.optional(),
    generatorLateness: histogram.optional(),
  })
  .meta({ id: 'histograms' });

/** What one store was asked while the pipeline ran at a fixed rate; probes are counted elsewhere. */
export const storeLoad = z
  .object({
    commandsPerSecond: amount,
    /** The busiest second: bulk loads and window flushes come in bursts. */
    peakCommandsPerSecond: amount.optional(),
    roundTripsPerSecond: amount,
    readsPerSecond: amount,
    writesPerSecond: amount,
    /** Keyed operations per event whose effect the store holds. */
    commandsPerEvent: amount,
    /** What the architecture should need: 1 for alpha, distinct (tweet, hour) keys per event for beta and omega. */
    expectedCommandsPerEvent: amount.optional(),
  })
  .meta({ id: 'storeLoad' });

/** What one store was asked in total while a filled log was drained. */
export const storeTotals = z
  .object({
    commands: count,
    commandsPerEvent: amount,
    roundTrips: count,
    reads: count,
    writes: count,
  })
  .meta({ id: 'storeTotals' });

/** A figure for each store that the architecture writes or answers from; none for omega-prime. */
function perStore<T extends z.ZodType>(figure: T) {
  return z.object({ serving: figure.optional(), speed: figure.optional() });
}
export const storeLoads = perStore(storeLoad);
/** What was sent to a store's server, by the server's own names, and what it has counted: new in 1.2. */
export const serverCommands = perStore(
  z.array(z.object({ command: z.string().min(1), sent: count, counted: count })).meta({ id: 'serverCommands' }),
);
/** What a counter takes of a store's server, by the server's own figures for a sample: new in 1.3. */
export const storeMemory = perStore(
  z
    .object({
      /** Keys and the server's overhead included. */
      bytesPerCounter: amount,
      countersSampled: count,
      /** In words. */
      measuredBy: z.string().min(1),
    })
    .meta({ id: 'storeMemory' }),
);
export const storeTotalsByStore = perStore(storeTotals);

export const checkpoints = z
  .object({
    count,
    bytes: count,
    /** Longest time that ingestion stood still for one. */
    longestPauseMs: amount,
  })
  .meta({ id: 'checkpoints' });

/** Queries that the harness itself sent. */
export const probes = z
  .object({
    count,
    unanswered: count,
    /** Answers that are no prefix of the canary's stream. */
    wrong: count,
    /** Store commands that the probes caused, not part of the pipeline's. */
    commands: count,
  })
  .meta({ id: 'probes' });

const series = z.array(amount.nullable());

/** A stretch of a timeline with a name: a fault from injection to caught up, the control phase, the drain. */
export const timelineMark = z.object({
  kind: z.enum(['fault', 'phase']),
  label: z.string(),
  fromMs: amount,
  toMs: amount,
});

/** Columns of equal length, about ten rows a second; `atMs` counts from the start of the act. */
export const timeline = z
  .object({
    stepMs: amount,
    atMs: z.array(amount),
    /** Age of the answers; null where no probe was made. */
    freshnessMs: series,
    queryLatencyMs: series.optional(),
    /** Events due by the schedule, cumulative. */
    offeredEvents: z.array(amount),
    /** Events in the answers, cumulative. */
    reflectedEvents: z.array(amount),
    servingCommandsPerSecond: series.optional(),
    speedCommandsPerSecond: series.optional(),
    /** Share of the canaries that were answered in the second that holds the row; null where no probe was due. */
    availability: z.array(share.nullable()).optional(),
    /** Sampled answers that equal no prefix, in the second that holds the row. */
    unexplainedAnswersPerSecond: series.optional(),
    marks: z.array(timelineMark).default([]),
  })
  .refine((columns) => columnLengths(columns).every((length) => length === columns.atMs.length), {
    error: 'the columns of a timeline must have equal length',
  })
  .meta({ id: 'timeline' });

function columnLengths(columns: object): number[] {
  return Object.entries(columns).flatMap(([name, column]) =>
    name !== 'marks' && Array.isArray(column) ? [column.length] : [],
  );
}

export type PercentilesMs = z.infer<typeof percentilesMs>;
export type EncodedHistogram = z.infer<typeof histogram>;
export type StoreLoad = z.infer<typeof storeLoad>;
export type StoreLoads = z.infer<typeof storeLoads>;
export type StoreMemory = z.infer<typeof storeMemory>;
export type StoreTotals = z.infer<typeof storeTotals>;
export type Timeline = z.infer<typeof timeline>;
export type TimelineMark = z.infer<typeof timelineMark>;
