/** The grammar of `services`, the command that starts and stops the real servers. */
import type { Argv } from 'yargs';
import { integer } from '../config/units.ts';
import { BenchError } from './bench-error.ts';
import { checkNames } from './names.ts';

const ACTIONS = ['up', 'down', 'status'] as const;

export interface ServicesInvocation {
  command: 'services';
  action: (typeof ACTIONS)[number];
  /** Empty for all. */
  names: string[];
  packages: boolean;
  directory?: string;
  portOffset?: number;
  json: boolean;
}

/** So that the highest port, 19093, stays one. */
const MAX_PORT_OFFSET = 46_000;

type Arguments = Record<string, unknown>;

export function addServices(parser: Argv, choose: (chosen: ServicesInvocation) => void): Argv {
  return parser.command(
    'services <action> [names..]',
    'Start, stop or show real servers: redis, kafka, cassandra, flink',
    (services) =>
      services
        .positional('action', { describe: ACTIONS.join(', ') })
        .positional('names', { describe: 'Which; all, if left out', array: true })
        .option('packages', { type: 'boolean', describe: 'Start from packages, even where Docker is' })
        .option('directory', {
          requiresArg: true,
          describe: 'DIR  Where servers from packages keep their files; implies --packages',
          defaultDescription: '~/.local/state/omegabench/services',
        })
        .option('port-offset', { requiresArg: true, describe: 'N  Add this to every port', defaultDescription: '0' })
        .option('json', { type: 'boolean', describe: 'Print one JSON document on stdout' })
        .example('$0 services up', 'all of them, on 127.0.0.1')
        .example('$0 services up redis --json', 'one, and its URL for a script')
        .example('$0 services down', 'ends what was started, and removes its data'),
    (args) => choose(servicesOf(args)),
  );
}

function servicesOf(args: Arguments): ServicesInvocation {
  const action = String(args.action);
  checkNames([action], ACTIONS, 'action', 'services');
  const directory = textOf(args, 'directory');
  const portOffset = portOffsetOf(args);
  return {
    command: 'services',
    action: action as ServicesInvocation['action'],
    names: ((args.names ?? []) as unknown[]).map(String),
    packages: args.packages === true,
    json: args.json === true,
    ...(directory === undefined ? {} : { directory }),
    ...(portOffset === undefined ? {} : { portOffset }),
  };
}

function portOffsetOf(args: Arguments): number | undefined {
  const text = textOf(args, 'port-offset');
  if (text === undefined) return undefined;
  const value = integer.parse(text);
  if (value !== undefined && value >= 0 && value <= MAX_PORT_OFFSET) return value;
  throw new BenchError(
    'OB_BAD_VALUE',
    `--port-offset ${text} is not a whole number from 0 to ${MAX_PORT_OFFSET}`,
    'Write --port-offset with one, such as 100.',
  );
}

function textOf(args: Arguments, flag: string): string | undefined {
  const given = args[flag];
  if (given === undefined) return undefined;
  if (!Array.isArray(given)) return String(given);
  throw new BenchError('OB_BAD_VALUE', `--${flag} was given ${given.length} times`, 'Give it once.');
}
