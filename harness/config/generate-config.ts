/**
 * What `omegabench generate` is to make, and where. Its flags are those of a run as far as they describe the stream and
 * the log, so that a command line that worked there works here; limits are those of the stream, not of one machine.
 */
import { resolve } from 'node:path';
import type { StreamDescription } from '../../generators/impression-source.ts';
import type { EventLogBinding } from '../../substrates/event-log/event-log.ts';
import { BenchError } from '../cli/bench-error.ts';
import { parseShard, partitionsOfShard, type Shard, WHOLE_STREAM } from '../load/shard.ts';
import { logBindingOf } from '../run/bindings.ts';
import { credentialsOf, type Environment, type ServerCredentials } from './credentials.ts';
import { checkAgainstEachOther } from './cross-checks.ts';
import type { OptionSpecification } from './option.ts';
import { OPTIONS } from './options.ts';
import { numeric } from './readers.ts';
import { DEFAULTS, type RunConfig, type Settings, withDefaults } from './run-config.ts';
import { parseLogServer, spellLogServer } from './server-url.ts';
import { flagSource } from './source.ts';
import { DEFAULT_START, readStart } from './start-time.ts';
import { count, duration, rate } from './units.ts';

/** Several machines make more than one can. */
const RATE_RANGE = [1000, 1_000_000_000] as const;
const PARTITIONS_RANGE = [1, 4096] as const;
const HOURS_RANGE = [1, 100_000] as const;
const MOST_TOPIC_CHARACTERS = 100;

const AS_IN_A_RUN = ['seed', 'skew', 'turnover', 'out-of-order', 'max-out-of-order', 'late', 'max-late'];

function optionOf(flag: string): OptionSpecification {
  return OPTIONS.find((option) => option.flag === flag) as OptionSpecification;
}

/** The settings that a run has too. */
export const GENERATE_OPTIONS: readonly OptionSpecification[] = [
  {
    ...optionOf('log'),
    description: 'The event log: kafka://host:port/topic-prefix, or files:DIR on this machine',
    defaultText: 'none, it must be given',
  },
  optionOf('framing'),
  optionOf('codec'),
  {
    ...optionOf('rate'),
    description: 'Impressions a second, of all shards together',
    read: numeric('ratePerSecond', rate, 'impressions/s', RATE_RANGE),
  },
  { ...optionOf('hour'), defaultText: duration.format(DEFAULTS.hourMs) },
  {
    ...optionOf('act-hours'),
    flag: 'hours',
    group: 'Stream',
    description: 'Event-time hours of the stream',
    read: numeric('actHours', count, undefined, HOURS_RANGE),
  },
  {
    ...optionOf('partitions'),
    group: 'Stream',
    read: numeric('partitions', count, undefined, PARTITIONS_RANGE),
  },
  ...AS_IN_A_RUN.map((flag): OptionSpecification => ({ ...optionOf(flag), group: 'Stream' })),
];

/** What was said, as texts; secrets included. */
export interface SaidToGenerate {
  /** By flag, of `GENERATE_OPTIONS`. */
  flags: Readonly<Record<string, readonly string[]>>;
  topic?: string;
  shard?: string;
  start?: string;
  create: boolean;
}

export interface GenerateConfig {
  stream: Extract<StreamDescription, { kind: 'synthetic' }>;
  log: EventLogBinding;
  shard: Shard;
  /** Of the shard. */
  partitions: number[];
  create: boolean;
  /** As a run would have it, without secrets; for asking the server. */
  run: RunConfig;
  credentials: ServerCredentials;
}

