/**
 * The grammar of the command line, in yargs: commands, flags, help. It only parses; what was asked for comes back as
 * data, so that every command runs in one place with one way of failing.
 */
import yargs, { type Argv } from 'yargs';
import { OPTION_GROUPS } from '../config/option.ts';
import { OPTIONS } from '../config/options.ts';
import { BenchError } from './bench-error.ts';
import { addCalibrate, type CalibrateInvocation } from './calibrate-command.ts';
import { addDoctor, type DoctorInvocation } from './doctor-command.ts';
import { EXIT_CODE_MEANINGS } from './exit-codes.ts';
import { addFaultCommands, type InjectInvocation, type MatrixInvocation } from './fault-commands.ts';
import { type Arguments, addOptions, flagsOf, textsOf } from './flag-texts.ts';
import { addGenerate, type GenerateInvocation } from './generate-command.ts';
import { addServices, type ServicesInvocation } from './services-command.ts';
import { addUpgrade, type JobsInvocation, type UpgradeInvocation } from './upgrade-command.ts';
import { usageError } from './usage-errors.ts';

export const LIST_TOPICS = ['architectures', 'substrates', 'faults', 'options'] as const;
export type ListTopic = (typeof LIST_TOPICS)[number];

export type Invocation =
  /** Help, version or a completion script: text to print. */
  | { command: 'text'; text: string }
  | { command: 'run'; flags: Record<string, string[]>; configFile?: string }
  | { command: 'report'; path: string; json: boolean }
  | { command: 'compare'; paths: string[]; json: boolean }
  | { command: 'list'; topic: ListTopic | undefined; json: boolean }
  | CalibrateInvocation
  | DoctorInvocation
  | ServicesInvocation
  | InjectInvocation
  | MatrixInvocation
  | GenerateInvocation
  | UpgradeInvocation
  | JobsInvocation;

const SWITCHES = ['json', 'quick', 'rungs', 'i-own-this-server', 'packages', 'create', 'savepoint', 'verbose'];

/** Parses the arguments, without node and script. Throws `BenchError` if they make no sense. */
export async function parseArguments(argv: readonly string[], version: string, columns: number): Promise<Invocation> {
  checkSwitches(argv);
  checkAfterDashes(argv);
  let invocation: Invocation | undefined;
  let text = '';
  const parser = createParser(argv, version, columns, (chosen) => {
    invocation = chosen;
  });
  await parser.parseAsync([...argv], {}, (_error, _arguments, output) => {
    if (output !== '') text += `${output}\n`;
  });
  if (text !== '') return { command: 'text', text };
  if (invocation === undefined) throw usageError('', argv);
  return invocation;
}

function createParser(
  argv: readonly string[],
  version: string,
  columns: number,
  choose: (chosen: Invocation) => void,
): Argv {
  const parser = yargs([...argv])
    .scriptName('omegabench')
    .locale('en')
    .usage('$0 COMMAND\n\nWhere should a real-time count live? Six architectures, one stream, faults on purpose.')
    .parserConfiguration({
      'camel-case-expansion': false,
      'dot-notation': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
    })
    .option('verbose', { type: 'boolean', describe: 'Print stacks with errors (also: OMEGABENCH_DEBUG=1)' })
    .completion('completion', 'Print a completion script for bash or zsh')
    .demandCommand(1, 'no command')
    .strict()
    .recommendCommands()
    .exitProcess(false)
    .version(version)
    .help()
    .fail((message, error: Error | undefined) => {
      // yargs gives some complaints as a message and others as an error of its own; what else was thrown is not its
      // business.
      if (error !== undefined && error.name !== 'YError') throw error;
      throw usageError(error?.message ?? message, argv);
    })
    .epilogue(exitCodes())
    .wrap(Math.min(100, columns));
  const withReaders = addCalibrate(addReaders(addRun(parser, choose), choose), choose);
  const withServers = addUpgrade(addServices(addDoctor(withReaders, choose), choose), choose);
  return addGenerate(addFaultCommands(withServers, choose), choose);
}

