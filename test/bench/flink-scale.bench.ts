/**
 * What docs/scale-out.md is computed from: CPU time of task managers for an impression, bytes of it in the log and
 * between operators, and bytes of a counter in a checkpoint, with either state back end. The job reads a filled topic
 * as fast as it can; CPU counts over the second half of it, when the JVM has compiled what is hot, and is steadier than
 * a rate on a machine that is busy with other things.
 *
 * Run: OMEGABENCH_KAFKA=kafka://… OMEGABENCH_FLINK=flink://… node dist/test/bench/flink-scale.bench.js [IMPRESSIONS]
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { findArchitecture } from '../../architectures/registry.ts';
import { tally } from '../../generators/oracle.ts';
import { SyntheticStream } from '../../generators/synthetic-stream.ts';
import { fillLog } from '../../harness/load/fill-log.ts';
import { flinkJobJar } from '../../harness/services/flink-job-jar.ts';
import { MonotonicClock } from '../../substrates/clock.ts';
import type { Declaration } from '../../substrates/declaration.ts';
import type { KafkaLogBinding } from '../../substrates/event-log/event-log.ts';
import { KafkaLog } from '../../substrates/event-log/kafka/kafka-log.ts';
import { createTopic, deleteTopic } from '../../substrates/event-log/kafka/topics.ts';
import { planArguments } from '../../substrates/stream-engine/flink/plan.ts';
import { planOf } from '../../substrates/stream-engine/flink/plan-of.ts';
import { discoverProxies } from '../../substrates/stream-engine/flink/queryable-state/discover-proxies.ts';
import { readProgress } from '../../substrates/stream-engine/flink/queryable-state/progress.ts';
import { QueryableStateClient } from '../../substrates/stream-engine/flink/queryable-state/queryable-state-client.ts';
import { FlinkRest } from '../../substrates/stream-engine/flink/rest/flink-rest.ts';

const PARTITIONS = 4;
const PARALLELISM = 2;
const MAX_PARALLELISM = 128;
const CHECKPOINT_INTERVAL_MS = 5000;
const RATE_PER_SECOND = 1_000_000;
const CPU_TIME = 'Status.JVM.CPU.Time';

const clock = new MonotonicClock(0);
const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** One hour that stays open, so that each tweet has one counter. */
function streamOf(impressions: number): SyntheticStream {
  const hourMs = Math.round((impressions * 1000) / RATE_PER_SECOND);
  return new SyntheticStream({
    seed: 1,
    partitions: PARTITIONS,
    ratePerSecond: RATE_PER_SECOND,
    hourMs,
    hours: 1,
    startMs: hourMs,
    outOfOrderFraction: 0,
    maxOutOfOrderMs: 100,
  });
}

/** CPU seconds of all task managers since they were started. */
async function cpuSeconds(rest: FlinkRest, url: string): Promise<number> {
  let nanoseconds = 0;
  for (const { id } of await rest.taskManagers()) {
    const answer = await fetch(`${url}/taskmanagers/${encodeURIComponent(id)}/metrics?get=${CPU_TIME}`);
    const [metric] = (await answer.json()) as { value: string }[];
    nanoseconds += Number(metric?.value ?? 0);
  }
  return nanoseconds / 1e9;
}

interface Sample {
  events: number;
  cpuSeconds: number;
  atMs: number;
}

async function untilDrained(client: QueryableStateClient, total: number, cpu: () => Promise<number>) {
  const shape = { stage: 0, partitions: PARTITIONS, parallelism: PARALLELISM, maxParallelism: MAX_PARALLELISM };
  const samples: Sample[] = [];
  for (;;) {
    const progress = (await readProgress(client, shape)) ?? [];
    const events = progress.reduce((sum, { reflected }) => sum + (reflected?.countedEvents ?? 0), 0);
    samples.push({ events, cpuSeconds: await cpu(), atMs: clock.nowMs() });
    if (events >= total) return samples;
    await sleep(500);
  }
}

