/**
 * How fast in-flight state is read out of a running Flink job, from this process by the queryable-state protocol: keys
 * per second with many in flight, and latency from the intended time of an open loop of 1,000 keys a second. Both while
 * the job catches up with a filled log as fast as it can, and while it follows a stream of 100,000 impressions a second
 * that this process writes. Beside them what the second path costs: the records of state updates at 100 ms.
 *
 * Run: OMEGABENCH_KAFKA=kafka://… OMEGABENCH_FLINK=flink://… node dist/test/bench/flink-state.bench.js
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { findArchitecture } from '../../architectures/registry.ts';
import { createBlock, MAX_BLOCK_ROWS } from '../../generators/impression.ts';
import { SyntheticStream } from '../../generators/synthetic-stream.ts';
import { BlockCutter } from '../../harness/load/block-cutter.ts';
import { fillLog } from '../../harness/load/fill-log.ts';
import { MonotonicClock } from '../../substrates/clock.ts';
import type { Declaration } from '../../substrates/declaration.ts';
import type { KafkaLogBinding } from '../../substrates/event-log/event-log.ts';
import { KafkaLog } from '../../substrates/event-log/kafka/kafka-log.ts';
import { createCompactedTopic, createTopic, deleteTopic } from '../../substrates/event-log/kafka/topics.ts';
import { planArguments } from '../../substrates/stream-engine/flink/plan.ts';
import { planOf } from '../../substrates/stream-engine/flink/plan-of.ts';
import { discoverProxies } from '../../substrates/stream-engine/flink/queryable-state/discover-proxies.ts';
import { readProgress } from '../../substrates/stream-engine/flink/queryable-state/progress.ts';
import { QueryableStateClient } from '../../substrates/stream-engine/flink/queryable-state/queryable-state-client.ts';
import type { FlinkRest } from '../../substrates/stream-engine/flink/rest/flink-rest.ts';
import { StateUpdatesReader } from '../../substrates/stream-engine/flink/state-updates/state-updates-reader.ts';
import { flinkServers } from './flink-servers.ts';

const PARTITIONS = 4;
const PARALLELISM = 2;
const MAX_PARALLELISM = 128;
const HOUR_MS = 60_000;
const SETTINGS = { hourMs: HOUR_MS, maxOutOfOrderMs: 100, allowedLatenessMs: 500, checkpointIntervalMs: 5000 };
/** Keys of one pipelined lookup, and how many of them are timed. */
const LOOKUP_KEYS = 20_000;
const LOOKUPS = 9;
const OPEN_LOOP_PER_SECOND = 1000;
const OPEN_LOOP_SECONDS = 10;
const STATE = 'window-0';
/** Long: what takes its time is to be measured, not given up. */
const PATIENCE_MS = 10_000;

interface Scenario {
  title: string;
  ratePerSecond: number;
  hours: number;
  /** Written ahead of time; else on schedule, by this process. */
  isFilled: boolean;
  hasUpdates: boolean;
}

const SCENARIOS: readonly Scenario[] = [
  { title: 'catching up', ratePerSecond: 250_000, hours: 2, isFilled: true, hasUpdates: false },
  { title: 'at 100,000 impressions/s', ratePerSecond: 100_000, hours: 2, isFilled: false, hasUpdates: false },
  { title: 'the same with state updates', ratePerSecond: 100_000, hours: 2, isFilled: false, hasUpdates: true },
];

const clock = new MonotonicClock(0);

