/** The command line of `npm run simulate`. */
import { parseArgs } from 'node:util';
import { architectureNames } from '../../architectures/registry.ts';

export type SimulateCommand =
  | { command: 'campaign'; from: number; seeds: number; architectures: readonly string[]; processes: number }
  /** One seed of one architecture, or one line of the corpus. */
  | { command: 'replay'; seed: number; architecture: string; trace: boolean }
  | { command: 'corpus'; line: number | undefined; trace: boolean }
  | { command: 'help' };

/** Arguments that make no sense: the message says which, and what to write instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const USAGE = `npm run simulate -- [OPTIONS]

Runs the pipelines on virtual time in seeded worlds with seeded faults, and audits every one.

  --seeds N            how many seeds (default 100)
  --from S             the first of them (default 1)
  --architectures A,B  which architectures (default: all six)
  --processes P        how many processes share the work (default 2)

  --seed S --architecture A [--trace]   plays one simulation again; --trace prints all that happens
  --corpus [--line L] [--trace]         plays the regression corpus, or one line of it

Exit code 5 if an architecture erred where it must not, 4 if a fault never bit, 1 if a checker failed.
`;

const OPTIONS = {
  seeds: { type: 'string' },
  from: { type: 'string' },
  architectures: { type: 'string' },
  processes: { type: 'string' },
  seed: { type: 'string' },
  architecture: { type: 'string' },
  corpus: { type: 'boolean' },
  line: { type: 'string' },
  trace: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

/** Error: `UsageError`. */
export function parseSimulateArguments(argv: readonly string[]): SimulateCommand {
  const values = parsed(argv);
  if (values.help === true) return { command: 'help' };
  const trace = values.trace === true;
  if (values.corpus === true) {
    return {
      command: 'corpus',
      line: values.line === undefined ? undefined : whole('line', values.line, 1, 1e6),
      trace,
    };
  }
  if (values.seed !== undefined || values.architecture !== undefined) {
    if (values.seed === undefined || values.architecture === undefined) {
      throw new UsageError('one simulation needs both --seed S and --architecture A');
    }
    const [architecture] = knownArchitectures(values.architecture);
    return { command: 'replay', seed: wholeSeed('seed', values.seed), architecture: architecture as string, trace };
  }
  if (trace) throw new UsageError('--trace is for one simulation: add --seed S --architecture A');
  return {
    command: 'campaign',
    seeds: whole('seeds', values.seeds ?? '100', 1, 1e7),
    from: wholeSeed('from', values.from ?? '1'),
    architectures: values.architectures === undefined ? architectureNames : knownArchitectures(values.architectures),
    processes: whole('processes', values.processes ?? '2', 1, 64),
  };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, strict: true }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('\n')[0]} 'npm run simulate -- --help' shows all options.`);
  }
}

function wholeSeed(flag: string, text: string): number {
  return whole(flag, text, 0, 2 ** 31);
}

function whole(flag: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new UsageError(`--${flag} is '${text}'; write a whole number from ${least} to ${most}`);
}

function knownArchitectures(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !architectureNames.includes(name));
  if (unknown === undefined) return [...new Set(names)];
  throw new UsageError(`there is no architecture '${unknown}'; there are ${architectureNames.join(', ')}`);
}
