/** The six architectures of the made-up result: a profile each, from which the three acts are spelt out. */
import type { CapacityAct, FailureAct, Rung, SampledAnswerFigures, SteadyAct } from '../../harness/results/acts.ts';
import type { StoreLoad, StoreLoads } from '../../harness/results/figures.ts';
import type { ArchitectureResult } from '../../harness/results/schema.ts';
import { type DeclarationInput, declarationSchema } from '../../substrates/declaration.ts';
import { ageAt, type Freshness, failureTimeline, percentilesOf, steadyTimeline } from './result-fixture-timelines.ts';

const offeredPerSecond = 1_000_000;
const commonRatePerSecond = 85_000;
const distinctPerEvent = 1 / 36;
const stateBytesPerKey = 32;

interface Profile {
  declaration: DeclarationInput;
  capacityPerSecond: number;
  eventsPerCpuSecond: number;
  freshness: Freshness;
  /** Commands per event of each store. */
  serving?: number;
  speed?: number;
  rungs?: Rung[];
  errors?: { doubleCounted?: number; misplaced?: number; speedDoubleCounted?: number };
  failpoint: string;
  stateKeys: number;
  readRegressions?: number;
  /** Sampled answers that nothing explains, a second, after the first crash. */
  unexplainedPerSecond?: number;
}

const profiles: Record<string, Profile> = {
  batch: {
    declaration: {
      name: 'batch',
      summary: 'The log is archived by arrival hour; a job each hour counts it and bulk-loads the store.',
      stages: [{ kind: 'batch-job', store: 'serving' }],
      answer: { from: 'published-hours', store: 'serving' },
    },
    capacityPerSecond: 9_200_000,
    eventsPerCpuSecond: 4_900_000,
    freshness: { kind: 'per-hour', afterCloseMs: 900 },
    serving: distinctPerEvent,
    errors: { misplaced: 3204 },
    failpoint: 'mid-publish',
    stateKeys: 0,
  },
  alpha: {
    declaration: {
      name: 'alpha',
      summary: 'Every impression increments its counter in the store.',
      stages: [{ kind: 'increment-store', store: 'serving' }],
      answer: { from: 'store', store: 'serving' },
    },
    capacityPerSecond: 210_000,
    eventsPerCpuSecond: 112_000,
    freshness: { kind: 'instant', ageMs: 24 },
    serving: 1,
    rungs: [
      rungOf('100 a transaction', 'maxBatchEvents 100', 61_000, 38_000),
      rungOf('1,000 a transaction', 'maxBatchEvents 1000 (default)', 210_000, 112_000, true),
      rungOf('10,000 a transaction', 'maxBatchEvents 10000', 340_000, 178_000),
      rungOf('no sync', 'maxBatchEvents 1000, LMDB without sync', 395_000, 201_000),
    ],
    errors: { doubleCounted: 1412 },
    unexplainedPerSecond: 9,
    failpoint: 'after-store-ack',
    stateKeys: 0,
  },
  lambda: {
    declaration: {
      name: 'lambda',
      summary: 'Batch into the serving store, alpha into a speed store; a query prefers what the batch has published.',
      stages: [
        { kind: 'batch-job', store: 'serving' },
        { kind: 'increment-store', store: 'speed', deleteAfterPublishedHours: 2 },
      ],
      answer: { from: 'batch-over-speed', batch: 'serving', speed: 'speed' },
    },
    capacityPerSecond: 170_000,
    eventsPerCpuSecond: 86_000,
    freshness: { kind: 'instant', ageMs: 29 },
    serving: distinctPerEvent,
    speed: 1,
    errors: { misplaced: 3204, speedDoubleCounted: 1630 },
    failpoint: 'after-store-ack',
    stateKeys: 0,
  },
  beta: {
    declaration: {
      name: 'beta',
      summary: 'The stream processor holds the open window and upserts it when it closes.',
      stages: [windowStage('open', false, { kind: 'upsert', store: 'serving' })],
      answer: { from: 'store', store: 'serving' },
    },
    capacityPerSecond: 8_400_000,
    eventsPerCpuSecond: 4_300_000,
    freshness: { kind: 'per-hour', afterCloseMs: 350 },
    serving: distinctPerEvent,
    failpoint: 'mid-flush',
    stateKeys: 138_889,
  },
  omega: {
    declaration: {
      name: 'omega',
      summary: 'Beta, and the open window is answered from the stream processor.',
      stages: [windowStage('open', true, { kind: 'upsert', store: 'serving' })],
      answer: { from: 'state-then-store', store: 'serving' },
    },
    capacityPerSecond: 8_100_000,
    eventsPerCpuSecond: 4_200_000,
    freshness: { kind: 'instant', ageMs: 38 },
    serving: distinctPerEvent,
    failpoint: 'mid-flush',
    stateKeys: 138_889,
    readRegressions: 3,
  },
  'omega-prime': {
    declaration: {
      name: 'omega-prime',
      summary: 'All windows stay in the stream processor, which answers every query; there is no store.',
      stages: [windowStage('all', true, { kind: 'nothing' })],
      answer: { from: 'state' },
    },
    capacityPerSecond: 13_700_000,
    eventsPerCpuSecond: 6_675_000,
    freshness: { kind: 'instant', ageMs: 31 },
    failpoint: 'mid-snapshot',
    stateKeys: 555_556,
  },
};

