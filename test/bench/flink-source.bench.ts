/**
 * Whether Kafka hobbles Flink: the rate of omega-prime's job out of a filled topic, in block framing and in event
 * framing, against the same job at the same settings with a generator inside it, which makes as many counters by about
 * the same law. They take turns, and each is the median of its rounds. Here the broker shares the cores with the task
 * managers; so their CPU time for an impression stands beside.
 *
 * Run: OMEGABENCH_KAFKA=kafka://… OMEGABENCH_FLINK=flink://… node dist/test/bench/flink-source.bench.js [IMPRESSIONS]
 */
import { median } from 'simple-statistics';
import { tally } from '../../generators/oracle.ts';
import { type Drain, type DrainRates, drain, PARTITIONS, streamOf, withFilledTopic } from './flink-drain.ts';
import { flinkServers } from './flink-servers.ts';

const ROUNDS = 3;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const { kafka, url, rest, jar } = await flinkServers();
const source = streamOf(Number(process.argv[2] ?? 40_000_000));
const tweets = tally(source, { labelling: { by: 'event-time' } }).rows.count;
// More than are counted: a job whose generator is at its end is over, and its state gone.
const eventsPerPartition = (10 * source.totalImpressions) / PARTITIONS;
const inJob = { kind: 'in-job', eventsPerPartition, tweets } as const;
const rates = new Map<string, DrainRates[]>();

async function measure(title: string, how: Pick<Drain, 'log' | 'from'>): Promise<void> {
  const one = await drain({ rest, url, jar, source, backend: 'hashmap', ...how });
  if (one.perSecond === 0) throw new Error(`${title}: drained too fast to be measured; give more impressions`);
  say(`${title}: ${Math.round(one.perSecond)} impressions/s, ${one.cpuUs.toFixed(2)} CPU us an impression`);
  rates.set(title, [...(rates.get(title) ?? []), one]);
}

function report(title: string, against: string): void {
  const of = (name: string, figure: keyof DrainRates) => median((rates.get(name) ?? []).map((one) => one[figure]));
  const ratio = of(title, 'perSecond') / of(against, 'perSecond');
  const cpu = of(title, 'cpuUs') / of(against, 'cpuUs');
  say(`${title}: ${ratio.toFixed(2)} of the rate of ${against}, ${cpu.toFixed(2)} of its CPU time an impression`);
}

try {
  await withFilledTopic(kafka, 'block', source, (block) =>
    withFilledTopic(kafka, 'event', source, async (event) => {
      for (let round = 0; round < ROUNDS; round++) {
        await measure('in-job source', { log: block, from: inJob });
        await measure('block framing', { log: block });
        await measure('event framing', { log: event });
      }
    }),
  );
  report('block framing', 'in-job source');
  report('event framing', 'in-job source');
} finally {
  await rest.deleteJar(jar);
}