function addRun(parser: Argv, choose: (chosen: Invocation) => void): Argv {
  return parser.command(
    'run',
    'Run the architectures and leave a report',
    (run) => {
      for (const group of OPTION_GROUPS) {
        addOptions(
          run,
          OPTIONS.filter((option) => option.group === group),
        );
      }
      return run
        .option('config', { requiresArg: true, describe: 'FILE  Settings in YAML, named as the flags', group: 'Run:' })
        .epilogue(exitCodes())
        .example('$0 run --quick', 'all six, in a few minutes')
        .example('$0 run --architectures alpha,omega', 'two of them')
        .example('$0 run --trace views.csv.gz --hour 1h', 'your own impressions');
    },
    (args) => choose({ command: 'run', flags: flagsOf(args, OPTIONS), ...configFileOf(args) }),
  );
}

function addReaders(parser: Argv, choose: (chosen: Invocation) => void): Argv {
  const json = { type: 'boolean', describe: 'Print one JSON document on stdout' } as const;
  return parser
    .command(
      'report <result>',
      'Make the report of a result again',
      (report) => report.positional('result', { describe: "A run's folder, or its result.json" }).option('json', json),
      (args) => choose({ command: 'report', path: String(args.result), json: isOn(args, 'json') }),
    )
    .command(
      'compare <results..>',
      'Show two or more results side by side',
      (compare) =>
        compare
          .positional('results', { describe: 'Folders of runs, or their result.json', array: true })
          .option('json', json),
      (args) =>
        choose({ command: 'compare', paths: (args.results as unknown[]).map(String), json: isOn(args, 'json') }),
    )
    .command(
      'list [topic]',
      'Show what there is to choose from',
      (list) => list.positional('topic', { describe: LIST_TOPICS.join(', ') }).option('json', json),
      (args) => choose({ command: 'list', topic: topicOf(args.topic), json: isOn(args, 'json') }),
    );
}

function configFileOf(args: Arguments): { configFile?: string } {
  const [file, second] = textsOf(args, 'config', false);
  if (second !== undefined) throw new BenchError('OB_BAD_VALUE', '--config was given more than once', 'Give it once.');
  return file === undefined ? {} : { configFile: file };
}

function isOn(args: Arguments, flag: string): boolean {
  return textsOf(args, flag, true).at(-1) === 'true';
}

function topicOf(topic: unknown): ListTopic | undefined {
  if (topic === undefined) return undefined;
  const found = LIST_TOPICS.find((known) => known === topic);
  if (found !== undefined) return found;
  throw new BenchError(
    'OB_UNKNOWN_NAME',
    `there is nothing to list called '${String(topic)}'`,
    `Topics are ${LIST_TOPICS.join(', ')}.`,
  );
}

/** yargs takes any text after a switch's `=` for false, silently. */
function checkSwitches(argv: readonly string[]): void {
  for (const token of argv) {
    if (token === '--') return;
    const match = /^--(?:no-)?([a-z-]+)=(.*)$/.exec(token);
    if (match === null || !SWITCHES.includes(match[1] as string) || match[2] === 'true' || match[2] === 'false')
      continue;
    throw new BenchError(
      'OB_BAD_VALUE',
      `${token}: --${match[1]} is a switch and takes no value`,
      `Write --${match[1]} or --no-${match[1]}.`,
    );
  }
}

/** What comes after a lone `--` are words, and no command that takes flags takes words that look like them. */
function checkAfterDashes(argv: readonly string[]): void {
  const dashes = argv.indexOf('--');
  const word = argv[dashes + 1];
  if (dashes >= 0 && word !== undefined) throw usageError(`Unknown argument: ${word}`, argv.slice(0, dashes));
}

function exitCodes(): string {
  const lines = EXIT_CODE_MEANINGS.map(({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}`);
  return `Exit codes:\n${lines.join('\n')}`;
}
