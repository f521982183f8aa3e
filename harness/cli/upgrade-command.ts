/** The grammar of `upgrade`, which changes a program under its state, and of `jobs`, which shows and stops programs. */
import type { Argv } from 'yargs';
import { type SaidToUpgrade, UPGRADE_OPTIONS } from '../config/upgrade-config.ts';
import { BenchError } from './bench-error.ts';
import { type Arguments, addOptions, flagsOf, textsOf } from './flag-texts.ts';
import { checkNames } from './names.ts';

export interface UpgradeInvocation {
  command: 'upgrade';
  said: SaidToUpgrade;
  json: boolean;
}

export interface JobsInvocation {
  command: 'jobs';
  /** URL of the cluster, secrets included. */
  engine: string;
  json: boolean;
  /** The one to stop; none for a list. */
  stop?: { name: string; savepoint: boolean };
}

export const UPGRADE_FLAGS: readonly string[] = [
  ...UPGRADE_OPTIONS.map((option) => option.flag),
  ...['architecture', 'change', 'keep-one-in', 'to-parallelism', 'json'],
];

const JSON_FLAG = { type: 'boolean', describe: 'Print one JSON document on stdout' } as const;
const ACTIONS = ['list', 'stop'] as const;

export function addUpgrade(parser: Argv, choose: (chosen: UpgradeInvocation | JobsInvocation) => void): Argv {
  return parser
    .command(
      'upgrade',
      'Change a program on Flink under its state, roll it back, and audit every count',
      (upgrade) =>
        addOptions(upgrade, UPGRADE_OPTIONS)
          .option('architecture', {
            requiresArg: true,
            describe: 'NAME  beta, omega or omega-prime',
            defaultDescription: 'omega',
            group: 'Run:',
          })
          .option('change', {
            requiresArg: true,
            describe: 'sink|filter|rescale  What is other: the sink, a filter too, or the parallelism',
            defaultDescription: 'sink; filter for omega-prime',
            group: 'Run:',
          })
          .option('keep-one-in', {
            requiresArg: true,
            describe: 'N  The filter lets one tweet in N pass',
            defaultDescription: '3',
            group: 'Run:',
          })
          .option('to-parallelism', {
            requiresArg: true,
            describe: 'N  Subtasks of each operator after a rescale',
            defaultDescription: '1, or 2 if it was 1',
            group: 'Run:',
          })
          .option('json', JSON_FLAG)
          .example('$0 upgrade --engine flink://f --log kafka://k --store redis://r', 'another sink, and back')
          .example('$0 upgrade --change filter …', 'a new filter, and back'),
      (args) => choose(upgradeOf(args)),
    )
    .command(
      'jobs [action] [name]',
      "Show omegabench's jobs on a Flink cluster, or stop one",
      (jobs) =>
        jobs
          .positional('action', { describe: ACTIONS.join(', '), defaultDescription: 'list' })
          .positional('name', { describe: 'Of the job to stop, or its id' })
          .option('engine', { requiresArg: true, demandOption: true, describe: 'URL  flink://host:port' })
          .option('savepoint', { type: 'boolean', describe: 'Stop it with a savepoint' })
          .option('json', JSON_FLAG),
      (args) => choose(jobsOf(args)),
    );
}

function upgradeOf(args: Arguments): UpgradeInvocation {
  const architecture = onlyText(args, 'architecture');
  const change = onlyText(args, 'change');
  const keepOneIn = onlyText(args, 'keep-one-in');
  const toParallelism = onlyText(args, 'to-parallelism');
  return {
    command: 'upgrade',
    said: {
      flags: flagsOf(args, UPGRADE_OPTIONS),
      ...(architecture === undefined ? {} : { architecture }),
      ...(change === undefined ? {} : { change }),
      ...(keepOneIn === undefined ? {} : { keepOneIn }),
      ...(toParallelism === undefined ? {} : { toParallelism }),
    },
    json: args.json === true,
  };
}

function jobsOf(args: Arguments): JobsInvocation {
  const action = args.action === undefined ? 'list' : String(args.action);
  checkNames([action], ACTIONS, 'action', 'jobs');
  const name = args.name === undefined ? undefined : String(args.name);
  const invocation = { command: 'jobs' as const, engine: onlyText(args, 'engine') ?? '', json: args.json === true };
  if (action === 'list') {
    if (name === undefined && args.savepoint === undefined) return invocation;
    throw new BenchError('OB_USAGE', 'jobs list shows all jobs and stops none', "Write 'omegabench jobs stop NAME'.");
  }
  if (name !== undefined) return { ...invocation, stop: { name, savepoint: args.savepoint === true } };
  throw new BenchError(
    'OB_USAGE',
    'jobs stop was not told which job',
    "Give its name or id; 'omegabench jobs --engine URL' shows them.",
  );
}

function onlyText(args: Arguments, flag: string): string | undefined {
  const [text, second] = textsOf(args, flag, false);
  if (second === undefined) return text;
  throw new BenchError('OB_BAD_VALUE', `--${flag} was given more than once`, 'Give it once.');
}
