/** What yargs says of arguments that it does not understand, said with the flag's name and the way out. */
import { OPTIONS } from '../config/options.ts';
import { withoutUserinfo } from '../config/redact.ts';
import { CALIBRATED_SERVER_OPTIONS, SERVER_OPTIONS } from '../config/server-options.ts';
import { nearest } from '../config/suggest.ts';
import { BenchError } from './bench-error.ts';
import { COMMANDS } from './command-names.ts';
import { GENERATE_FLAGS } from './generate-command.ts';
import { UPGRADE_FLAGS } from './upgrade-command.ts';

const GLOBAL_FLAGS = ['help', 'version', 'verbose'];
const FLAGS_OF: Readonly<Record<string, readonly string[]>> = {
  run: [...OPTIONS.map((option) => option.flag), 'config'],
  report: ['json'],
  compare: ['json'],
  list: ['json'],
  inject: ['run', 'out', 'partition', 'store', 'duration', 'seed', 'json'],
  matrix: ['kinds', 'architectures', ...SERVER_OPTIONS.map((option) => option.flag), 'out', 'json'],
  generate: GENERATE_FLAGS,
  calibrate: [...CALIBRATED_SERVER_OPTIONS.map((option) => option.flag), 'quick', 'out', 'json'],
  upgrade: UPGRADE_FLAGS,
  jobs: ['engine', 'savepoint', 'json'],
  services: ['packages', 'directory', 'port-offset', 'json'],
  doctor: ['log', 'store', 'speed-store', 'json'],
};

/** The error for a message of yargs about these arguments. */
export function usageError(message: string, argv: readonly string[]): BenchError {
  const command = argv.find((token) => !token.startsWith('-'));
  const isCommand = COMMANDS.some((known) => known === command);
  if (!isCommand) return unknownCommand(command);
  const unknown = /^Unknown arguments?: ([^,]+)/.exec(message)?.[1];
  if (unknown !== undefined) return unknownArgument(unknown, command as string, argv);
  const withoutValue = /^Not enough arguments following: (.+)$/.exec(message)?.[1];
  if (withoutValue !== undefined) {
    const placeholder = OPTIONS.find((option) => option.flag === withoutValue)?.placeholder ?? 'VALUE';
    return new BenchError(
      'OB_USAGE',
      `--${withoutValue} was given without a value`,
      `Write --${withoutValue} ${placeholder}.`,
    );
  }
  if (message.startsWith('Not enough non-option arguments') && command === 'inject') {
    return new BenchError('OB_USAGE', 'inject was not told which fault', 'Write omegabench inject KIND --run ID.');
  }
  if (message.startsWith('Not enough non-option arguments') && command === 'services') {
    const remedy = 'Write omegabench services up, omegabench services down, or omegabench services status.';
    return new BenchError('OB_USAGE', 'services was not told what to do', remedy);
  }
  if (message.startsWith('Not enough non-option arguments')) {
    const remedy =
      command === 'report' ? 'omegabench report results/RUN' : 'omegabench compare results/RUN results/OTHER';
    return new BenchError('OB_USAGE', `${command} was not told which result`, `Write ${remedy}.`);
  }
  return new BenchError('OB_USAGE', firstLine(message), `'omegabench ${command} --help' shows what it takes.`);
}

function unknownCommand(command: string | undefined): BenchError {
  if (command === undefined) {
    return new BenchError(
      'OB_USAGE',
      'no command was given',
      "'omegabench run' runs all; 'omegabench --help' shows the commands.",
    );
  }
  const meant = nearest(command, COMMANDS);
  const hint = meant === undefined ? '' : `Did you mean ${meant}? `;
  return new BenchError(
    'OB_UNKNOWN_COMMAND',
    `there is no command '${command}'`,
    `${hint}Commands are ${COMMANDS.join(', ')}.`,
  );
}

function unknownArgument(name: string, command: string, argv: readonly string[]): BenchError {
  const token = argv.find((candidate) => candidate.startsWith('-') && flagName(candidate) === name);
  if (token === undefined) return strayWord(name, command);
  const help = `'omegabench ${command} --help' shows all flags.`;
  const known = [...(FLAGS_OF[command] ?? []), ...GLOBAL_FLAGS];
  const meant = nearest(name, known);
  const elsewhere = FLAGS_OF.run?.includes(name) === true ? `It is a flag of 'omegabench run'. ` : '';
  const hint = meant === undefined ? elsewhere : `Did you mean --${meant}? `;
  const shown = token.startsWith('--') ? `--${name}` : `-${name}`;
  return new BenchError('OB_UNKNOWN_FLAG', `${command} has no flag ${shown}`, `${hint}${help}`);
}

/** A word where a flag was expected; often a command after `npm start --`, which is `run` already. */
function strayWord(typed: string, command: string): BenchError {
  const word = withoutUserinfo(typed);
  const isCommand = COMMANDS.some((known) => known === word);
  const remedy = isCommand
    ? `'npm start' is 'omegabench run'; for this one write 'npm run omegabench -- ${word}'.`
    : `'omegabench ${command} --help' shows what it takes.`;
  return new BenchError('OB_USAGE', `${command} does not know what to do with '${word}'`, remedy);
}

/** `--rat=5` and `--no-rat` are both about `rat`. */
function flagName(token: string): string {
  return token.replace(/^--?/, '').replace(/=.*$/s, '').replace(/^no-/, '');
}

function firstLine(text: string): string {
  return text.split('\n')[0] || 'the arguments make no sense';
}
