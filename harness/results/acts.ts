/**
 * The three acts of one architecture: capacity, steady, failure. An act is one of four states; `measured` has every
 * figure, `invalid` and `interrupted` have those that could be had (and say why they are not to be trusted),
 * `skipped` has none.
 */
import { z } from 'zod';
import {
  amount,
  checkpoints,
  count,
  histograms,
  percentilesMs,
  probes,
  serverCommands,
  share,
  storeLoads,
  storeMemory,
  storeTotalsByStore,
  timeline,
} from './figures.ts';

/** The four states of an act; numbers exist only in states that have them. */
function act<Shape extends z.ZodRawShape>(figures: z.ZodObject<Shape>) {
  return z.discriminatedUnion('state', [
    figures.extend({ state: z.literal('measured') }),
    figures.partial().extend({ state: z.literal('invalid'), reasons: z.array(z.string().min(1)).min(1) }),
    figures.partial().extend({ state: z.literal('interrupted') }),
    z.object({ state: z.literal('skipped'), reason: z.string().min(1) }),
  ]);
}

/** A filled log drained as fast as the pipeline can. */
export const capacityFigures = z.object({
  eventsPerSecond: amount,
  /** Per CPU-second, user and system, of all processes that belong to the pipeline. */
  eventsPerCpuSecond: amount,
  reflectedEvents: count,
  elapsedSeconds: amount,
  /** The whole log was drained; otherwise the act was stopped at its time limit. */
  completed: z.boolean(),
  cpuSeconds: amount,
  /** The part of it that was used by servers which the harness had started: new in 1.2. */
  serverCpuSeconds: amount.optional(),
  serverCommands: serverCommands.optional(),
  /** At the end of the act; absent where no server of a store tells. */
  storeMemory: storeMemory.optional(),
  workers: count,
  store: storeTotalsByStore,
  checkpoints,
  stateBytes: count,
});

/** The same act with other options: alpha's batch sizes, no sync, no checkpoints. */
export const rung = z.object({
  name: z.string().min(1),
  options: z.string(),
  eventsPerSecond: amount,
  eventsPerCpuSecond: amount,
  elapsedSeconds: amount.optional(),
  reflectedEvents: count.optional(),
  commandsPerEvent: amount.optional(),
  isDefault: z.boolean().default(false),
});

/**
 * Answers for sampled tweets and canaries while an act went on, each judged against the impressions that the log had:
 * new in 1.1, and absent where nothing could be judged.
 */
const sampledAnswers = z.object({
  /** Equal to a prefix of the impressions of (tweet, hour), and not to none. */
  explainedAnswers: count.optional(),
  /** Nothing yet. */
  emptyAnswers: count.optional(),
  /** Equal to no prefix: doubled, lost or torn at that moment. */
  unexplainedAnswers: count.optional(),
  /** Equal to a prefix that the log did not have yet. */
  aheadAnswers: count.optional(),
  sampledKeys: count.optional(),
  /** Keys whose last answer was unexplained: a lasting error; the others passed. */
  keysUnexplainedAtEnd: count.optional(),
  /** Answers with a lower count than the one before for the same key. */
  countRegressions: count.optional(),
  /** The first that was unexplained or ahead; `atMs` counts from the start of the act. */
  firstUnexplained: z
    .object({
      tweetId: z.string(),
      hourStartMs: z.number(),
      atMs: amount,
      counter: count,
      fingerprint: z.int(),
      /** Impressions of the key that the log had by then. */
      inLog: count.optional(),
    })
    .optional(),
});

/** Open loop at the offered rate. */
export const steadyFigures = z.object({
  offeredPerSecond: amount,
  reflectedPerSecond: amount,
  /** Lag does not grow. */
  sustained: z.boolean(),
  /** Growth of (offered - reflected); may be negative while a backlog is worked off. */
  lagSlopeEventsPerSecond: z.number(),
  freshnessMs: percentilesMs,
  queryLatencyMs: percentilesMs,
  store: storeLoads,
  probes,
  ...sampledAnswers.shape,
  /** How late the generator was against its own schedule. */
  generatorLatenessMs: percentilesMs,
  /** Distinct (tweet, hour) keys per event of the stream. */
  distinctPerEvent: amount,
  cpuSeconds: amount,
  serverCpuSeconds: amount.optional(),
  serverCommands: serverCommands.optional(),
  storeMemory: storeMemory.optional(),
  stateBytes: count,
  checkpoints,
  timeline,
  histograms: histograms.optional(),
});