function reportCpu(title: string, samples: readonly Sample[], total: number): void {
  const from = samples.find(({ events }) => events >= total / 2);
  const to = samples.findLast(({ events }) => events < total);
  if (from === undefined || to === undefined || to.events <= from.events) {
    say(`${title}: drained too fast to be measured; give more impressions`);
    return;
  }
  const events = to.events - from.events;
  const perEventUs = ((to.cpuSeconds - from.cpuSeconds) / events) * 1e6;
  const rate = (events / (to.atMs - from.atMs)) * 1000;
  say(`${title}: ${perEventUs.toFixed(2)} CPU us an impression, at ${Math.round(rate)} impressions/s`);
}

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

async function measure(
  backend: 'hashmap' | 'rocksdb',
  log: KafkaLogBinding,
  source: SyntheticStream,
  server: { rest: FlinkRest; url: string; jar: string },
): Promise<void> {
  const { rest, url, jar } = server;
  const title = `${backend}, ${log.framing} framing`;
  const client = new QueryableStateClient({
    proxies: () => discoverProxies(rest),
    parallelism: PARALLELISM,
    maxParallelism: MAX_PARALLELISM,
    patienceMs: 60_000,
  });
  const settings = {
    hourMs: source.hourMs,
    maxOutOfOrderMs: 100,
    allowedLatenessMs: 0,
    checkpointIntervalMs: CHECKPOINT_INTERVAL_MS,
  };
  const declaration = findArchitecture('omega-prime') as Declaration;
  const plan = planOf({ declaration, settings, log, stores: {}, workers: PARALLELISM }, { checkpoints: { backend } });
  const job = await rest.run(jar, { programArguments: planArguments(plan) });
  try {
    await rest.untilState(job, ['RUNNING'], 120_000);
    client.moveTo(job);
    const samples = await untilDrained(client, source.totalImpressions, () => cpuSeconds(rest, url));
    reportCpu(title, samples, source.totalImpressions);
    await reportCheckpoint(title, rest, job, tally(source, { labelling: { by: 'event-time' } }).rows.count);
    // By now the metrics have everything.
    await reportBytesOut(title, rest, job, source.totalImpressions);
  } finally {
    await rest.cancel(job);
    client.close();
  }
}

/** A topic with the whole stream and its end; the job reads on, as there may always be more. */
async function withFilledTopic(
  kafka: string,
  framing: KafkaLogBinding['framing'],
  source: SyntheticStream,
  body: (log: KafkaLogBinding) => Promise<void>,
): Promise<void> {
  const topic = `omegabench_bench_${process.pid}_${Math.round(clock.nowMs())}`;
  const brokers = [new URL(kafka).host];
  const log: KafkaLogBinding = {
    kind: 'kafka',
    brokers,
    topic,
    partitions: PARTITIONS,
    framing,
    codec: 'none',
    tls: false,
  };
  await createTopic(log);
  const writer = await KafkaLog.open(log);
  try {
    await fillLog(source, writer);
    await body(log);
  } finally {
    await writer.close();
    await deleteTopic(log);
  }
}

const { OMEGABENCH_KAFKA: kafka, OMEGABENCH_FLINK: flink } = process.env;
if (kafka === undefined || flink === undefined) throw new Error('set OMEGABENCH_KAFKA and OMEGABENCH_FLINK');
const source = streamOf(Number(process.argv[2] ?? 24_000_000));
const url = `http://${new URL(flink).host}`;
const rest = new FlinkRest({ url });
const jar = await rest.uploadJar(await flinkJobJar());
try {
  for (const framing of ['block', 'event'] as const) {
    await withFilledTopic(kafka, framing, source, async (log) => {
      for (const backend of ['hashmap', 'rocksdb'] as const) await measure(backend, log, source, { rest, url, jar });
    });
  }
} finally {
  await rest.deleteJar(jar);
}