async function measure(scenario: Scenario, kafka: string, rest: FlinkRest, jar: string): Promise<void> {
  const { ratePerSecond, hours, isFilled, hasUpdates } = scenario;
  const source = new SyntheticStream({
    seed: 1,
    partitions: PARTITIONS,
    ratePerSecond,
    hourMs: HOUR_MS,
    hours,
    startMs: 0,
    skew: { kind: 'zipf', exponent: 1 },
    maxOutOfOrderMs: SETTINGS.maxOutOfOrderMs,
  });
  const log = bindingOn(kafka);
  const updates = { ...log, topic: `${log.topic}_updates` };
  const client = new QueryableStateClient({
    proxies: () => discoverProxies(rest),
    parallelism: PARALLELISM,
    maxParallelism: MAX_PARALLELISM,
    patienceMs: PATIENCE_MS,
  });
  await createTopic(log);
  if (hasUpdates) await createCompactedTopic(updates);
  const table = hasUpdates ? await StateUpdatesReader.open(updates, 'all') : undefined;
  const writer = await KafkaLog.open(log);
  const stop = new AbortController();
  let job: string | undefined;
  let writing = Promise.resolve();
  try {
    if (isFilled) await fillLog(source, writer);
    const declaration = findArchitecture('omega-prime') as Declaration;
    const plan = planOf(
      { declaration, settings: SETTINGS, log, stores: {}, workers: PARALLELISM },
      hasUpdates ? { stateUpdates: { topic: updates.topic, intervalMs: 100 } } : {},
    );
    job = await rest.run(jar, { programArguments: planArguments(plan) });
    await rest.untilState(job, ['RUNNING'], 60_000);
    client.moveTo(job);
    if (!isFilled) writing = follow(source, writer, stop.signal);
    await report(scenario.title, client, tweetsOf(source), table);
  } finally {
    stop.abort();
    await writing;
    if (job !== undefined) await rest.cancel(job);
    client.close();
    await table?.close();
    await writer.close();
    if (hasUpdates) await deleteTopic(updates);
    await deleteTopic(log);
  }
}

function bindingOn(kafka: string): KafkaLogBinding {
  return {
    kind: 'kafka',
    brokers: [new URL(kafka).host],
    topic: `omegabench_bench_${process.pid}_${Math.round(clock.nowMs())}`,
    partitions: PARTITIONS,
    framing: 'block',
    codec: 'none',
    tls: false,
  };
}

/** Writes what is due, from now on. */
async function follow(source: SyntheticStream, log: KafkaLog, signal: AbortSignal): Promise<void> {
  const cutters = await BlockCutter.openAll(source, log);
  const startedMs = clock.nowMs();
  while (!signal.aborted) {
    const nowMs = source.startMs + clock.nowMs() - startedMs;
    for (const cutter of cutters) {
      const rows = Math.min(cutter.waitingAt(nowMs), MAX_BLOCK_ROWS);
      if (rows > 0) await cutter.append(rows, nowMs);
    }
    await sleep(10);
  }
  for (const cutter of cutters) await cutter.writer.close();
}

/** Distinct tweets of the first impressions of each partition: what is soon in state. */
function tweetsOf(source: SyntheticStream): { lo: Uint32Array; hi: Uint32Array } {
  const seen = new Map<string, [lo: number, hi: number]>();
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const block = createBlock(partition);
    for (let sequence = 0; sequence < 20_000; sequence += MAX_BLOCK_ROWS) {
      source.fill(block, partition, sequence, MAX_BLOCK_ROWS);
      for (let row = 0; row < block.count; row++) {
        const [lo, hi] = [block.tweetIdLo[row] as number, block.tweetIdHi[row] as number];
        seen.set(`${lo} ${hi}`, [lo, hi]);
      }
    }
  }
  const all = [...seen.values()];
  return { lo: Uint32Array.from(all, ([lo]) => lo), hi: Uint32Array.from(all, ([, hi]) => hi) };
}

type Tweets = ReturnType<typeof tweetsOf>;

