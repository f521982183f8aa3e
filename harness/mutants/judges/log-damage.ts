/**
 * Files of a log with known damage, which the verification must not pass; and readers that are opened anywhere, which
 * must begin with the very impression that they were opened at.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBlock } from '../../../generators/impression.ts';
import { SyntheticStream } from '../../../generators/synthetic-stream.ts';
import type { EventLog } from '../../../substrates/event-log/event-log.ts';
import { FileLog } from '../../../substrates/event-log/files/file-log.ts';
import { MemoryLogs } from '../../../substrates/event-log/memory-log.ts';
import { verifyLog } from '../../audit/verify-log.ts';
import { fillLog } from '../../load/fill-log.ts';
import { STREAM } from './judged-run.ts';

/** Byte places of a block: all fields of its header, and some of its columns. */
const FIELDS: Readonly<Record<string, number>> = {
  checksum: 0,
  magic: 4,
  kind: 8,
  length: 12,
  rows: 16,
  partition: 20,
  'first offset': 24,
  'first sequence': 32,
  'arrival time': 40,
  'least event time': 48,
  'greatest event time': 56,
  'tweet id': 64,
};

export async function logDamage(): Promise<string[]> {
  const source = new SyntheticStream({ ...STREAM, partitions: 2, hours: 1 });
  const directory = mkdtempSync(join(tmpdir(), 'omegabench-log-'));
  try {
    const log = new FileLog({ kind: 'files', directory, partitions: 2 }, { segmentBytes: 8192 });
    await fillLog(source, log);
    const memory = new MemoryLogs().open({ kind: 'memory', name: 'log', partitions: 2 });
    await fillLog(source, memory);
    return [
      ...(await verification('an undamaged log', source, log, true)),
      ...(await flippedBits(source, log, directory)),
      ...(await cutEnd(source, log, directory)),
      ...(await openedAnywhere('files', source, log)),
      ...(await openedAnywhere('memory', source, memory)),
    ];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** One finding if the log's first partition is verified and should not be, or the other way round. */
async function verification(what: string, source: SyntheticStream, log: EventLog, good: boolean): Promise<string[]> {
  const found = await verifyLog(source, log, 0);
  const isWhole = found.verified && found.ended && found.events === source.length(0);
  if (isWhole === good) return [];
  if (!good) return [`${what}: verified`];
  return [`${what}: not verified, ${found.firstDifference ?? `it holds ${found.events} of ${source.length(0)}`}`];
}

/** A block in the middle of the second segment, with one bit changed in each field in turn. */
async function flippedBits(source: SyntheticStream, log: EventLog, directory: string): Promise<string[]> {
  const path = segmentsOf(directory)[1] as string;
  const good = readFileSync(path);
  const block = good.readUInt32LE(12);
  const findings: string[] = [];
  for (const [field, at] of Object.entries(FIELDS)) {
    const bad = Buffer.from(good);
    bad[block + at] = (bad[block + at] as number) ^ 1;
    writeFileSync(path, bad);
    findings.push(...(await verification(`a flipped bit in the ${field} of a block`, source, log, false)));
  }
  writeFileSync(path, good);
  return findings;
}

/** The last segment without its last bytes: the end of the stream is torn. */
async function cutEnd(source: SyntheticStream, log: EventLog, directory: string): Promise<string[]> {
  const path = segmentsOf(directory).at(-1) as string;
  const good = readFileSync(path);
  const findings: string[] = [];
  for (const bytes of [8, 64, 200]) {
    truncateSync(path, good.length - bytes);
    findings.push(...(await verification(`a log without its last ${bytes} bytes`, source, log, false)));
    writeFileSync(path, good);
  }
  return findings;
}

function segmentsOf(directory: string): string[] {
  return readdirSync(join(directory, 'p0'))
    .sort()
    .map((name) => join(directory, 'p0', name));
}

async function openedAnywhere(kind: string, source: SyntheticStream, log: EventLog): Promise<string[]> {
  const expected = createBlock(0, 1);
  for (let offset = 0; offset < source.length(0); offset += 37) {
    const reader = await log.openReader(0, offset);
    const entry = await reader.read();
    source.fill(expected, 0, offset, 1);
    const isRight =
      entry?.kind === 'impressions' &&
      entry.offset === offset &&
      entry.block.firstSequence === offset &&
      entry.block.tweetIdLo[0] === expected.tweetIdLo[0] &&
      entry.block.minEventTimeMs + (entry.block.eventTimeDeltaMs[0] as number) === expected.minEventTimeMs;
    await reader.close();
    if (!isRight) return [`a reader of ${kind} opened at ${offset}: begins with another impression`];
  }
  return [];
}
