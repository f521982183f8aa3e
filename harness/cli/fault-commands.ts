/** The grammar of the commands that break things: `inject` into a run in progress, and the `matrix` of all faults. */
import type { Argv } from 'yargs';
import { SERVER_OPTIONS } from '../config/server-options.ts';
import { duration, integer } from '../config/units.ts';
import { BenchError } from './bench-error.ts';
import { type Arguments, addOptions, flagsOf } from './flag-texts.ts';

export interface InjectInvocation {
  command: 'inject';
  kind: string;
  run: string;
  out: string;
  json: boolean;
  partition?: number;
  store?: 'serving' | 'speed';
  durationMs?: number;
  seed?: number;
}

export interface MatrixInvocation {
  command: 'matrix';
  out: string;
  json: boolean;
  kinds?: string[];
  architectures?: string[];
  /** Texts of the flags that say where log and stores are, secrets included. */
  servers: Record<string, string[]>;
}

const OUT = {
  requiresArg: true,
  describe: 'DIR  Where runs leave their folders',
  defaultDescription: 'results',
} as const;
const JSON_FLAG = { type: 'boolean', describe: 'Print one JSON document on stdout' } as const;

export function addFaultCommands(parser: Argv, choose: (chosen: InjectInvocation | MatrixInvocation) => void): Argv {
  return parser
    .command(
      'inject <kind>',
      'Break something in a run that is in progress',
      (inject) =>
        inject
          .positional('kind', { describe: "A fault; 'omegabench list faults' shows them" })
          .option('run', { requiresArg: true, demandOption: true, describe: "ID  The run's name" })
          .option('partition', { requiresArg: true, describe: 'N  Strike this partition; the busiest, if left out' })
          .option('store', { requiresArg: true, describe: 'serving|speed  Strike this store' })
          .option('duration', { requiresArg: true, describe: 'DURATION  How long it lasts' })
          .option('seed', { requiresArg: true, describe: 'NUMBER  What is left to chance follows from it' })
          .option('out', OUT)
          .option('json', JSON_FLAG),
      (args) => choose(injectionOf(args)),
    )
    .command(
      'matrix',
      'Run every fault against every architecture',
      (matrix) =>
        addOptions(matrix, SERVER_OPTIONS)
          .option('kinds', { requiresArg: true, describe: 'KIND,KIND  These faults', defaultDescription: 'all' })
          .option('architectures', {
            requiresArg: true,
            describe: 'NAME,NAME  These architectures',
            defaultDescription: 'all',
          })
          .option('out', OUT)
          .option('json', JSON_FLAG),
      (args) => choose(matrixOf(args)),
    );
}

function injectionOf(args: Arguments): InjectInvocation {
  const partition = whole(
    args,
    'partition',
    (text) => (/^\d+$/.test(text) ? Number(text) : undefined),
    'a number from 0 on',
  );
  const durationMs = whole(args, 'duration', duration.parse, 'a duration, such as 800ms');
  const seed = whole(args, 'seed', integer.parse, 'a whole number');
  const store = whole(
    args,
    'store',
    (text) => (text === 'serving' || text === 'speed' ? text : undefined),
    'serving or speed',
  );
  return {
    command: 'inject',
    kind: String(args.kind),
    run: textOf(args, 'run') ?? '',
    out: textOf(args, 'out') ?? 'results',
    json: args.json === true,
    ...(partition === undefined ? {} : { partition }),
    ...(store === undefined ? {} : { store }),
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(seed === undefined ? {} : { seed }),
  };
}

function matrixOf(args: Arguments): MatrixInvocation {
  const kinds = listOf(args, 'kinds');
  const architectures = listOf(args, 'architectures');
  return {
    command: 'matrix',
    out: textOf(args, 'out') ?? 'results',
    json: args.json === true,
    servers: flagsOf(args, SERVER_OPTIONS),
    ...(kinds === undefined ? {} : { kinds }),
    ...(architectures === undefined ? {} : { architectures }),
  };
}

function textOf(args: Arguments, flag: string): string | undefined {
  const given = args[flag];
  if (given === undefined) return undefined;
  if (!Array.isArray(given)) return String(given);
  throw new BenchError('OB_BAD_VALUE', `--${flag} was given ${given.length} times`, 'Give it once.');
}

function listOf(args: Arguments, flag: string): string[] | undefined {
  return textOf(args, flag)
    ?.split(',')
    .map((word) => word.trim());
}

function whole<Value>(
  args: Arguments,
  flag: string,
  parse: (text: string) => Value | undefined,
  wanted: string,
): Value | undefined {
  const text = textOf(args, flag);
  if (text === undefined) return undefined;
  const value = parse(text);
  if (value !== undefined) return value;
  throw new BenchError('OB_BAD_VALUE', `--${flag} ${text} is not ${wanted}`, `Write --${flag} with ${wanted}.`);
}
