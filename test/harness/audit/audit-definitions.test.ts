/** The audit against its definitions, written once more in the plainest way, over random tables. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { auditAnswers } from '../../../harness/audit/audit.ts';
import { type Row, table } from './tables.ts';

const HOUR = 5000;

/** The definitions once more, with maps and no thought of speed. */
function naiveAudit(truth: readonly Row[], answers: readonly Row[]) {
  const figures = { doubleCounted: 0, lost: 0, misplaced: 0, phantom: 0, compensated: 0, keysWrong: 0 };
  const find = (rows: readonly Row[], tweetId: bigint, hour: number) =>
    rows.find((row) => row[0] === tweetId && row[1] === hour);
  const hours = new Set([...truth, ...answers].map((row) => row[1]));
  for (const tweetId of new Set([...truth, ...answers].map((row) => row[0]))) {
    let over = 0;
    let under = 0;
    for (const hour of hours) {
      const [, , expected, expectedFingerprint] = find(truth, tweetId, hour) ?? [0n, 0, 0, 0];
      const [, , found, foundFingerprint] = find(answers, tweetId, hour) ?? [0n, 0, 0, 0];
      if (found > expected) over += found - expected;
      if (found < expected) under += expected - found;
      if (found === expected && foundFingerprint !== expectedFingerprint) figures.compensated++;
      if (found !== expected || foundFingerprint !== expectedFingerprint) figures.keysWrong++;
    }
    const sum = (rows: readonly Row[], column: 2 | 3) =>
      rows.filter((row) => row[0] === tweetId).reduce((total, row) => total + row[column], 0);
    const isWhole = sum(truth, 2) === sum(answers, 2) && sum(truth, 3) === sum(answers, 3);
    if (sum(truth, 2) === 0) figures.phantom += over;
    else if (isWhole) figures.misplaced += Math.min(over, under);
    else {
      figures.doubleCounted += over;
      figures.lost += under;
    }
  }
  return figures;
}

describe('an audit of random tables', () => {
  const row = fc.tuple(
    fc.constantFrom(1n, 2n, 1n << 32n, (1n << 32n) | 2n),
    fc.constantFrom(0, HOUR, 2 * HOUR),
    fc.integer({ min: 0, max: 3 }),
    fc.integer({ min: -2, max: 2 }),
  );
  const rows = fc.uniqueArray(row, {
    minLength: 1,
    maxLength: 12,
    selector: ([tweetId, hour]) => `${tweetId}/${hour}`,
  });
  const truths = rows.filter((list) => list.some(([, , counter]) => counter > 0));

  test('agrees with the definitions', () => {
    fc.assert(
      fc.property(truths, rows, (truth, answers) => {
        expect(auditAnswers(table(truth), table(answers))).toMatchObject(naiveAudit(truth, answers));
      }),
    );
  });

  test('calls no key wrong without naming an error, and none right with one', () => {
    fc.assert(
      fc.property(truths, rows, (truth, answers) => {
        const report = auditAnswers(table(truth), table(answers));
        const errors = report.doubleCounted + report.lost + report.misplaced + report.phantom + report.compensated;
        expect(report.keysWrong > 0).toBe(errors > 0);
        const counted = answers.reduce((sum, [, , counter]) => sum + counter, 0);
        expect(report.eventsAudited + report.doubleCounted + report.phantom - report.lost).toBe(counted);
      }),
    );
  });
});
