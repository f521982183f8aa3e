/** The grammar of `generate`, which makes a stream into a log for others to read. */
import type { Argv } from 'yargs';
import { GENERATE_OPTIONS, type SaidToGenerate } from '../config/generate-config.ts';
import { DEFAULT_START } from '../config/start-time.ts';
import { BenchError } from './bench-error.ts';
import { type Arguments, addOptions, flagsOf, textsOf } from './flag-texts.ts';

export interface GenerateInvocation {
  command: 'generate';
  said: SaidToGenerate;
  json: boolean;
}

/** Those that a run has not. */
const OWN_FLAGS = ['topic', 'create', 'shard', 'start', 'json'];

export const GENERATE_FLAGS: readonly string[] = [...GENERATE_OPTIONS.map((option) => option.flag), ...OWN_FLAGS];

export function addGenerate(parser: Argv, choose: (chosen: GenerateInvocation) => void): Argv {
  return parser.command(
    'generate',
    'Make the stream, or a shard of it, into a log for others to read',
    (generate) =>
      addOptions(generate, GENERATE_OPTIONS)
        .option('topic', { requiresArg: true, describe: 'NAME  Of the topic, behind the prefix', group: 'Servers:' })
        .option('create', { type: 'boolean', describe: 'Make the topic first; one shard does', group: 'Servers:' })
        .option('shard', {
          requiresArg: true,
          describe: 'i/n  Make partitions p with p mod n = i-1 alone',
          defaultDescription: '1/1, the whole stream',
        })
        .option('start', {
          requiresArg: true,
          describe: 'TIME  The start of an hour, such as 2026-11-21T09:00:00Z; the same for all shards',
          defaultDescription: `${DEFAULT_START}, for one shard alone`,
        })
        .option('json', { type: 'boolean', describe: 'Print one JSON document on stdout' })
        .example('$0 generate --log files:views', 'four partitions in a folder')
        .example('$0 generate --log kafka://k1 --topic views --create', 'in a topic'),
    (args) => choose(generateOf(args)),
  );
}

function generateOf(args: Arguments): GenerateInvocation {
  const topic = onlyText(args, 'topic');
  const shard = onlyText(args, 'shard');
  const start = onlyText(args, 'start');
  return {
    command: 'generate',
    said: {
      flags: flagsOf(args, GENERATE_OPTIONS),
      create: args.create === true,
      ...(topic === undefined ? {} : { topic }),
      ...(shard === undefined ? {} : { shard }),
      ...(start === undefined ? {} : { start }),
    },
    json: args.json === true,
  };
}

function onlyText(args: Arguments, flag: string): string | undefined {
  const [text, second] = textsOf(args, flag, false);
  if (second === undefined) return text;
  throw new BenchError('OB_BAD_VALUE', `--${flag} was given more than once`, 'Give it once.');
}
