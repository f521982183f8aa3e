/** The state of a real job on a real cluster is read by key and by table, and both have every count and fingerprint. */
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from '@jest/globals';
import { findArchitecture } from '../../../../architectures/registry.ts';
import { type TallyRows, tally } from '../../../../generators/oracle.ts';
import { fillLog } from '../../../../harness/load/fill-log.ts';
import { flinkJobJar } from '../../../../harness/services/flink-job-jar.ts';
import type { Declaration } from '../../../../substrates/declaration.ts';
import { KafkaLog } from '../../../../substrates/event-log/kafka/kafka-log.ts';
import { createCompactedTopic, createTopic, deleteTopic } from '../../../../substrates/event-log/kafka/topics.ts';
import { StateAnswer, type StateAnswers } from '../../../../substrates/query-service.ts';
import { planArguments } from '../../../../substrates/stream-engine/flink/plan.ts';
import { planOf } from '../../../../substrates/stream-engine/flink/plan-of.ts';
import { discoverProxies } from '../../../../substrates/stream-engine/flink/queryable-state/discover-proxies.ts';
import { FlinkStateReader } from '../../../../substrates/stream-engine/flink/queryable-state/flink-state-reader.ts';
import {
  type PartitionMarkers,
  readProgress,
} from '../../../../substrates/stream-engine/flink/queryable-state/progress.ts';
import { QueryableStateClient } from '../../../../substrates/stream-engine/flink/queryable-state/queryable-state-client.ts';
import { FlinkRest } from '../../../../substrates/stream-engine/flink/rest/flink-rest.ts';
import { StateUpdatesReader } from '../../../../substrates/stream-engine/flink/state-updates/state-updates-reader.ts';
import { SETTINGS, SOURCE } from '../../../support/architecture-run.ts';
import { describeWith } from '../../../support/real-servers.ts';
import { columnsOf, row } from '../../../support/store-rows.ts';
import { bindingOn } from '../../event-log/kafka/with-topic.ts';

const NOBODY = columnsOf([row(2n ** 63n, 0)]);
const TIMEOUT_MS = 120_000;
const PARALLELISM = 2;

describeWith(['kafka', 'flink'], 'the state of a job', ({ kafka, flink }) => {
  test(
    'is read by key and by table, exactly, and by key no more when the job is over',
    async () => {
      const log = bindingOn(kafka, { partitions: SOURCE.partitions });
      const updates = { ...log, topic: `${log.topic}_updates` };
      const rest = new FlinkRest({ url: `http://${new URL(flink).host}` });
      const client = new QueryableStateClient({
        proxies: () => discoverProxies(rest),
        parallelism: PARALLELISM,
        maxParallelism: 128,
      });
      await createTopic(log);
      await createCompactedTopic(updates);
      const table = await StateUpdatesReader.open(updates, 'all');
      const jar = await rest.uploadJar(await flinkJobJar());
      let job: string | undefined;
      try {
        const writer = await KafkaLog.open(log);
        await fillLog(SOURCE, writer).finally(() => writer.close());
        const plan = planOf(
          {
            declaration: findArchitecture('omega-prime') as Declaration,
            settings: SETTINGS,
            log,
            stores: {},
            workers: PARALLELISM,
          },
          { stateUpdates: { topic: updates.topic, intervalMs: 50 } },
        );
        job = await rest.run(jar, { programArguments: planArguments(plan) });
        await rest.untilState(job, ['RUNNING'], TIMEOUT_MS);
        client.moveTo(job);
        const progress = await untilEnded(client);

        const truth = tally(SOURCE, { labelling: { by: 'event-time', drop: SETTINGS } });
        expect(sumOf(progress, 'countedEvents')).toBe(truth.events);
        expect(sumOf(progress, 'lateDroppedEvents')).toBe(truth.lateDroppedEvents);
        expect(sumOf(progress, 'offset')).toBe(SOURCE.totalImpressions);

        const byKey = await expectSame(new FlinkStateReader(client, 0, 'all'), table, truth.rows);

        await rest.cancel(job);
        await rest.untilState(job, ['CANCELED'], TIMEOUT_MS);
        job = undefined;
        const over = await new FlinkStateReader(client, 0, 'all').read(NOBODY);
        expect([...over.answer]).toEqual([StateAnswer.Unavailable]);
        expect(client.lastFailure).toMatch(/queryable-state prox/);
        expect((await table.read(truth.rows)).counter).toEqual(byKey.counter);
      } finally {
        if (job !== undefined) await rest.cancel(job);
        await rest.deleteJar(jar);
        client.close();
        await table.close();
        await deleteTopic(updates);
        await deleteTopic(log);
      }
    },
    TIMEOUT_MS,
  );
});

/** Both ways have every row, and 0 of a tweet that never was. */
async function expectSame(reader: FlinkStateReader, table: StateUpdatesReader, rows: TallyRows): Promise<StateAnswers> {
  const byKey = await untilAnswered(reader, rows);
  expect(byKey.answer).toEqual(new Uint8Array(rows.count).fill(StateAnswer.Held));
  expect(byKey.counter).toEqual(rows.counter.slice(0, rows.count));
  expect(byKey.fingerprint).toEqual(rows.fingerprint.slice(0, rows.count));
  await untilSame(table, rows, byKey);
  for (const each of [reader, table]) expect([...(await each.read(NOBODY)).answer]).toEqual([StateAnswer.Held]);
  return byKey;
}

async function untilAnswered(reader: FlinkStateReader, rows: TallyRows): Promise<StateAnswers> {
  for (;;) {
    const answers = await reader.read(rows);
    if (!answers.answer.includes(StateAnswer.Unavailable)) return answers;
  }
}

/** The table comes after the state, by the job's interval and the way through Kafka. */
async function untilSame(table: StateUpdatesReader, rows: TallyRows, byKey: StateAnswers): Promise<void> {
  while (!isDeepStrictEqual(await table.read(rows), byKey)) await new Promise((resolve) => setImmediate(resolve));
}

/** The progress of each partition, when all subtasks have seen its end. */
async function untilEnded(client: QueryableStateClient): Promise<PartitionMarkers[]> {
  const shape = { stage: 0, partitions: SOURCE.partitions, parallelism: PARALLELISM, maxParallelism: 128 };
  for (;;) {
    const progress = await readProgress(client, shape);
    // A busy machine may leave one question without an answer.
    if (progress?.every(({ reflected }) => reflected?.ended)) return progress;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Over the partitions; each subtask counts what it was sent, so that their markers are the partition's own. */
function sumOf(progress: readonly PartitionMarkers[], what: 'countedEvents' | 'lateDroppedEvents' | 'offset'): number {
  return progress.reduce((sum, { reflected }) => sum + (reflected?.[what] ?? 0), 0);
}
