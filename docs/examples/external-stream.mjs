/**
 * Counts on Flink a stream that `omegabench generate` makes, and audits every counter: run it in this repository, after
 * `npm run build`, beside the shards or after them.
 *
 *   node docs/examples/external-stream.mjs flink://job-manager:8081 kafka://kafka-1:9092 stream.json 16 rocksdb
 *
 * `stream.json` is what any shard printed with --json. 16 is the parallelism; the job's state stays in Flink
 * (omega-prime), where each counter is read and compared with the oracle's. The job is cancelled at the end.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { findArchitecture } from '../../dist/architectures/registry.js';
import { openStream } from '../../dist/generators/open-stream.js';
import { tally } from '../../dist/generators/oracle.js';
import { flinkJobJar } from '../../dist/harness/services/flink-job-jar.js';
import { planArguments } from '../../dist/substrates/stream-engine/flink/plan.js';
import { planOf } from '../../dist/substrates/stream-engine/flink/plan-of.js';
import { discoverProxies } from '../../dist/substrates/stream-engine/flink/queryable-state/discover-proxies.js';
import { readProgress } from '../../dist/substrates/stream-engine/flink/queryable-state/progress.js';
import { QueryableStateClient } from '../../dist/substrates/stream-engine/flink/queryable-state/queryable-state-client.js';
import * as windows from '../../dist/substrates/stream-engine/flink/queryable-state/window-values.js';
import { FlinkRest } from '../../dist/substrates/stream-engine/flink/rest/flink-rest.js';

const [flink, kafka, file, parallelismText = '2', backend = 'hashmap'] = process.argv.slice(2);
const { stream, topic } = JSON.parse(readFileSync(file, 'utf8'));
const parallelism = Number(parallelismText);
// A power of two, several a slot: what scaling in steps of a slot needs. A job keeps it for life.
const maxParallelism = Math.max(128, 2 ** Math.ceil(Math.log2(4 * parallelism)));
const { partitions, hourMs, maxOutOfOrderMs, lateFraction, maxLateMs } = stream;
const brokers = kafka
  .replace(/^kafka:\/\//, '')
  .replace(/\/.*/, '')
  .split(',');
const log = { kind: 'kafka', brokers, topic, partitions, framing: 'block', codec: 'none', tls: false };
// What may be late is waited for, so that nothing is dropped.
const allowedLatenessMs = lateFraction > 0 ? maxLateMs : 0;
const settings = { hourMs, maxOutOfOrderMs, allowedLatenessMs, checkpointIntervalMs: 60_000 };
const declaration = findArchitecture('omega-prime');
const job = { declaration, settings, log, stores: {}, workers: parallelism };
const plan = planOf(job, { parallelism, maxParallelism, checkpoints: { backend } });

const rest = new FlinkRest({ url: flink.replace(/^flink/, 'http') });
const jar = await rest.uploadJar(await flinkJobJar());
const id = await rest.run(jar, { programArguments: planArguments(plan) });
const proxies = () => discoverProxies(rest);
const client = new QueryableStateClient({ proxies, parallelism, maxParallelism, patienceMs: 30_000 });
try {
  await rest.untilState(id, ['RUNNING'], 120_000);
  client.moveTo(id);
  for (let ended = 0; ended < partitions; await sleep(1000)) {
    const progress = await readProgress(client, { stage: 0, partitions, parallelism, maxParallelism });
    ended = progress?.filter(({ reflected }) => reflected?.ended).length ?? 0;
    const counted = progress?.reduce((sum, { reflected }) => sum + (reflected?.countedEvents ?? 0), 0) ?? 0;
    process.stderr.write(`${counted} impressions counted, ${ended} of ${partitions} partitions at their end\n`);
  }
  const { rows, events } = tally(await openStream(stream), { labelling: { by: 'event-time' } });
  const keys = { count: rows.count, keyLo: rows.tweetIdLo, keyHi: rows.tweetIdHi };
  const outcome = { right: 0, wrong: 0, absent: 0, unavailable: 0 };
  await client.look(windows.windowStateName(0), keys, {
    found(row, bytes, at, length) {
      const value = windows.valueAt(bytes, at, length, rows.hourStartMs[row]);
      const isRight =
        value >= 0 &&
        windows.counterAt(bytes, value) === rows.counter[row] &&
        windows.fingerprintAt(bytes, value) === rows.fingerprint[row];
      outcome[isRight ? 'right' : 'wrong'] += 1;
    },
    absent: () => (outcome.absent += 1),
    unavailable: () => (outcome.unavailable += 1),
  });
  process.stdout.write(`${JSON.stringify({ events, counters: rows.count, ...outcome })}\n`);
  process.exitCode = outcome.right === rows.count ? 0 : 5;
} finally {
  await rest.cancel(id);
  await rest.deleteJar(jar);
  client.close();
}
