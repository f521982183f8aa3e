/**
 * What docs/scale-out.md is computed from: CPU time of task managers for an impression, bytes of it in the log and
 * between operators, and bytes of a counter in a checkpoint, with either state back end. The job reads a filled topic
 * as fast as it can; CPU counts over the second half of it, when the JVM has compiled what is hot, and is steadier than
 * a rate on a machine that is busy with other things.
 *
 * Run: OMEGABENCH_KAFKA=kafka://… OMEGABENCH_FLINK=flink://… node dist/test/bench/flink-scale.bench.js [IMPRESSIONS]
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { tally } from '../../generators/oracle.ts';
import type { FlinkRest } from '../../substrates/stream-engine/flink/rest/flink-rest.ts';
import { drain, streamOf, withFilledTopic } from './flink-drain.ts';
import { flinkServers } from './flink-servers.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function reportBytesOut(title: string, rest: FlinkRest, job: string, total: number): Promise<void> {
  for (const { id, name, parallelism } of (await rest.job(job)).vertices) {
    const names = Array.from({ length: parallelism }, (_, subtask) => `${subtask}.numBytesOut`);
    const bytes = [...(await rest.metrics(job, id, names)).values()].reduce((sum, value) => sum + Number(value), 0);
    say(`${title}: ${name.split(' ')[0]} sends ${(bytes / total).toFixed(2)} bytes an impression`);
  }
}

async function reportCheckpoint(title: string, rest: FlinkRest, job: string, keys: number): Promise<void> {
  const { completed } = await rest.checkpoints(job);
  // The second one from now began when everything was counted.
  for (;;) {
    const checkpoints = await rest.checkpoints(job);
    if (checkpoints.completed >= completed + 2 && checkpoints.latest !== undefined) {
      const { stateBytes, durationMs } = checkpoints.latest;
      say(
        `${title}: a checkpoint of ${keys} counters has ${stateBytes} bytes, ${(stateBytes / keys).toFixed(1)} a ` +
          `counter, and takes ${durationMs} ms`,
      );
      return;
    }
    await sleep(500);
  }
}

const { kafka, url, rest, jar } = await flinkServers();
const source = streamOf(Number(process.argv[2] ?? 24_000_000));
const keys = tally(source, { labelling: { by: 'event-time' } }).rows.count;
try {
  for (const framing of ['block', 'event'] as const) {
    await withFilledTopic(kafka, framing, source, async (log) => {
      for (const backend of ['hashmap', 'rocksdb'] as const) {
        const title = `${backend}, ${framing} framing`;
        const { perSecond, cpuUs } = await drain({ rest, url, jar, log, source, backend }, async (job) => {
          await reportCheckpoint(title, rest, job, keys);
          // By now the metrics have everything.
          await reportBytesOut(title, rest, job, source.totalImpressions);
        });
        if (perSecond === 0) say(`${title}: drained too fast to be measured; give more impressions`);
        else say(`${title}: ${cpuUs.toFixed(2)} CPU us an impression, at ${Math.round(perSecond)} impressions/s`);
      }
    });
  }
} finally {
  await rest.deleteJar(jar);
}