export function fixtureArchitectures(): Record<string, ArchitectureResult> {
  return Object.fromEntries(Object.entries(profiles).map(([name, profile]) => [name, architecture(profile)]));
}

function architecture(profile: Profile): ArchitectureResult {
  return {
    declaration: declarationSchema.parse(profile.declaration),
    capacity: capacity(profile),
    rungs: profile.rungs ?? [],
    steady: steady(profile),
    failure: failure(profile),
  };
}

function capacity(profile: Profile): CapacityAct {
  const elapsedSeconds = Math.min(8, 40_000_000 / profile.capacityPerSecond);
  const reflectedEvents = Math.round(elapsedSeconds * profile.capacityPerSecond);
  const totals = (perEvent: number) => {
    const commands = Math.round(reflectedEvents * perEvent);
    return { commands, commandsPerEvent: perEvent, roundTrips: Math.ceil(commands / 1000), reads: 0, writes: commands };
  };
  return {
    state: 'measured',
    eventsPerSecond: profile.capacityPerSecond,
    eventsPerCpuSecond: profile.eventsPerCpuSecond,
    reflectedEvents,
    elapsedSeconds,
    completed: elapsedSeconds < 8,
    cpuSeconds: reflectedEvents / profile.eventsPerCpuSecond,
    workers: 2,
    store: mapStores(profile, totals),
    checkpoints: checkpointsOf(profile),
    stateBytes: profile.stateKeys * stateBytesPerKey,
  };
}

function steady(profile: Profile): SteadyAct {
  const reflectedPerSecond = Math.min(offeredPerSecond, profile.capacityPerSecond);
  const lagSlopeEventsPerSecond = offeredPerSecond - reflectedPerSecond;
  const timeline = steadyTimeline(
    profile.freshness,
    offeredPerSecond,
    reflectedPerSecond,
    profile.serving,
    profile.speed,
  );
  return {
    state: 'measured',
    offeredPerSecond,
    reflectedPerSecond,
    sustained: lagSlopeEventsPerSecond === 0,
    lagSlopeEventsPerSecond,
    freshnessMs: percentilesOf(timeline.freshnessMs),
    queryLatencyMs: { p50: 0.4, p99: 3.1, max: 11 },
    store: loads(profile, reflectedPerSecond),
    probes: { count: 4000, unanswered: 0, wrong: 0, commands: profile.serving === undefined ? 0 : 4000 },
    generatorLatenessMs: { p50: 0.8, p99: 12, max: 31 },
    distinctPerEvent,
    cpuSeconds: (reflectedPerSecond * 20) / profile.eventsPerCpuSecond,
    stateBytes: profile.stateKeys * stateBytesPerKey,
    checkpoints: checkpointsOf(profile),
    timeline,
  };
}

