/** From what was said to `upgrade` to what it does: the stream, the servers, the architecture and the change. */
import { BenchError } from '../cli/bench-error.ts';
import { checkNames } from '../cli/names.ts';
import type { Change } from '../upgrade/program.ts';
import type { Environment } from './credentials.ts';
import type { OptionSpecification } from './option.ts';
import { OPTIONS } from './options.ts';
import { type ResolvedRun, resolveRun } from './resolve.ts';
import { isFlink } from './run-config.ts';
import { count } from './units.ts';

/** With state that a program can leave to another; the others keep their counts in stores alone. */
const WITH_STATE = ['beta', 'omega', 'omega-prime'];
const CHANGES = ['sink', 'filter'] as const;
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
  const change = changeOf(said, architecture);
  const given = Object.fromEntries(
    Object.entries(DEFAULT_TEXTS).map(([flag, text]) => [flag, said.flags[flag] ?? [text]]),
  );
  const resolved = resolveRun({
    flags: { ...said.flags, ...given, architectures: [architecture] },
    known: { architectures: [...architectures], faults: [] },
    arguments: [],
    environment,
  });
  if (isFlink(resolved.config.engine)) return { ...resolved, change };
  throw new BenchError(
    'OB_USAGE',
    'upgrade was not told which cluster: the embedded engine has no savepoints that another program could take up',
    'Give --engine flink://localhost:8081 with --log kafka://localhost:9092/omegabench and --store redis://localhost:6379/0.',
  );
}

function changeOf({ change: text, keepOneIn }: SaidToUpgrade, architecture: string): Change {
  const hasStore = architecture !== 'omega-prime';
  const kind = text ?? (hasStore && keepOneIn === undefined ? 'sink' : 'filter');
  checkNames([kind], CHANGES, 'change', '--change');
  if (kind === 'filter') return { kind, keepOneIn: keepOneInOf(keepOneIn) };
  if (!hasStore) {
    throw new BenchError('OB_CONFLICT', '--change sink: omega-prime writes to no store', 'Give --change filter.');
  }
  if (keepOneIn === undefined) return { kind: 'sink' };
  throw new BenchError(
    'OB_CONFLICT',
    '--keep-one-in has no effect with --change sink',
    'Leave it out, or give --change filter.',
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
