/** What `omegabench upgrade` leaves behind: `upgrade.json`, checked before it is written. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { amount, count, isoTime } from '../results/figures.ts';
import { writeAtomically } from '../results/store.ts';

const savepoint = z.object({
  /** Where Flink had put it; removed at the end, as its log is. */
  location: z.string().min(1),
  /** Absent where Flink does not say. */
  bytes: count.optional(),
  /** By partition, the impressions behind it. */
  cut: z.array(count),
});

const step = z.object({
  kind: z.enum(['upgrade', 'rollback', 'resumption']),
  /** Whose program began. */
  program: z.enum(['A', 'B']),
  /** Which of the savepoints it began from. */
  savepoint: z.int().min(1),
  /** To stop the other program with a savepoint and to start this one; of a resumption to start it. */
  downSeconds: amount,
  /** Impressions that were offered meanwhile. */
  waitingEvents: count,
  /** Impressions that the other program had read already, and this one read again. */
  replayedEvents: count,
});

const counter = z.object({ counter: count, fingerprint: z.int() });

const wrongKey = z.object({
  tweetIdLo: count,
  tweetIdHi: count,
  hourStartMs: z.number(),
  error: z.enum(['doubled', 'lost', 'misplaced', 'phantom', 'compensated']),
  expected: counter,
  found: counter,
});

const audit = z.object({
  program: z.enum(['A', 'B']),
  keysAudited: count,
  eventsAudited: count,
  /** Keys whose count or fingerprint is wrong. */
  keysWrong: count,
  doubleCounted: count,
  lost: count,
  misplaced: count,
  phantom: count,
  /** The wrong keys with the greatest difference, worst first. */
  worst: z.array(wrongKey),
});

export const upgradeResultSchema = z.object({
  schemaVersion: z.literal('1.1.0'),
  runId: z.string().min(1),
  startedAt: isoTime,
  architecture: z.string().min(1),
  change: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('sink') }),
    z.object({ kind: z.literal('filter'), keepOneIn: z.int().min(2) }),
    z.object({ kind: z.literal('rescale'), parallelism: z.int().min(1) }),
  ]),
  engine: z.object({ name: z.string(), settings: z.record(z.string(), z.string()) }),
  log: z.string(),
  store: z.string(),
  stream: z.object({
    ratePerSecond: amount,
    hourMs: amount,
    hours: amount,
    seed: z.int(),
    partitions: count,
    events: count,
    generatorLatenessP99Ms: amount,
  }),
  /** A program with another length of windows, which the running one was not stopped for. */
  refused: z.object({ reason: z.string().min(1), remedy: z.string().min(1), eventsReadAfter: count }),
  savepoints: z.array(savepoint).length(2),
  steps: z.array(step).length(3),
  audits: z.array(audit).length(2),
  /** Rows of A's store that differ from before, after B ran, and at the very end. */
  isolation: z.object({ changedWhileBRan: count, changedAfterAudit: count }),
  /** Keys that tell the expected result of B from that of A; none but for a filter. */
  keysThatDiffer: count,
  /** Whether both programs began from the first savepoint at the same place. */
  sameCut: z.boolean(),
  verdict: z.enum(['exact', 'differs', 'shows-nothing']),
});

export type UpgradeResult = z.infer<typeof upgradeResultSchema>;

export function verdictOf(
  result: Pick<UpgradeResult, 'audits' | 'isolation' | 'change' | 'keysThatDiffer' | 'sameCut'>,
): UpgradeResult['verdict'] {
  const { audits, isolation, change, keysThatDiffer, sameCut } = result;
  const isExact = audits.every(({ keysWrong }) => keysWrong === 0);
  const isApart = isolation.changedWhileBRan === 0 && isolation.changedAfterAudit === 0;
  if (!isExact || !isApart || !sameCut) return 'differs';
  return change.kind === 'filter' && keysThatDiffer === 0 ? 'shows-nothing' : 'exact';
}

/** Writes `<directory>/upgrade.json` and returns its path. Error if the result is none. */
export async function writeUpgrade(directory: string, result: UpgradeResult): Promise<string> {
  const path = join(directory, 'upgrade.json');
  await mkdir(directory, { recursive: true });
  await writeAtomically(path, `${JSON.stringify(upgradeResultSchema.parse(result), null, 1)}\n`);
  return path;
}