/** `nowMs` is on the wall. Throws `BenchError` for the first thing that is wrong. */
export function resolveGenerate(
  said: SaidToGenerate,
  { nowMs, workingDirectory, environment }: { nowMs: number; workingDirectory: string; environment: Environment },
): GenerateConfig {
  const logText = onlyText(said.flags.log, 'log');
  const files = /^files:(.+)$/s.exec(logText)?.[1];
  const settings: Settings = {};
  for (const option of GENERATE_OPTIONS) {
    const texts = said.flags[option.flag];
    if (texts === undefined || (option.flag === 'log' && files !== undefined)) continue;
    Object.assign(settings, option.read(texts, flagSource(option.flag), { architectures: [], faults: [] }));
  }
  const run = withDefaults({ ...settings, log: files === undefined ? serverOf(logText) : 'files' }, []);
  checkAgainstEachOther(run, (flag) => (said.flags[flag] === undefined ? undefined : flagSource(flag)), said.flags);
  const shard = shardOf(said.shard, run.partitions);
  const start = said.start ?? DEFAULT_START;
  const startMs = readStart(start, flagSource('start'), { hourMs: run.hourMs, nowMs, isShared: shard.count > 1 });
  const credentials = files === undefined ? loginOf(logText, environment) : {};
  const name = topicOf(said, files !== undefined);
  const folder = files === undefined ? '' : resolve(workingDirectory, files);
  return {
    stream: streamOf(run, startMs),
    log: logBindingOf(run, credentials, { name, partitions: run.partitions, folder }),
    shard,
    partitions: partitionsOfShard(shard, run.partitions),
    create: said.create,
    run,
    credentials,
  };
}

function onlyText(texts: readonly string[] | undefined, flag: string): string {
  const [text, second] = texts ?? [];
  const remedy = 'Write --log kafka://localhost:9092/omegabench --topic NAME, or --log files:DIR.';
  if (text === undefined) throw new BenchError('OB_USAGE', 'generate was not told where to write', remedy);
  if (second === undefined && text !== 'files') return text;
  const why = second === undefined ? 'does not say in which folder' : `was given ${texts?.length} times`;
  throw new BenchError('OB_BAD_VALUE', second === undefined ? `--${flag} files ${why}` : `--${flag} ${why}`, remedy);
}

function serverOf(text: string): string {
  return spellLogServer(parseLogServer(text, flagSource('log')).server);
}

function loginOf(text: string, environment: Environment): ServerCredentials {
  return credentialsOf({ log: { text, source: flagSource('log') } }, environment);
}

/** Becomes a part of the topic's name, behind the prefix; of files it has no meaning. */
function topicOf({ topic, create }: SaidToGenerate, isFiles: boolean): string {
  if (isFiles) {
    const flag = topic !== undefined ? '--topic' : create ? '--create' : undefined;
    if (flag === undefined) return '';
    throw new BenchError(
      'OB_CONFLICT',
      `${flag} has no effect: the log is not Kafka`,
      'Leave it out: a folder is made when it is written to.',
    );
  }
  if (topic === undefined) {
    throw new BenchError('OB_USAGE', 'generate was not told which topic', 'Write --topic NAME.');
  }
  if (new RegExp(`^[\\w.-]{1,${MOST_TOPIC_CHARACTERS}}$`).test(topic)) return topic;
  throw new BenchError(
    'OB_BAD_VALUE',
    `${flagSource('topic').said(topic)} is no name of a topic`,
    `Use letters, digits, dots, dashes and underscores, at most ${MOST_TOPIC_CHARACTERS}.`,
  );
}

function shardOf(text: string | undefined, partitions: number): Shard {
  if (text === undefined) return WHOLE_STREAM;
  const shard = parseShard(text);
  const said = flagSource('shard').said(text);
  if (shard === undefined) {
    throw new BenchError(
      'OB_BAD_VALUE',
      `${said} is no shard`,
      'Write i/n, such as --shard 1/4 for the first of four.',
    );
  }
  if (shard.count <= partitions) return shard;
  throw new BenchError(
    'OB_CONFLICT',
    `${said}: there are ${partitions} partitions, and a partition is made by one shard`,
    `Make at most ${partitions} shards, or raise --partitions to ${shard.count}.`,
  );
}

function streamOf(run: RunConfig, startMs: number): GenerateConfig['stream'] {
  return {
    kind: 'synthetic',
    seed: run.seed,
    partitions: run.partitions,
    ratePerSecond: run.ratePerSecond,
    hourMs: run.hourMs,
    hours: run.actHours,
    startMs,
    skew: run.skew,
    turnover: run.turnoverFraction,
    outOfOrderFraction: run.outOfOrderFraction,
    maxOutOfOrderMs: run.maxOutOfOrderMs,
    lateFraction: run.lateFraction,
    maxLateMs: run.maxLateMs,
  };
}
