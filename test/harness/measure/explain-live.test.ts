/** Answers of whole architectures, sampled by a prober while a stream goes through them in a world in memory. */
import { describe, expect, test } from '@jest/globals';
import { architectures } from '../../../architectures/registry.ts';
import { CanaryPrefixes } from '../../../generators/canary-prefixes.ts';
import type { ArrivalSpan } from '../../../generators/oracle.ts';
import { sampleTweets } from '../../../generators/tweet-sample.ts';
import type { PlannedCrash } from '../../../harness/faults/crash-plan.ts';
import { CanaryReader } from '../../../harness/measure/canary-reader.ts';
import { AnswerSampler } from '../../../harness/measure/explain-sampler.ts';
import { explainableAnswers } from '../../../harness/measure/explain-truth.ts';
import { type Explanation, explainAnswers, inexcusable } from '../../../harness/measure/explainer.ts';
import { FreshnessTracker } from '../../../harness/measure/freshness.ts';
import { Prober } from '../../../harness/measure/prober.ts';
import { type Declaration, storesOf } from '../../../substrates/declaration.ts';
import type { KeyValueStore } from '../../../substrates/key-value-store/key-value-store.ts';
import { QueryService } from '../../../substrates/query-service.ts';
import type { RunningJob } from '../../../substrates/stream-engine/stream-engine.ts';
import { runArchitecture, SETTINGS, SOURCE } from '../../support/architecture-run.ts';
import { TestWorld } from '../../support/memory-world.ts';

const named = (name: string) => architectures.find((declaration) => declaration.name === name) as Declaration;

/** What the samples of a run show, its crashes, and whether all canaries were read. */
async function explain(name: string, crashes: readonly PlannedCrash[] = [], seed = 5) {
  const declaration = named(name);
  const world = new TestWorld(seed, SOURCE.startMs);
  const sampler = new AnswerSampler(SOURCE.canaries, sampleTweets(SOURCE, { seed, perPartition: 16 }), 4);
  const outcome = await runArchitecture({
    declaration,
    world,
    crashes,
    meanwhile: (job) => probe(world, declaration, job, sampler),
  });
  const spans = await spansOf(world);
  const truth = explainableAnswers(SOURCE, sampler.tweets, declaration, SETTINGS, spans);
  if (truth === undefined) throw new Error('nothing to judge by');
  return { ...outcome, explanation: explainAnswers(sampler.answers, truth), tweets: sampler.tweets };
}

async function probe(world: TestWorld, declaration: Declaration, job: RunningJob, sampler: AnswerSampler) {
  const runtime = world.process();
  const stores: Record<string, KeyValueStore> = {};
  for (const store of storesOf(declaration)) stores[store] = await runtime.openStore({ kind: 'memory', name: store });
  const prober = new Prober({
    query: new QueryService({ answer: declaration.answer, partitions: SOURCE.partitions, stores, state: job.state }),
    reader: new CanaryReader(
      SOURCE,
      SOURCE.canaries.map(({ partition }) => new CanaryPrefixes(SOURCE, partition)),
    ),
    tracker: new FreshnessTracker(SOURCE.partitions, SOURCE.startMs),
    sampler,
    runtime,
    seed: 5,
    meanPeriodMs: 3,
  });
  prober.start();
  await job.drained();
  await world.delay(30);
  await prober.stop();
  expect(prober.notes).toEqual([]);
}

async function spansOf(world: TestWorld): Promise<ArrivalSpan[][]> {
  const log = world.logs.open({ kind: 'memory', name: 'log', partitions: SOURCE.partitions });
  return Promise.all(
    SOURCE.canaries.map(async (_, partition) => {
      const spans: ArrivalSpan[] = [];
      const reader = await log.openReader(partition, 0);
      for (let entry = await reader.read(); entry !== undefined; entry = await reader.read()) {
        if (entry.kind !== 'impressions') continue;
        const { firstSequence, count } = entry.block;
        spans.push({ firstSequence, count, arrivalMs: entry.arrivalMs });
      }
      return spans;
    }),
  );
}

const judged = ({ explained, empty, unexplained, ahead }: Explanation) => explained + empty + unexplained + ahead;

describe('without a fault', () => {
  for (const { name } of architectures) {
    test(`every sampled answer of ${name} is explained`, async () => {
      const { explanation } = await explain(name);
      expect(explanation).toMatchObject({ unexplained: 0, ahead: 0, keysUnexplainedAtEnd: 0, bad: [] });
      // Some thousand probes of four canaries and four tweets: enough held something to mean something.
      expect(explanation.explained).toBeGreaterThan(300);
      expect(explanation.keys).toBeGreaterThan(80);
      expect(judged(explanation)).toBeGreaterThan(1000);
    });
  }
});

describe('after a crash', () => {
  const crash: PlannedCrash = { id: 'crash', failpoint: 'position', partition: 1, fromOffset: 2500, hit: 1 };

  for (const name of ['beta', 'omega', 'omega-prime', 'batch']) {
    test(`every sampled answer of ${name} is explained`, async () => {
      const { explanation, crashes } = await explain(name, [crash]);
      expect(crashes).toHaveLength(1);
      expect(explanation.bad).toEqual([]);
      expect(explanation.explained).toBeGreaterThan(300);
    });
  }

  test('alpha is caught with doubled answers of the victim’s tweets, from the crash on and to the end', async () => {
    const repeated: PlannedCrash = { ...crash, failpoint: 'after-store-ack', stage: 0 };
    const { explanation, crashes, report, tweets } = await explain('alpha', [repeated]);
    expect(report.doubleCounted).toBeGreaterThan(0);
    expect(explanation.unexplained).toBeGreaterThan(0);
    expect(explanation.keysUnexplainedAtEnd).toBeGreaterThan(0);
    expect(new Set(explanation.bad.map(({ tweet }) => tweets[tweet]?.partition))).toEqual(new Set([1]));
    expect(inexcusable(explanation, crashes[0]?.atMs ?? Infinity)).toEqual([]);
    expect(inexcusable(explanation, Infinity)).toHaveLength(explanation.bad.length);
  });
});
