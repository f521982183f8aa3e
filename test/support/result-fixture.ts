/**
 * A complete, valid result with made-up figures: round where a real run is ragged, and named synthetic where a name
 * is seen. The shapes are those of a believable run of the six architectures (alpha falls behind, beta saws, a crash
 * shows), so that charts can be looked at.
 */
import { type ArchitectureResult, type Result, resultSchema, schemaVersion } from '../../harness/results/schema.ts';
import { fixtureArchitectures } from './result-fixture-architectures.ts';

/** The whole result; `changes` replace top-level fields. Checked against the schema. */
export function resultFixture(changes: Partial<Result> = {}): Result {
  return resultSchema.parse({
    schemaVersion,
    runId: 'synthetic-fixture',
    startedAt: '2026-01-02T03:04:05.000Z',
    finishedAt: '2026-01-02T03:10:17.000Z',
    status: 'completed',
    config: config(),
    environment: environment(),
    stream: {
      impressionsPerTweetAndHour: 36,
      distinctTweetsPerHour: 138_889,
      canaryShare: 0.0004,
      notes: ['Each partition has tweets of its own: 69,444 of them, with a Zipf law of their own.'],
    },
    architectures: fixtureArchitectures(),
    claims: claims(),
    warnings: warnings(),
    ...changes,
  });
}

/** The fixture with one architecture changed. */
export function withArchitecture(name: string, change: (found: ArchitectureResult) => ArchitectureResult): Result {
  const result = resultFixture();
  const found = result.architectures[name];
  if (found === undefined) throw new Error(`the fixture has no architecture ${name}`);
  return resultFixture({ architectures: { ...result.architectures, [name]: change(found) } });
}

function config(): Result['config'] {
  return {
    architectures: ['batch', 'alpha', 'lambda', 'beta', 'omega', 'omega-prime'],
    quick: false,
    seed: 42,
    ratePerSecond: 1_000_000,
    hourMs: 5000,
    hours: { steady: 4, failure: 4 },
    capacityEvents: 40_000_000,
    capacityLimitMs: 8000,
    partitions: 2,
    workers: 2,
    skew: { law: 'zipf', exponent: 1 },
    outOfOrderShare: 0.01,
    lateShare: 0,
    turnoverShare: 0.5,
    maxOutOfOrderMs: 100,
    allowedLatenessMs: 0,
    checkpointIntervalMs: 1000,
    canaryIntervalMs: 10,
    faults: ['kill-at-position', 'kill-at-failpoint'],
    arguments: ['--seed', '42', '--rate', '1M', '--hour', '5s'],
  };
}

function environment(): Result['environment'] {
  return {
    os: 'Synthetic Linux 6.1 x64',
    cpuModel: 'Synthetic CPU @ 2.00 GHz',
    cores: 2,
    memoryBytes: 24 * 2 ** 30,
    nodeVersion: 'v20.20.2',
    packageVersion: '0.1.0',
    commit: '0123456789abcdef0123456789abcdef01234567',
    lmdbVersion: '0.9.90',
    substrates: {
      eventLog: { name: 'files', settings: { segment: '64 MiB', sync: 'none' } },
      keyValueStore: { name: 'lmdb', settings: { sync: 'on', map: '16 GiB' } },
      streamEngine: { name: 'embedded', settings: { workers: '2 processes' } },
    },
    calibration: {
      generatorZipfPerSecond: 24_000_000,
      generatorUniformPerSecond: 71_000_000,
      logAppendPerSecond: 52_000_000,
      logReadPerSecond: 88_000_000,
      windowCountPerSecond: 21_000_000,
      storeGetPerSecond: 900_000,
      storePutPerSecond: 420_000,
      storeIncrementPerSecond: 260_000,
    },
  };
}

function claims(): Result['claims'] {
  return [
    {
      id: 'alpha-failure',
      architecture: 'alpha',
      statement: 'Failures lead to multiple counting.',
      verdict: 'confirmed',
      evidence: '1,412 events counted twice after two crashes; 1,412 were predicted.',
      figure: 1412,
    },
    {
      id: 'alpha-instant',
      architecture: 'alpha',
      statement: 'Data is available instantly.',
      verdict: 'refuted',
      evidence: 'At 1 M/s it falls behind by 790 K events every second; instant only below 210 K/s.',
      figure: 15_800,
    },
    {
      id: 'beta-correct',
      architecture: 'beta',
      statement: 'Correct counts even in failure.',
      verdict: 'confirmed',
      evidence: '47,222 keys audited after two crashes: none differs.',
      figure: 0,
    },
    {
      id: 'prime-fits',
      architecture: 'omega-prime',
      statement: 'The total state must fit.',
      verdict: 'not-proven',
      evidence: 'State grew to 18 MB in four hours; the limit was not reached.',
    },
    {
      id: 'speedup',
      architecture: 'all',
      statement: 'More than 100x over pushing the state into a database.',
      verdict: 'not-proven',
      evidence: 'omega-prime counts 65.2 x the events of alpha per second, 59.6 x per CPU-second.',
      figure: 65.2,
    },
    {
      id: 'batch-sessions',
      architecture: 'batch',
      statement: 'Hard to compute session windows.',
      verdict: 'not-decided-here',
      evidence: 'This run counts; it has no session windows.',
    },
  ];
}

function warnings(): Result['warnings'] {
  return [
    { code: 'few-cores', message: 'Generator, pipeline and probes share 2 cores; on more cores the figures rise.' },
    {
      code: 'behind',
      message: 'Fell behind the offered rate by 790 K events/s; its freshness grows for as long as the act lasts.',
      architecture: 'alpha',
      act: 'steady',
    },
  ];
}
