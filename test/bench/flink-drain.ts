/**
 * What the benches of Flink's own rate share: a filled topic, a job of omega-prime that reads it as fast as it can, and
 * the rate and CPU time over the second half, when the JVM has compiled what is hot.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { findArchitecture } from '../../architectures/registry.ts';
import { SyntheticStream } from '../../generators/synthetic-stream.ts';
import { fillLog } from '../../harness/load/fill-log.ts';
import { MonotonicClock } from '../../substrates/clock.ts';
import type { Declaration } from '../../substrates/declaration.ts';
import type { KafkaLogBinding } from '../../substrates/event-log/event-log.ts';
import { KafkaLog } from '../../substrates/event-log/kafka/kafka-log.ts';
import { createTopic, deleteTopic } from '../../substrates/event-log/kafka/topics.ts';
import { type FlinkSource, planArguments } from '../../substrates/stream-engine/flink/plan.ts';
import { planOf } from '../../substrates/stream-engine/flink/plan-of.ts';
import { discoverProxies } from '../../substrates/stream-engine/flink/queryable-state/discover-proxies.ts';
import { readProgress } from '../../substrates/stream-engine/flink/queryable-state/progress.ts';
import { QueryableStateClient } from '../../substrates/stream-engine/flink/queryable-state/queryable-state-client.ts';
import type { FlinkRest } from '../../substrates/stream-engine/flink/rest/flink-rest.ts';

export const PARTITIONS = 4;
const PARALLELISM = 2;
const MAX_PARALLELISM = 128;
const CHECKPOINT_INTERVAL_MS = 5000;
const RATE_PER_SECOND = 1_000_000;
const CPU_TIME = 'Status.JVM.CPU.Time';

const clock = new MonotonicClock(0);

/** One hour that stays open, so that each tweet has one counter. */
export function streamOf(impressions: number): SyntheticStream {
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

export interface DrainRates {
  /** Impressions a second of the second half; 0 if it went too fast to be seen. */
  perSecond: number;
  /** CPU microseconds of all task managers for an impression. */
  cpuUs: number;
}

export interface Drain {
  rest: FlinkRest;
  /** Of the job manager, and the job's jar there. */
  url: string;
  jar: string;
  log: KafkaLogBinding;
  source: SyntheticStream;
  backend: 'hashmap' | 'rocksdb';
  /** Where impressions come from: the log unless it is said. */
  from?: FlinkSource;
}

/** Runs the job until it has counted everything; `whenDrained` looks at it while it still runs. */
export async function drain(
  { rest, url, jar, log, source, backend, from }: Drain,
  whenDrained: (job: string) => Promise<void> = async () => {},
): Promise<DrainRates> {
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
  const planned = from === undefined ? plan : { ...plan, source: from };
  const job = await rest.run(jar, { programArguments: planArguments(planned) });
  try {
    await rest.untilState(job, ['RUNNING'], 120_000);
    client.moveTo(job);
    const rates = ratesOf(await untilDrained(client, source.totalImpressions, () => cpuSeconds(rest, url)));
    await whenDrained(job);
    return rates;
  } finally {
    await rest.cancel(job);
    client.close();
  }
}

/** A topic with the whole stream and its end; the job reads on, as there may always be more. */
export async function withFilledTopic(
  kafka: string,
  framing: KafkaLogBinding['framing'],
  source: SyntheticStream,
  body: (log: KafkaLogBinding) => Promise<void>,
): Promise<void> {
  const log: KafkaLogBinding = {
    kind: 'kafka',
    brokers: [new URL(kafka).host],
    topic: `omegabench_bench_${process.pid}_${Math.round(clock.nowMs())}`,
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

interface Sample {
  events: number;
  cpuSeconds: number;
  atMs: number;
}

async function untilDrained(
  client: QueryableStateClient,
  total: number,
  cpu: () => Promise<number>,
): Promise<Sample[]> {
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

function ratesOf(samples: readonly Sample[]): DrainRates {
  const total = samples.at(-1)?.events ?? 0;
  const from = samples.find(({ events }) => events >= total / 2);
  const to = samples.findLast(({ events }) => events < total);
  if (from === undefined || to === undefined || to.events <= from.events) return { perSecond: 0, cpuUs: Number.NaN };
  const events = to.events - from.events;
  return {
    perSecond: (events / (to.atMs - from.atMs)) * 1000,
    cpuUs: ((to.cpuSeconds - from.cpuSeconds) / events) * 1e6,
  };
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
