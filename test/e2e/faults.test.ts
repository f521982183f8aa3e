/** Faults of every way in: by kind, by a plan, and from another terminal into a run in progress. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { JournalEntry } from '../../harness/faults/fault-journal.ts';
import { failureOf, finished, run, start, tiny, verdictOr } from './omegabench.ts';

const directory = mkdtempSync(join(tmpdir(), 'omegabench-e2e-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const LIMIT_MS = 120_000;

function journalOf(folder: string): JournalEntry[] {
  const lines = readFileSync(join(folder, 'faults.ndjson'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as JournalEntry);
}

describe('faults by kind', () => {
  test(
    'strike one after another, are as predicted, and are in the journal and the result',
    async () => {
      const flags = { architectures: 'alpha,omega', faults: 'reply-lost,store-outage' };
      const ran = await run(['--no-rungs', ...tiny(flags)], join(directory, 'kinds'));
      const alpha = failureOf(ran, 'alpha');
      expect(alpha.verdict).toEqual(verdictOr('EXPECTED-ERROR'));
      expect(alpha.doubleCounted).toBeGreaterThan(0);
      expect(alpha.doubleCounted).toBe(alpha.predicted?.doubleCounted);
      expect(failureOf(ran, 'omega').verdict).toEqual(verdictOr('EXACT'));
      expect(alpha.faults?.map(({ kind, row, bit }) => ({ kind, row, bit }))).toEqual([
        { kind: 'reply-lost', row: 'F7', bit: true },
        { kind: 'store-outage', row: 'F5', bit: true },
      ]);
      for (const name of ['alpha', 'omega']) {
        for (const kind of ['reply-lost', 'store-outage']) {
          const own = journalOf(ran.folder).filter((entry) => entry.architecture === name && entry.kind === kind);
          expect(own.map(({ state }) => state).sort()).toEqual(['applied', 'evidence', 'healed', 'intended']);
        }
      }
    },
    LIMIT_MS,
  );
});

describe('a fault plan', () => {
  test(
    'whose fault does not bite makes the act invalid, whatever the counts are',
    async () => {
      const plan = join(directory, 'plan.yaml');
      writeFileSync(plan, '- { kind: store-outage, trigger: { at: position, partition: 0, offset: 999999999 } }\n');
      const flags = { architectures: 'omega', 'fault-plan': plan };
      const ran = await run(['--no-rungs', ...tiny(flags)], join(directory, 'plan'));
      const failure = failureOf(ran, 'omega');
      expect(failure).toMatchObject({ state: 'invalid', verdict: 'INVALID', doubleCounted: 0, lost: 0 });
      expect(failure.verdictReason).toContain('store-outage at offset 999999999 of partition 0 left no evidence');
      expect(ran.code).toBe(4);
      expect(
        journalOf(ran.folder)
          .map(({ state }) => state)
          .sort(),
      ).toEqual(['healed', 'intended', 'no-evidence']);
    },
    LIMIT_MS,
  );
});

describe('a fault from another terminal', () => {
  test(
    'strikes the failure act under way, says so, and counts as one of the run’s',
    async () => {
      const out = join(directory, 'inject');
      const flags = { architectures: 'alpha', faults: 'none', 'act-hours': '8', out };
      const running = start(['run', '--no-rungs', ...tiny(flags)]);
      await running.said('failure');
      const id = readdirSync(out)[0] as string;
      let answer = await start(['inject', 'duplicate-delivery', '--run', id, '--out', out]).ended;
      for (let tries = 0; answer.code !== 0 && tries < 20; tries++) {
        await sleep(100);
        answer = await start(['inject', 'duplicate-delivery', '--run', id, '--out', out]).ended;
      }
      expect(answer.stdout).toMatch(/alpha: \d blocks of \d+ impressions were delivered twice/);
      const nowhere = await start(['inject', 'crash', '--run', 'no-such-run', '--out', out]).ended;
      expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringContaining('no run is in progress') });
      const alpha = failureOf(await finished(await running.ended), 'alpha');
      expect(alpha.faults?.map(({ kind, bit }) => ({ kind, bit }))).toEqual([
        { kind: 'duplicate-delivery', bit: true },
      ]);
      expect(alpha.doubleCounted).toBe(alpha.faults?.[0]?.evidence.events);
      expect(alpha.verdict).toEqual(verdictOr('EXPECTED-ERROR'));
    },
    LIMIT_MS,
  );
});
