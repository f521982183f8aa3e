/** When an upgrade is called exact, what its file must be, and how its end looks on a terminal. */
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import {
  type UpgradeResult,
  upgradeResultSchema,
  verdictOf,
  writeUpgrade,
} from '../../../harness/upgrade/upgrade-result.ts';
import { upgradeText } from '../../../harness/upgrade/upgrade-text.ts';
import { withTemporaryDirectory } from '../../support/temporary-directory.ts';

const audit = {
  keysAudited: 6647,
  eventsAudited: 240_000,
  keysWrong: 0,
  doubleCounted: 0,
  lost: 0,
  misplaced: 0,
  worst: [],
};
const result: UpgradeResult = {
  schemaVersion: '1.1.0',
  runId: 'upgrade-1',
  startedAt: '2026-11-21T16:00:00.000Z',
  architecture: 'omega',
  change: { kind: 'filter', keepOneIn: 2 },
  engine: { name: 'flink', settings: { version: 'Apache Flink 2.3.0' } },
  log: 'kafka://k:9092/omegabench',
  store: 'redis://r:6379/0',
  stream: {
    ratePerSecond: 20_000,
    hourMs: 2000,
    hours: 6,
    seed: 42,
    partitions: 4,
    events: 240_000,
    generatorLatenessP99Ms: 3,
  },
  refused: { reason: 'other windows; nothing was stopped', remedy: 'Replay.', eventsReadAfter: 12 },
  savepoints: [
    { location: 'file:/s/one', bytes: 64_717, cut: [1, 2, 3, 4] },
    { location: 'file:/s/two', bytes: 5007, cut: [11, 12, 13, 14] },
  ],
  steps: [
    { kind: 'upgrade', program: 'B', savepoint: 1, downSeconds: 2.5, waitingEvents: 50_000, replayedEvents: 0 },
    { kind: 'rollback', program: 'A', savepoint: 1, downSeconds: 3, waitingEvents: 60_000, replayedEvents: 40 },
    { kind: 'resumption', program: 'B', savepoint: 2, downSeconds: 1.5, waitingEvents: 0, replayedEvents: 0 },
  ],
  audits: [
    { program: 'A', ...audit, phantom: 0 },
    { program: 'B', ...audit, keysAudited: 4711, phantom: 0 },
  ],
  isolation: { changedWhileBRan: 0, changedAfterAudit: 0 },
  keysThatDiffer: 321,
  sameCut: true,
  verdict: 'exact',
};

describe('the verdict', () => {
  test('is exact where no key is wrong and neither program is seen by the other', () => {
    expect(verdictOf(result)).toBe('exact');
    expect(verdictOf({ ...result, change: { kind: 'sink' }, keysThatDiffer: 0 })).toBe('exact');
    expect(verdictOf({ ...result, change: { kind: 'rescale', parallelism: 1 }, keysThatDiffer: 0 })).toBe('exact');
  });

  test.each<[string, Partial<UpgradeResult>]>([
    ['a key of A is wrong', { audits: [{ program: 'A', ...audit, phantom: 0, keysWrong: 1 }] }],
    ['a key of B is wrong', { audits: [...result.audits, { program: 'B', ...audit, phantom: 0, keysWrong: 3 }] }],
    ["B wrote into A's store", { isolation: { changedWhileBRan: 1, changedAfterAudit: 0 } }],
    ['B wrote there after A was audited', { isolation: { changedWhileBRan: 0, changedAfterAudit: 1 } }],
    ['the savepoint was not the same the second time', { sameCut: false }],
  ])('is that it differs if %s', (_, changes) => {
    expect(verdictOf({ ...result, ...changes })).toBe('differs');
  });

  test('is that nothing was shown by a filter that changes no key', () => {
    expect(verdictOf({ ...result, keysThatDiffer: 0 })).toBe('shows-nothing');
  });
});

describe('the file of an upgrade', () => {
  test('is what the schema says', () =>
    withTemporaryDirectory(async (directory) => {
      const path = await writeUpgrade(directory, result);
      expect(upgradeResultSchema.parse(JSON.parse(await readFile(path, 'utf8')))).toEqual(result);
    }));

  test('is not written of a result that is none', () =>
    withTemporaryDirectory(async (directory) => {
      await expect(writeUpgrade(directory, { ...result, steps: [] })).rejects.toThrow();
      await expect(readFile(`${directory}/upgrade.json`)).rejects.toThrow('ENOENT');
    }));
});

describe('the end of an upgrade on a terminal', () => {
  test('says for each step where it began, how long nobody counted, what was read again and what the audit found', () => {
    const lines = upgradeText(result, '/results/upgrade-1/upgrade.json').split('\n');
    expect(lines[0]).toBe(
      'omega on Apache Flink 2.3.0: program A, then B (a filter, one tweet in 2; 321 keys tell them apart), then A again',
    );
    const cells = lines
      .filter((line) => line.includes('→ ') || line.includes('again, fork'))
      .map((l) => l.split(/\s{2,}/));
    expect(cells.slice(0, 3)).toEqual([
      ['A → B, upgrade', 'S1', '63.2 KiB', '2.5 s', '50,000', '0', '–', '–'],
      ['B → A, rollback', 'S1', '63.2 KiB', '3 s', '60,000', '40', '6,647', '0'],
      ['B again, fork', 'S2', '4.89 KiB', '1.5 s', '0', '0', '4,711', '0'],
    ]);
    expect(lines).toContain('S2: file:/s/two (removed at the end, as the log is)');
    expect(lines).toContain('Refused while A ran on: other windows; nothing was stopped.');
    expect(lines).toContain('Result: /results/upgrade-1/upgrade.json');
    expect(lines.at(-2)).toContain('Exact');
  });

  test('says from how many subtasks to how many a program was rescaled', () => {
    const engine = { name: 'flink', settings: { version: 'Apache Flink 2.3.0', parallelism: '2' } };
    const text = upgradeText({ ...result, engine, change: { kind: 'rescale', parallelism: 3 } }, 'u.json');
    expect(text).toContain('program A, then B (rescaled from 2 to 3 subtasks), then A again');
  });

  test('names what was not as it should be', () => {
    const isolation = { changedWhileBRan: 2, changedAfterAudit: 1 };
    const text = upgradeText({ ...result, verdict: 'differs', isolation, sameCut: false }, 'u.json');
    expect(text).toContain("3 rows of A's store were changed by B.");
    expect(text).toContain('did not begin at the same place');
    expect(text).toContain('DIFFERS');
  });
});
