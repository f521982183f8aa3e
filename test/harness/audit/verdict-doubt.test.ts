/** A prediction may leave no more in doubt than was in flight. */
import { expect, test } from '@jest/globals';
import type { AuditReport } from '../../../harness/audit/audit.ts';
import { judge } from '../../../harness/audit/verdict.ts';

const report: AuditReport = {
  keysAudited: 10,
  eventsAudited: 100,
  doubleCounted: 7,
  lost: 0,
  misplaced: 0,
  phantom: 0,
  compensated: 0,
  keysWrong: 2,
  worst: [],
};

const verdictFor = (atLeast: number, atMost: number, inDoubt?: number) =>
  judge({
    report,
    lateDropped: 0,
    predicted: {
      doubleCounted: { atLeast, atMost },
      lost: 0,
      misplaced: 0,
      lateDropped: 0,
      ...(inDoubt === undefined ? {} : { inDoubt }),
    },
    promises: { exact: false },
    faults: [],
    invalidBecause: [],
  });

test.each([
  [0, 9, undefined, 'EXPECTED-ERROR'],
  [0, 9, 9, 'EXPECTED-ERROR'],
  [7, 7, 0, 'EXPECTED-ERROR'],
  [0, 9, 8, 'UNKNOWN'],
  [6, 7, 0, 'UNKNOWN'],
] as const)('bounds of %d to %d with %p in doubt give %s', (atLeast, atMost, inDoubt, verdict) => {
  expect(verdictFor(atLeast, atMost, inDoubt).verdict).toBe(verdict);
});
