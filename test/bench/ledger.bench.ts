/**
 * What the ledger costs: the same filled log is drained with it and without it, in pairs whose order alternates, and
 * the events per CPU-second of each pair are compared. Run: `npm run bench:ledger`. Prints the median of the pairs'
 * costs and the interval that holds the true median with 95 % confidence, for alpha's default rung, for alpha at its
 * leanest (no sync: the most writes a second), and for omega. It adds no command to a store: the counts are compared
 * too.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from 'simple-statistics';
import { architectureNames, findArchitecture } from '../../architectures/registry.ts';
import { openStream } from '../../generators/open-stream.ts';
import { withDefaults } from '../../harness/config/run-config.ts';
import { FaultDirector } from '../../harness/faults/fault-director.ts';
import { fillLog } from '../../harness/load/fill-log.ts';
import { Pipeline, type PipelineOptions } from '../../harness/run/pipeline.ts';
import { RunSubstrates } from '../../harness/run/run-substrates.ts';
import type { Declaration } from '../../substrates/declaration.ts';
import type { EventLogBinding } from '../../substrates/event-log/event-log.ts';
import { openFileLog } from '../../substrates/event-log/open-log.ts';

const PAIRS = 31;
const HOURS = 4;

interface Case {
  architecture: string;
  title: string;
  events: number;
  storeSync: boolean;
}

const CASES: readonly Case[] = [
  { architecture: 'alpha', title: 'alpha, its default rung', events: 400_000, storeSync: true },
  { architecture: 'alpha', title: 'alpha without sync', events: 400_000, storeSync: false },
  { architecture: 'omega', title: 'omega', events: 8_000_000, storeSync: true },
];

/** Events per CPU-second of the workers, and the commands of one drain. */
async function drain(options: PipelineOptions): Promise<{ eventsPerCpuSecond: number; commands: number }> {
  const pipeline = await Pipeline.open(options);
  try {
    pipeline.job.go();
    await pipeline.job.drained();
    const status = await pipeline.job.stop();
    const events = status.partitions.reduce((sum, { offset }) => sum + offset, 0);
    return {
      eventsPerCpuSecond: events / pipeline.job.cpuSeconds(),
      commands: status.stores.serving?.commands ?? 0,
    };
  } finally {
    await pipeline.close();
  }
}

/** The hooks of a failure act, and nothing planned; only the ledger differs. */
function withHooks(options: PipelineOptions, keepLedger: boolean): PipelineOptions {
  return {
    ...options,
    faults: (runtime, folder) => {
      const director = new FaultDirector(runtime, folder, [], options.declaration.stages.length);
      const { module, data } = director.binding();
      return { binding: { module, data: { ...(data as object), keepLedger } }, supervisor: director };
    },
  };
}

async function compare({ architecture, title, events, storeSync }: Case, directory: string): Promise<void> {
  const config = withDefaults({ partitions: 2, hourMs: 1000 }, architectureNames);
  const source = await openStream({
    kind: 'synthetic',
    seed: config.seed,
    partitions: 2,
    ratePerSecond: events / HOURS,
    hourMs: 1000,
    hours: HOURS,
    startMs: 0,
    skew: config.skew,
    maxOutOfOrderMs: config.maxOutOfOrderMs,
  });
  const log: EventLogBinding = { kind: 'files', directory: join(directory, 'log'), partitions: 2 };
  const opened = await openFileLog(log);
  await fillLog(source, opened);
  await opened.close();
  const base: PipelineOptions = {
    declaration: findArchitecture(architecture) as Declaration,
    config,
    folder: join(directory, 'drain'),
    log,
    clockStartsAtMs: source.endMs + 2 * source.hourMs,
    storeSync,
    substrates: new RunSubstrates(config, {}, 'bench'),
    checkpoints: true,
  };
  const costsPercent: number[] = [];
  const commands = new Set<number>();
  for (let pair = 0; pair < PAIRS; pair++) {
    const rates = { with: 0, without: 0 };
    for (const which of pair % 2 === 0 ? (['without', 'with'] as const) : (['with', 'without'] as const)) {
      const drained = await drain(withHooks(base, which === 'with'));
      rates[which] = drained.eventsPerCpuSecond;
      commands.add(drained.commands);
      await rm(base.folder, { recursive: true, force: true });
    }
    costsPercent.push(100 * (1 - rates.with / rates.without));
  }
  await rm(log.directory, { recursive: true, force: true });
  if (commands.size !== 1) throw new Error(`${title}: the ledger changes the store's commands: ${[...commands]}`);
  const [low, high] = medianInterval(costsPercent);
  process.stdout.write(
    `${title}: the ledger takes ${median(costsPercent).toFixed(1)} % of the events per CPU-second ` +
      `(95 %: ${low.toFixed(1)} to ${high.toFixed(1)} %, ${PAIRS} pairs); ${[...commands]} store commands in each\n`,
  );
}

/**
 * The interval that holds the median of what the values were drawn from with 95 % confidence: order statistics
 * n/2 ± 0.98·√n, the normal approximation of the sign test (Conover, Practical Nonparametric Statistics, 3.2).
 */
function medianInterval(values: readonly number[]): [number, number] {
  const sorted = [...values].sort((a, b) => a - b);
  const away = 0.98 * Math.sqrt(sorted.length);
  const low = Math.max(0, Math.floor(sorted.length / 2 - away));
  const high = Math.min(sorted.length - 1, Math.ceil(sorted.length / 2 + away) - 1);
  return [sorted[low] as number, sorted[high] as number];
}

const directory = await mkdtemp(join(tmpdir(), 'omegabench-ledger-'));
try {
  for (const each of CASES) await compare(each, directory);
} finally {
  await rm(directory, { recursive: true, force: true });
}