/** What proves that a fault bit, and how long it was felt. Times count from the injection. */
export const faultEvidence = z.object({
  /** How the victim ended, for example SIGKILL. */
  signal: z.string().optional(),
  failpoint: z.string().optional(),
  /** The failpoint's hit at which it fired, from 1. */
  hit: count.optional(),
  replayedEvents: count.optional(),
  detectedMs: amount.optional(),
  firstAnswerMs: amount.optional(),
  caughtUpMs: amount.optional(),
  /** In words, for faults that kill nobody. */
  what: z.string().optional(),
  lastedMs: amount.optional(),
  /** Events that were counted again, lost or sent twice by it. */
  events: count.optional(),
});

export const fault = z.object({
  kind: z.string().min(1),
  /** Row of the fault matrix. */
  row: z.string().optional(),
  /** What the final counts were to be. */
  expected: z.string().optional(),
  /** In words: where and when it was to strike. */
  trigger: z.string(),
  /** Where it struck. */
  at: z.object({ partition: count, offset: count }).optional(),
  /** When it struck, from the start of the act. */
  atMs: amount.optional(),
  /** False: the fault left no evidence, and the act is invalid. */
  bit: z.boolean(),
  evidence: faultEvidence,
});

const errorsOfCount = z.object({ doubleCounted: count, lost: count });

export const predictedErrors = errorsOfCount.extend({
  /** Where the kill left an interval, its upper end; `doubleCounted` is then the lower. */
  doubleCountedAtMost: count.optional(),
  misplaced: count,
  lateDropped: count,
});

export const verdicts = ['EXACT', 'EXPECTED-ERROR', 'VIOLATION', 'INVALID', 'UNKNOWN'] as const;

/** One common rate, faults on purpose, and the audit of every (tweet, hour) afterwards. */
export const failureFigures = z.object({
  commonRatePerSecond: amount,
  /** The same rate before the first fault; a stream may be too short for a probe in it. */
  control: z.object({
    freshnessMs: percentilesMs.optional(),
    queryLatencyMs: percentilesMs.optional(),
    store: storeLoads,
  }),
  faults: z.array(fault),
  keysAudited: count,
  eventsAudited: count,
  doubleCounted: count,
  lost: count,
  misplaced: count,
  phantom: count,
  compensated: count,
  /** Keys that differ from the prediction. */
  unexplained: count,
  lateDropped: count,
  predicted: predictedErrors,
  /** Lambda's speed store, audited raw. */
  speed: errorsOfCount.extend({ keysAudited: count.optional(), predicted: errorsOfCount }).optional(),
  readRegressions: count,
  wrongAnswers: count,
  ...sampledAnswers.shape,
  unavailable: z.object({ probes: count, share }),
  /** The slowest recovery among the faults, each from the injection; absent where it was never reached. */
  recoveryMs: z.object({ detected: amount.optional(), firstAnswer: amount.optional(), caughtUp: amount.optional() }),
  verdict: z.enum(verdicts),
  verdictReason: z.string(),
  auditSeconds: amount,
  /** The log was read back and equals the generator's stream. */
  logVerified: z.boolean(),
  timeline,
  histograms: histograms.optional(),
});

export const capacityAct = act(capacityFigures);
export const steadyAct = act(steadyFigures);
export const failureAct = act(failureFigures);

export type CapacityFigures = z.infer<typeof capacityFigures>;
export type SteadyFigures = z.infer<typeof steadyFigures>;
export type FailureFigures = z.infer<typeof failureFigures>;
export type CapacityAct = z.infer<typeof capacityAct>;
export type SteadyAct = z.infer<typeof steadyAct>;
export type FailureAct = z.infer<typeof failureAct>;
export type SampledAnswerFigures = z.infer<typeof sampledAnswers>;
export type FaultRecord = z.infer<typeof fault>;
export type Rung = z.infer<typeof rung>;
export type Verdict = (typeof verdicts)[number];
