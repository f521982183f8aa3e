/**
 * What can be known to fail before work starts: files that are not there, a folder that cannot be written, a disk too
 * small for the log. The file system is asked through a few facts, so that every refusal can be tested without one.
 */
import { isAbsolute, resolve } from 'node:path';
import { BenchError } from '../cli/bench-error.ts';
import type { RunConfig } from './run-config.ts';
import { count, formatBytes } from './units.ts';

export interface FileSystemFacts {
  /** Why the file cannot be read, in words; undefined if it can. */
  unreadable(path: string): Promise<string | undefined>;
  fileBytes(path: string): Promise<number>;
  /** Makes the folder, writes a file into it and removes it; why it failed, in words, or undefined. */
  unwritable(directory: string): Promise<string | undefined>;
  /** Bytes free on the disk that holds the folder, for this user. */
  freeBytes(directory: string): Promise<number>;
}

/**
 * Checks everything in the order in which a person would: what goes in, where it goes, how much it is. Throws
 * `BenchError`.
 */
export async function preflight(config: RunConfig, facts: FileSystemFacts, workingDirectory: string): Promise<void> {
  const at = (path: string) => (isAbsolute(path) ? path : resolve(workingDirectory, path));
  for (const file of config.architectureFiles) {
    await checkReadable(
      file,
      at(file),
      '--architecture',
      facts,
      'Names of registered architectures go in --architectures.',
    );
  }
  if (config.trace !== undefined) {
    const remedy = 'Give a CSV or NDJSON file of tweetId,eventTimeMs that this user can read.';
    await checkReadable(config.trace.file, at(config.trace.file), '--trace', facts, remedy);
  }
  await checkWritable(config.out, at(config.out), '--out', facts);
  if (config.exportCounts !== undefined) {
    await checkWritable(config.exportCounts, at(config.exportCounts), '--export-counts', facts);
  }
  const traceBytes = config.trace === undefined ? 0 : await facts.fileBytes(at(config.trace.file));
  // A log on a server is not on this disk.
  if (config.log === 'files') await checkDisk(config, traceBytes, at(config.out), facts);
}

async function checkReadable(
  file: string,
  path: string,
  flag: string,
  facts: FileSystemFacts,
  remedy: string,
): Promise<void> {
  const why = await facts.unreadable(path);
  if (why !== undefined) throw new BenchError('OB_FILE_UNREADABLE', `${flag} ${file} cannot be read: ${why}`, remedy);
}

async function checkWritable(directory: string, path: string, flag: string, facts: FileSystemFacts): Promise<void> {
  const why = await facts.unwritable(path);
  if (why === undefined) return;
  throw new BenchError(
    'OB_OUT_NOT_WRITABLE',
    `${flag} ${directory} cannot be written: ${why}`,
    `Choose a folder that this user can write, such as ${flag} ~/omegabench.`,
  );
}

async function checkDisk(
  config: RunConfig,
  traceBytes: number,
  directory: string,
  facts: FileSystemFacts,
): Promise<void> {
  const neededBytes = estimateBytes(config, traceBytes);
  const freeBytes = await facts.freeBytes(directory);
  if (freeBytes >= neededBytes) return;
  const { act, events } = largestAct(config, traceBytes);
  throw new BenchError(
    'OB_DISK_TOO_SMALL',
    `--out ${config.out} has ${formatBytes(freeBytes)} free, and this run needs about ${formatBytes(neededBytes)}: ` +
      `its largest log, of the ${act} act, holds ${count.format(events)} impressions`,
    `Free some space, choose another disk with --out, or ${WAYS_TO_SHRINK[act]}.`,
  );
}

type Act = 'capacity' | 'steady' | 'failure' | 'trace';

const WAYS_TO_SHRINK: Record<Act, string> = {
  capacity: 'lower --capacity-events',
  steady: 'lower --rate, --hour or --act-hours',
  failure: 'lower --common-rate, --hour or --act-hours',
  trace: 'give a shorter trace',
};

/** 8 bytes of tweet id and 4 of event time, and a fifth for headers, heartbeats and the block that is being cut. */
const LOG_BYTES_PER_EVENT = 12 * 1.2;
/**
 * An LMDB row (8 + 8 bytes of key, 8 of value, header, pages two thirds full), its copy on write, and a checkpoint or
 * two.
 */
const STORE_BYTES_PER_KEY = 200;
/** The talk's impressions per tweet and hour: events over this are keys. */
const IMPRESSIONS_PER_KEY = 36;
/** Serving and speed, at most; architectures run one after another, each with stores of its own. */
const STORES = 2;
/** Reports, charts, histograms and export. */
const FIXED_BYTES = 64 * 1024 * 1024;
/** The shortest lines of a trace are about this long; gzip makes them about a tenth. */
const TRACE_BYTES_PER_EVENT = 12;
const GZIP_RATIO = 10;

/** Bytes that the run has on disk at its largest. `traceBytes` is the size of the trace file, if there is one. */
export function estimateBytes(config: RunConfig, traceBytes: number): number {
  const { act, events } = largestAct(config, traceBytes);
  // In a trace every impression may be of another tweet.
  const keys = act === 'trace' ? events : events / IMPRESSIONS_PER_KEY;
  return Math.ceil(events * LOG_BYTES_PER_EVENT + keys * STORE_BYTES_PER_KEY * STORES + FIXED_BYTES);
}

function largestAct(config: RunConfig, traceBytes: number): { act: Act; events: number } {
  if (config.trace !== undefined) {
    const plainBytes = config.trace.file.endsWith('.gz') ? traceBytes * GZIP_RATIO : traceBytes;
    return { act: 'trace', events: Math.ceil(plainBytes / TRACE_BYTES_PER_EVENT) };
  }
  const seconds = (config.hourMs * config.actHours) / 1000;
  const acts: { act: Act; events: number }[] = [
    { act: 'capacity', events: config.capacityEvents },
    { act: 'steady', events: config.ratePerSecond * seconds },
    { act: 'failure', events: (config.commonRatePerSecond ?? 0) * seconds },
  ];
  return acts.reduce((largest, next) => (next.events > largest.events ? next : largest));
}