async function report(
  title: string,
  client: QueryableStateClient,
  tweets: Tweets,
  table: StateUpdatesReader | undefined,
): Promise<void> {
  while ((await look(client, tweets, 0, tweets.lo.length)).found < tweets.lo.length) await sleep(100);
  const before = { atMs: clock.nowMs(), events: await countedEvents(client), figures: table?.figures };
  const rates: number[] = [];
  for (let round = 0; round < LOOKUPS; round++) {
    const startedMs = clock.nowMs();
    const { found } = await look(client, tweets, round * 7919, LOOKUP_KEYS);
    if (found < LOOKUP_KEYS) throw new Error(`${LOOKUP_KEYS - found} keys were not found: ${client.lastFailure}`);
    rates.push((LOOKUP_KEYS / (clock.nowMs() - startedMs)) * 1000);
  }
  // What this process itself could not be on time for is in the latencies too.
  const standstill = monitorEventLoopDelay({ resolution: 1 });
  standstill.enable();
  const latenciesMs = await openLoop(client, tweets);
  standstill.disable();
  const seconds = (clock.nowMs() - before.atMs) / 1000;
  const eventsPerSecond = ((await countedEvents(client)) - before.events) / seconds;
  rates.sort((a, b) => a - b);
  latenciesMs.sort((a, b) => a - b);
  const quantile = (share: number): string =>
    (latenciesMs[Math.floor(latenciesMs.length * share)] ?? Number.NaN).toFixed(2);
  process.stdout.write(
    `${title}: ${Math.round(rates[LOOKUPS >> 1] ?? 0)} keys/s pipelined (median of ${LOOKUPS} lookups of ` +
      `${LOOKUP_KEYS}; ${Math.round(rates[0] ?? 0)} to ${Math.round(rates.at(-1) ?? 0)}); ` +
      `at ${OPEN_LOOP_PER_SECOND} keys/s p50 ${quantile(0.5)}, p99 ${quantile(0.99)}, max ${quantile(1 - 1e-9)} ms ` +
      `(this process stood still for ${(standstill.percentile(99) / 1e6).toFixed(1)} ms at p99, ` +
      `${(standstill.max / 1e6).toFixed(1)} ms at most); ` +
      `the job counted ${Math.round(eventsPerSecond)} impressions/s meanwhile\n`,
  );
  if (table === undefined || before.figures === undefined) return;
  const records = (table.figures.records - before.figures.records) / seconds;
  const bytes = (table.figures.fetchedBytes - before.figures.fetchedBytes) / seconds;
  process.stdout.write(`${title}: ${Math.round(records)} updates/s, ${Math.round(bytes / 1024)} KiB/s from Kafka\n`);
}

async function look(
  client: QueryableStateClient,
  tweets: Tweets,
  from: number,
  count: number,
): Promise<{ found: number }> {
  const pick = (column: Uint32Array): Uint32Array =>
    Uint32Array.from({ length: count }, (_, i) => column[(from + i) % column.length] as number);
  const outcome = { found: 0 };
  await client.look(
    STATE,
    { count, keyLo: pick(tweets.lo), keyHi: pick(tweets.hi) },
    {
      found: () => {
        outcome.found += 1;
      },
      absent: () => undefined,
      unavailable: () => undefined,
    },
  );
  return outcome;
}

/** Latencies from the time when each key was due, in milliseconds. */
async function openLoop(client: QueryableStateClient, tweets: Tweets): Promise<number[]> {
  const latenciesMs: number[] = [];
  const lookups: Promise<void>[] = [];
  const startedMs = clock.nowMs();
  const total = OPEN_LOOP_PER_SECOND * OPEN_LOOP_SECONDS;
  while (lookups.length < total) {
    const due = Math.min(total, ((clock.nowMs() - startedMs) / 1000) * OPEN_LOOP_PER_SECOND);
    while (lookups.length < due) {
      const dueMs = startedMs + (lookups.length / OPEN_LOOP_PER_SECOND) * 1000;
      const lookup = look(client, tweets, lookups.length * 31, 1);
      lookups.push(lookup.then(() => void latenciesMs.push(clock.nowMs() - dueMs)));
    }
    await sleep(1);
  }
  await Promise.all(lookups);
  return latenciesMs;
}

async function countedEvents(client: QueryableStateClient): Promise<number> {
  const shape = { stage: 0, partitions: PARTITIONS, parallelism: PARALLELISM, maxParallelism: MAX_PARALLELISM };
  const progress = await readProgress(client, shape);
  return (progress ?? []).reduce((sum, { reflected }) => sum + (reflected?.countedEvents ?? 0), 0);
}

const { kafka, rest, jar } = await flinkServers();
try {
  for (const scenario of SCENARIOS) await measure(scenario, kafka, rest, jar);
} finally {
  await rest.deleteJar(jar);
}
