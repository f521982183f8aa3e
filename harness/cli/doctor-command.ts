/** The grammar of `doctor`, which looks at this machine and at the servers that it is given. */
import type { Argv } from 'yargs';
import { BenchError } from './bench-error.ts';

export interface DoctorInvocation {
  command: 'doctor';
  json: boolean;
  /** As given, secrets included. */
  log?: string;
  store?: string;
  speedStore?: string;
  engine?: string;
}

type Arguments = Record<string, unknown>;

export function addDoctor(parser: Argv, choose: (chosen: DoctorInvocation) => void): Argv {
  return parser.command(
    'doctor',
    'Say what here, or on servers, would spoil a measurement',
    (doctor) =>
      doctor
        .option('log', { requiresArg: true, describe: 'URL  The event log of a run, such as kafka://host:port' })
        .option('store', { requiresArg: true, describe: 'URL  Its store, such as redis://host:port' })
        .option('speed-store', { requiresArg: true, describe: "URL  The store of lambda's speed layer" })
        .option('engine', { requiresArg: true, describe: 'URL  What runs its jobs, such as flink://host:port' })
        .option('json', { type: 'boolean', describe: 'Print one JSON document on stdout' }),
    (args) => choose(doctorOf(args)),
  );
}

function doctorOf(args: Arguments): DoctorInvocation {
  const log = textOf(args, 'log');
  const store = textOf(args, 'store');
  const speedStore = textOf(args, 'speed-store');
  const engine = textOf(args, 'engine');
  return {
    command: 'doctor',
    json: args.json === true,
    ...(log === undefined ? {} : { log }),
    ...(store === undefined ? {} : { store }),
    ...(speedStore === undefined ? {} : { speedStore }),
    ...(engine === undefined ? {} : { engine }),
  };
}

/** No message says the text: it may hold a password. */
function textOf(args: Arguments, flag: string): string | undefined {
  const given = args[flag];
  if (given === undefined || typeof given === 'string') return given;
  if (Array.isArray(given)) {
    throw new BenchError('OB_BAD_VALUE', `--${flag} was given ${given.length} times`, 'Give it once.');
  }
  const remedy = `Leave it out, or give it a value: --${flag} VALUE.`;
  throw new BenchError('OB_USAGE', `--no-${flag}: --${flag} is not a switch`, remedy);
}
