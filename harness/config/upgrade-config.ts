/** From what was said to `upgrade` to what it does: the stream, the servers, the architecture and the change. */
import { MAX_PARALLELISM } from '../../substrates/stream-engine/flink/plan.ts';
import { BenchError } from '../cli/bench-error.ts';
import { checkNames } from '../cli/names.ts';
import type { Change } from '../upgrade/program.ts';
import type { Environment } from './credentials.ts';
import type { OptionSpecification } from './option.ts';
import { OPTIONS } from './options.ts';
import { type ResolvedRun, resolveRun } from './resolve.ts';
import { isFlink, type RunConfig } from './run-config.ts';
import { count } from './units.ts';

/** With state that a program can leave to another; the others keep their counts in stores alone. */
const WITH_STATE = ['beta', 'omega', 'omega-prime'];
const CHANGES = ['sink', 'filter', 'rescale'] as const;
/** A demonstration need not be fast, and must be longer than a job takes to stop and start. */
const DEFAULT_TEXTS: Readonly<Record<string, string>> = { rate: '50k', hour: '5s', 'act-hours': '6' };
/** Low bits of a tweet's id tell its partition, so 2 would let half of the partitions pass whole, and the rest not. */
const DEFAULT_KEEP_ONE_IN = 3;
const MOST_KEEP_ONE_IN = 1000;

const FLAGS = [
  ...['log', 'store', 'engine', 'framing', 'codec'],
  ...['flink-state-backend', 'flink-checkpoint-alignment', 'flink-parallelism'],
  ...['rate', 'hour', 'act-hours', 'seed', 'skew', 'turnover', 'out-of-order', 'max-out-of-order', 'late', 'max-late'],
  ...['partitions', 'workers', 'allowed-lateness', 'checkpoint-interval', 'out'],
];

/** The settings that a run has too. */
export const UPGRADE_OPTIONS: readonly OptionSpecification[] = OPTIONS.filter(({ flag }) => FLAGS.includes(flag)).map(
  (option) => {
    const defaultText = DEFAULT_TEXTS[option.flag] ?? option.defaultText;
    const isHours = option.flag === 'act-hours';
    return { ...option, defaultText, ...(isHours ? { description: 'Event-time hours of the stream' } : {}) };
  },
);

/** What was said, as texts; secrets included. */
export interface SaidToUpgrade {
  /** By flag, of `UPGRADE_OPTIONS`. */
  flags: Readonly<Record<string, readonly string[]>>;
  architecture?: string;
  change?: string;
  keepOneIn?: string;
  toParallelism?: string;
}

/** Throws `BenchError` for the first thing that is wrong. */
export function resolveUpgrade(
  said: SaidToUpgrade,
  { architectures, environment }: { architectures: readonly string[]; environment: Environment },
): ResolvedRun & { change: Change } {
  const architecture = said.architecture ?? 'omega';
  checkNames([architecture], architectures, 'architecture', '--architecture');
  if (!WITH_STATE.includes(architecture)) {
    throw new BenchError(
      'OB_CONFLICT',
      `--architecture ${architecture} has no windows in the state of its job, so there is nothing to go on from`,
      `Give one of ${WITH_STATE.join(', ')}.`,
    );
  }
  const kind = kindOf(said, architecture);
  const given = Object.fromEntries(
    Object.entries(DEFAULT_TEXTS).map(([flag, text]) => [flag, said.flags[flag] ?? [text]]),
  );
  const resolved = resolveRun({
    flags: { ...said.flags, ...given, architectures: [architecture] },
    known: { architectures: [...architectures], faults: [] },
    arguments: [],
    environment,
  });
  if (isFlink(resolved.config.engine)) return { ...resolved, change: changeOf(kind, said, resolved.config) };
  throw new BenchError(
    'OB_USAGE',
    'upgrade was not told which cluster: the embedded engine has no savepoints that another program could take up',
    'Give --engine flink://localhost:8081 with --log kafka://localhost:9092/omegabench and --store redis://localhost:6379/0.',
  );
}

type Kind = (typeof CHANGES)[number];

/** Of what only one change has a use for. */
const FLAG_OF: Readonly<Record<'keepOneIn' | 'toParallelism', { flag: string; kind: Kind }>> = {
  keepOneIn: { flag: '--keep-one-in', kind: 'filter' },
  toParallelism: { flag: '--to-parallelism', kind: 'rescale' },
};

function kindOf(said: SaidToUpgrade, architecture: string): Kind {
  const hasStore = architecture !== 'omega-prime';
  const meant = Object.entries(FLAG_OF).find(([name]) => said[name as keyof typeof FLAG_OF] !== undefined)?.[1].kind;
  const kind = said.change ?? meant ?? (hasStore ? 'sink' : 'filter');
  checkNames([kind], CHANGES, 'change', '--change');
  if (kind === 'sink' && !hasStore) {
    throw new BenchError(
      'OB_CONFLICT',
      '--change sink: omega-prime writes to no store',
      'Give --change filter or --change rescale.',
    );
  }
  for (const [name, { flag, kind: wanted }] of Object.entries(FLAG_OF)) {
    if (said[name as keyof typeof FLAG_OF] === undefined || wanted === kind) continue;
    throw new BenchError(
      'OB_CONFLICT',
      `${flag} has no effect with --change ${kind}`,
      `Leave it out, or give --change ${wanted}.`,
    );
  }
  return kind as Kind;
}

function changeOf(kind: Kind, { keepOneIn, toParallelism }: SaidToUpgrade, config: RunConfig): Change {
  switch (kind) {
    case 'sink':
      return { kind };
    case 'filter':
      return { kind, keepOneIn: keepOneInOf(keepOneIn) };
    case 'rescale':
      return { kind, parallelism: parallelismOf(toParallelism, config.flinkParallelism ?? config.workers) };
  }
}

/** `from`: subtasks of program A. */
function parallelismOf(text: string | undefined, from: number): number {
  const value = text === undefined ? (from === 1 ? 2 : 1) : count.parse(text);
  if (value !== undefined && Number.isInteger(value) && value >= 1 && value <= MAX_PARALLELISM && value !== from) {
    return value;
  }
  throw new BenchError(
    'OB_OUT_OF_RANGE',
    `--to-parallelism ${text} is not a whole number from 1 to ${MAX_PARALLELISM} other than ${from}, which program A has`,
    `Write --to-parallelism ${from === 1 ? 2 : 1}; --flink-parallelism says what program A has.`,
  );
}

function keepOneInOf(text: string | undefined): number {
  const value = text === undefined ? DEFAULT_KEEP_ONE_IN : count.parse(text);
  if (value !== undefined && Number.isInteger(value) && value >= 2 && value <= MOST_KEEP_ONE_IN) return value;
  throw new BenchError(
    'OB_OUT_OF_RANGE',
    `--keep-one-in ${text} is not a whole number from 2 to ${count.format(MOST_KEEP_ONE_IN)}`,
    'Write --keep-one-in 3 for a filter that lets every third tweet pass.',
  );
}