function failure(profile: Profile): FailureAct {
  const { doubleCounted = 0, misplaced = 0, speedDoubleCounted } = profile.errors ?? {};
  const errs = doubleCounted + misplaced + (speedDoubleCounted ?? 0) > 0;
  const speed = { doubleCounted: speedDoubleCounted ?? 0, lost: 0 };
  const controlMs = percentilesOf(Array.from({ length: 50 }, (_, i) => ageAt(profile.freshness, 5000 + i * 100)));
  const evidence = { signal: 'SIGKILL', detectedMs: 21, firstAnswerMs: 240, caughtUpMs: 610 };
  return {
    state: 'measured',
    commonRatePerSecond,
    control: {
      freshnessMs: controlMs,
      queryLatencyMs: { p50: 0.3, p99: 1.9, max: 6 },
      store: loads(profile, commonRatePerSecond),
    },
    faults: [
      {
        kind: 'kill-at-position',
        trigger: 'partition 0 at offset 425,000',
        at: { partition: 0, offset: 425_000 },
        atMs: 10_000,
        bit: true,
        evidence: { ...evidence, replayedEvents: 41_200 },
      },
      {
        kind: 'kill-at-failpoint',
        trigger: `${profile.failpoint}, hit 3`,
        at: { partition: 1, offset: 637_500 },
        atMs: 15_000,
        bit: true,
        evidence: { ...evidence, failpoint: profile.failpoint, hit: 3, replayedEvents: 38_700, caughtUpMs: 940 },
      },
    ],
    keysAudited: 47_222,
    eventsAudited: 1_700_000,
    doubleCounted,
    lost: 0,
    misplaced,
    phantom: 0,
    compensated: 0,
    unexplained: 0,
    lateDropped: 0,
    predicted: { doubleCounted, lost: 0, misplaced, lateDropped: 0 },
    ...(speedDoubleCounted === undefined ? {} : { speed: { ...speed, predicted: speed } }),
    readRegressions: profile.readRegressions ?? 0,
    wrongAnswers: 0,
    ...sampledAnswers(profile),
    unavailable: profile.serving === undefined ? { probes: 48, share: 0.011 } : { probes: 0, share: 0 },
    recoveryMs: { detected: 21, firstAnswer: 240, caughtUp: 940 },
    verdict: errs ? 'EXPECTED-ERROR' : 'EXACT',
    verdictReason: errs ? 'every error is as predicted, key by key' : 'all 47,222 keys equal the truth',
    auditSeconds: 1.4,
    logVerified: true,
    timeline: failureTimeline(profile.freshness, commonRatePerSecond, profile),
  };
}

function sampledAnswers({ unexplainedPerSecond = 0 }: Profile): SampledAnswerFigures {
  return {
    explainedAnswers: 2400,
    emptyAnswers: 310,
    unexplainedAnswers: 10 * unexplainedPerSecond,
    aheadAnswers: 0,
    sampledKeys: 140,
    keysUnexplainedAtEnd: unexplainedPerSecond,
    countRegressions: 0,
  };
}

function loads(profile: Profile, eventsPerSecond: number): StoreLoads {
  return mapStores(profile, (perEvent): StoreLoad => {
    const commandsPerSecond = eventsPerSecond * perEvent;
    const bursts = perEvent < 1 ? 3 : 1.1;
    return {
      commandsPerSecond,
      peakCommandsPerSecond: commandsPerSecond * bursts,
      roundTripsPerSecond: commandsPerSecond / 1000,
      readsPerSecond: 0,
      writesPerSecond: commandsPerSecond,
      commandsPerEvent: perEvent,
      expectedCommandsPerEvent: perEvent,
    };
  });
}

function mapStores<T>(profile: Profile, figure: (perEvent: number) => T): { serving?: T; speed?: T } {
  return {
    ...(profile.serving === undefined ? {} : { serving: figure(profile.serving) }),
    ...(profile.speed === undefined ? {} : { speed: figure(profile.speed) }),
  };
}

function checkpointsOf(profile: Profile): { count: number; bytes: number; longestPauseMs: number } {
  return { count: 20, bytes: 20 * (profile.stateKeys * stateBytesPerKey + 64), longestPauseMs: 6 };
}

function rungOf(name: string, options: string, eventsPerSecond: number, perCpuSecond: number, isDefault = false): Rung {
  return { name, options, eventsPerSecond, eventsPerCpuSecond: perCpuSecond, commandsPerEvent: 1, isDefault };
}
function windowStage(
  keep: 'open' | 'all',
  queryable: boolean,
  onClose: Extract<DeclarationInput['stages'][number], { kind: 'window-state' }>['onClose'],
): DeclarationInput['stages'][number] {
  return { kind: 'window-state', keep, queryable, onClose };
}
