/**
 * `service.json` in a service's directory: what was started there, how, and as which process. It marks the directory as
 * ours, and lets another command stop, restart or show the server.
 */
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { BenchError } from '../cli/bench-error.ts';
import { isRunning, markOf, type ProcessMark } from './process-mark.ts';

const markSchema = z.strictObject({ pid: z.int().min(1), start: z.string().min(1) });
const processSchema = markSchema.extend({ sinceMs: z.number() });
const commandSchema = z.strictObject({
  file: z.string(),
  args: z.array(z.string()),
  yields: z.boolean().optional(),
});

const recordSchema = z.strictObject({
  name: z.string(),
  version: z.string(),
  url: z.string(),
  portOffset: z.int().min(0),
  serve: commandSchema,
  /** Whether the data were made whole, so that a start may go on with them. */
  formatted: z.boolean(),
  process: processSchema.optional(),
  /** Its further processes. */
  companions: z
    .array(z.strictObject({ name: z.string(), serve: commandSchema, process: processSchema.optional() }))
    .optional(),
});

export type ServiceRecord = z.infer<typeof recordSchema>;

/** A process as it is written down. */
export type RecordedProcess = z.infer<typeof processSchema>;

const RECORD = 'service.json';
const LOCK = 'starting.json';

/** What was started in the directory; undefined if nothing was. Throws `BenchError` if its record makes no sense. */
export async function readRecord(directory: string): Promise<ServiceRecord | undefined> {
  const path = join(directory, RECORD);
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch (error) {
    const remedy = `End the server that runs there yourself, if one does, and remove ${directory}.`;
    throw new BenchError('OB_SERVICE_FAILED', `${path} is no record of a service`, remedy, error);
  }
}

/** Replaces the record as a whole. */
export async function writeRecord(directory: string, record: ServiceRecord): Promise<void> {
  const path = join(directory, RECORD);
  await writeFile(`${path}.${process.pid}`, `${JSON.stringify(record, null, 1)}\n`);
  await rename(`${path}.${process.pid}`, path);
}

export async function removeRecord(directory: string): Promise<void> {
  await rm(join(directory, RECORD), { force: true });
}

/**
 * Writes down that the service, or its companion of that name, is this process now, or none. Others may have written
 * down another companion meanwhile, so the record is read first.
 */
export async function noteProcess(directory: string, name: string, process?: RecordedProcess): Promise<void> {
  const record = await readRecord(directory);
  if (record === undefined) throw new Error(`${directory} has lost its record`);
  const noted = <T extends { name: string; process?: RecordedProcess | undefined }>(entry: T): T => {
    if (entry.name !== name) return entry;
    const { process: _before, ...rest } = entry;
    return (process === undefined ? rest : { ...rest, process }) as T;
  };
  const { companions } = record;
  await writeRecord(directory, {
    ...noted(record),
    ...(companions === undefined ? {} : { companions: companions.map(noted) }),
  });
}

/** The process of a record, or of a companion in it, if it still runs. */
export function runningProcess(entry: Pick<ServiceRecord, 'process'> | undefined): ProcessMark | undefined {
  const mark = entry?.process;
  return mark !== undefined && isRunning(mark) ? { pid: mark.pid, start: mark.start } : undefined;
}

/** All processes of the record that still run, the server's own first. */
export function runningProcesses(record: ServiceRecord | undefined): ProcessMark[] {
  const entries = record === undefined ? [] : [record, ...(record.companions ?? [])];
  return entries.map(runningProcess).filter((mark) => mark !== undefined);
}

/** Runs `work` while no other command starts or stops a server in the directory. */
export async function withLock<T>(directory: string, work: () => Promise<T>): Promise<T> {
  const path = join(directory, LOCK);
  const mine = `${path}.${process.pid}`;
  await writeFile(mine, JSON.stringify(markOf(process.pid)));
  try {
    await take(path, mine);
  } finally {
    await rm(mine, { force: true });
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

/** A link appears with its whole content, or not at all if the name is taken. */
async function take(path: string, mine: string): Promise<void> {
  for (;;) {
    try {
      return await link(mine, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = await readIfThere(path);
    if (holder === undefined) continue;
    const mark = parsedMark(holder);
    if (mark !== undefined && isRunning(mark)) {
      const remedy = 'Wait until it is done, or end it.';
      throw new BenchError('OB_SERVICE_FAILED', `process ${mark.pid} is at work in ${path.replace(LOCK, '')}`, remedy);
    }
    // Its holder was killed.
    await rm(path, { force: true });
  }
}

function parsedMark(text: string): ProcessMark | undefined {
  try {
    return markSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
