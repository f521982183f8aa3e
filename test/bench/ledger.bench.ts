/**
 * What the ledger costs: the same filled log is drained with it and without it, in turns, and the events per CPU-second
 * of both are compared. Run: `npm run bench:ledger`. Prints the median of each and the cost, for alpha at its leanest
 * (the most writes a second) and for omega. It adds no command to a store: the counts are compared too.
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

const ROUNDS = 7;
const HOURS = 4;
const EVENTS = { alpha: 2_000_000, omega: 20_000_000 } as const;

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

async function compare(name: keyof typeof EVENTS, directory: string): Promise<void> {
  const config = withDefaults({ partitions: 2, hourMs: 1000 }, architectureNames);
  const source = await openStream({
    kind: 'synthetic',
    seed: config.seed,
    partitions: 2,
    ratePerSecond: EVENTS[name] / HOURS,
    hourMs: 1000,
    hours: HOURS,
    startMs: 0,
    skew: config.skew,
    maxOutOfOrderMs: config.maxOutOfOrderMs,
  });
  const log: EventLogBinding = { kind: 'files', directory: join(directory, `${name}-log`), partitions: 2 };
  const opened = await openFileLog(log);
  await fillLog(source, opened);
  await opened.close();
  const figures: Record<'with' | 'without', number[]> = { with: [], without: [] };
  let commands: number | undefined;
  for (let round = 0; round < 2 * ROUNDS; round++) {
    const folder = join(directory, `${name}-${round}`);
    const base: PipelineOptions = {
      declaration: findArchitecture(name) as Declaration,
      config,
      folder,
      log,
      clockStartsAtMs: source.endMs + 2 * source.hourMs,
      storeSync: false,
      substrates: new RunSubstrates(config, {}, 'bench'),
      checkpoints: true,
    };
    const which = round % 2 === 0 ? 'without' : 'with';
    const drained = await drain(withHooks(base, which === 'with'));
    figures[which].push(drained.eventsPerCpuSecond);
    commands ??= drained.commands;
    if (drained.commands !== commands) throw new Error(`${drained.commands} commands, and ${commands} before`);
    await rm(folder, { recursive: true, force: true });
  }
  const [plain, kept] = [median(figures.without), median(figures.with)];
  const costPercent = (100 * (plain - kept)) / plain;
  process.stdout.write(
    `${name}: ${plain.toPrecision(4)} events per CPU-second without the ledger, ${kept.toPrecision(4)} with it: ` +
      `it takes ${costPercent.toFixed(1)} % (${ROUNDS} rounds each; ${commands} store commands in every one)\n`,
  );
}

const directory = await mkdtemp(join(tmpdir(), 'omegabench-ledger-'));
try {
  for (const name of ['alpha', 'omega'] as const) await compare(name, directory);
} finally {
  await rm(directory, { recursive: true, force: true });
}
