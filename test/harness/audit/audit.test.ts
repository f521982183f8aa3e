/** The checker is checked: every planted error must be found, with its size, and none where there is none. */
import { describe, expect, test } from '@jest/globals';
import { AuditError, auditAnswers, compareTables, MAX_WORST_KEYS } from '../../../harness/audit/audit.ts';
import { createRows } from '../../../substrates/key-value-store/key-value-store.ts';
import { type Row, table } from './tables.ts';

const HOUR = 5000;

/** 20,000 keys of 5,000 tweets over 4 hours, 500 impressions each: 10 M in all. */
const tenMillion: Row[] = Array.from({ length: 20_000 }, (_, i): Row => {
  const tweetId = (BigInt(i % 7) << 32n) | BigInt(i >> 2);
  return [tweetId, (i % 4) * HOUR, 500, ((i * 7919) % 65536) - 32768];
});
const clean = {
  keysAudited: 20_000,
  eventsAudited: 10_000_000,
  doubleCounted: 0,
  lost: 0,
  misplaced: 0,
  phantom: 0,
  compensated: 0,
  keysWrong: 0,
  worst: [],
};

/** The audit of `tenMillion` after some of its rows were changed. */
function auditWith(change: (rows: Row[]) => Row[]) {
  return auditAnswers(table(tenMillion), table(change([...tenMillion])));
}

/** Row `i` with impressions added or taken away. */
function bumped(rows: readonly Row[], i: number, counter: number, fingerprint: number): Row {
  const [tweetId, hour, oldCounter, oldFingerprint] = rows[i] as Row;
  return [tweetId, hour, oldCounter + counter, oldFingerprint + fingerprint];
}

describe('an audit finds', () => {
  test('nothing in answers that equal the truth', () => {
    expect(auditWith((rows) => rows)).toEqual(clean);
  });

  test('nothing in right answers that come in another order', () => {
    const shuffled = (rows: Row[]) => rows.map((_, i) => rows[(i * 7919) % rows.length] as Row);
    expect(auditWith(shuffled)).toEqual(clean);
  });

  test('one impression more in ten million', () => {
    const report = auditWith((rows) => rows.with(12_345, bumped(rows, 12_345, 1, 77)));
    expect(report).toMatchObject({ doubleCounted: 1, lost: 0, misplaced: 0, compensated: 0, keysWrong: 1 });
    expect(report.worst).toHaveLength(1);
    expect(report.worst[0]).toMatchObject({ error: 'doubled', expected: { counter: 500 }, found: { counter: 501 } });
  });

  test('one impression less in ten million', () => {
    const report = auditWith((rows) => rows.with(19_999, bumped(rows, 19_999, -1, -77)));
    expect(report).toMatchObject({ doubleCounted: 0, lost: 1, misplaced: 0, compensated: 0, keysWrong: 1 });
    expect(report.worst[0]).toMatchObject({ error: 'lost' });
  });

  test('one impression lost and another doubled on the same key, by the fingerprint', () => {
    const report = auditWith((rows) => rows.with(5, bumped(rows, 5, 0, 13)));
    expect(report).toMatchObject({ doubleCounted: 0, lost: 0, misplaced: 0, compensated: 1, keysWrong: 1 });
    expect(report.worst[0]).toMatchObject({ error: 'compensated' });
  });

  test('two impressions swapped between two tweets, by the fingerprint of both', () => {
    const report = auditWith((rows) => rows.with(0, bumped(rows, 0, 0, 13)).with(400, bumped(rows, 400, 0, -13)));
    expect(report).toMatchObject({ doubleCounted: 0, lost: 0, compensated: 2, keysWrong: 2 });
  });

  test('an impression counted for another tweet of its hour as one doubled and one lost, never as their net', () => {
    const report = auditWith((rows) => rows.with(0, bumped(rows, 0, 1, 13)).with(400, bumped(rows, 400, -1, -13)));
    expect(report).toMatchObject({ doubleCounted: 1, lost: 1, misplaced: 0, compensated: 0, keysWrong: 2 });
  });

  test('a tweet that is counted one hour late as misplaced, not as lost and doubled', () => {
    const truth = table([
      [7n, 0, 10, 111],
      [7n, HOUR, 20, 222],
      [8n, 0, 5, 5],
    ]);
    const shifted = table([
      [7n, HOUR, 10, 111],
      [7n, 2 * HOUR, 20, 222],
      [8n, 0, 5, 5],
    ]);
    // Hour 0: -10; hour 1: 10 - 20 = -10; hour 2: +20.
    const report = auditAnswers(truth, shifted);
    expect(report).toMatchObject({
      misplaced: 20,
      doubleCounted: 0,
      lost: 0,
      phantom: 0,
      keysAudited: 3,
      keysWrong: 3,
    });
    expect(report.worst.map(({ error }) => error)).toEqual(['misplaced', 'misplaced', 'misplaced']);
  });

  test('as many too much in one hour as too few in another, but the wrong ones, as lost and doubled', () => {
    const truth = table([
      [7n, 0, 10, 111],
      [7n, HOUR, 20, 222],
    ]);
    const answers = table([
      [7n, 0, 9, 100],
      [7n, HOUR, 21, 234],
    ]);
    expect(auditAnswers(truth, answers)).toMatchObject({ misplaced: 0, doubleCounted: 1, lost: 1 });
  });

  test('an impression lost besides one in the wrong hour as lost and doubled, since the whole tweet is wrong', () => {
    const truth = table([
      [7n, 0, 10, 111],
      [7n, HOUR, 20, 222],
    ]);
    const answers = table([
      [7n, 0, 8, 90],
      [7n, HOUR, 21, 222],
    ]);
    expect(auditAnswers(truth, answers)).toMatchObject({ misplaced: 0, doubleCounted: 1, lost: 2 });
  });

  test('a tail that was dropped', () => {
    const report = auditWith((rows) => rows.slice(0, -3));
    expect(report).toMatchObject({ lost: 1500, doubleCounted: 0, keysWrong: 3, keysAudited: 20_000 });
  });

  test('a key that was dropped in the middle', () => {
    expect(auditWith((rows) => rows.toSpliced(10_000, 1))).toMatchObject({ lost: 500, keysWrong: 1 });
  });

  test('one flush of 5,000 keys that was added twice', () => {
    const report = auditWith((rows) => rows.map((row, i) => (i < 5000 ? bumped(rows, i, 500, row[3]) : row)));
    expect(report).toMatchObject({ doubleCounted: 2_500_000, lost: 0, misplaced: 0, keysWrong: 5000 });
    expect(report.worst).toHaveLength(MAX_WORST_KEYS);
  });

  test('impressions of a tweet that the stream never had', () => {
    const report = auditWith((rows) => [...rows, [0xffffffffffffffffn, 0, 3, 9]]);
    expect(report).toMatchObject({ phantom: 3, doubleCounted: 0, keysWrong: 1, keysAudited: 20_000 });
    expect(report.worst[0]).toMatchObject({ error: 'phantom', tweetIdLo: 0xffffffff, tweetIdHi: 0xffffffff });
  });

  test('impressions of a known tweet in an hour in which it had none as doubled, not as phantom', () => {
    const report = auditWith((rows) => [...rows, [tenMillion[0]?.[0] as bigint, 9 * HOUR, 3, 9]]);
    expect(report).toMatchObject({ phantom: 0, doubleCounted: 3, keysWrong: 1 });
  });

  test('a fingerprint where neither truth nor answer counts anything', () => {
    const report = auditWith((rows) => [...rows, [0xffffffffffffffffn, 0, 0, 9]]);
    expect(report).toMatchObject({ phantom: 0, compensated: 1, keysWrong: 1 });
  });

  test('no error in a row of zeros for a key that the truth does not have', () => {
    expect(auditWith((rows) => [...rows, [0xffffffffffffffffn, 0, 0, 0]])).toEqual(clean);
  });

  test('the worst keys first', () => {
    const report = auditWith((rows) => rows.with(3, bumped(rows, 3, 2, 1)).with(900, bumped(rows, 900, -9, 1)));
    expect(report.worst.map(({ found, expected }) => found.counter - expected.counter)).toEqual([-9, 2]);
  });

  test('tweets whose ids differ only in the high 32 bits apart', () => {
    const truth = table([
      [1n, 0, 4, 4],
      [(1n << 32n) | 1n, 0, 6, 6],
    ]);
    const swapped = table([
      [1n, 0, 6, 6],
      [(1n << 32n) | 1n, 0, 4, 4],
    ]);
    expect(auditAnswers(truth, swapped)).toMatchObject({ doubleCounted: 2, lost: 2, misplaced: 0 });
  });

  test('fingerprint sums of a tweet that wrap at 32 bits equal', () => {
    // 2 × (2³¹ - 1) = 2³² - 2, which wraps to -2.
    const truth = table([
      [1n, 0, 4, 0x7fffffff],
      [1n, HOUR, 4, 0x7fffffff],
    ]);
    const moved = table([
      [1n, 0, 3, -5],
      [1n, HOUR, 5, 3],
    ]);
    expect(auditAnswers(truth, moved)).toMatchObject({ misplaced: 1, doubleCounted: 0, lost: 0 });
  });
});

describe('an audit refuses', () => {
  const some = table([[1n, 0, 1, 1]]);

  test('an empty truth', () => {
    expect(() => auditAnswers(createRows(0), some)).toThrow(AuditError);
    expect(() => auditAnswers(createRows(0), some)).toThrow('the truth has no rows');
  });

  test('a truth whose rows all count nothing', () => {
    expect(() => auditAnswers(table([[1n, 0, 0, 0]]), some)).toThrow('nothing to examine');
  });

  test('to take no answers at all for an answer', () => {
    expect(() => auditAnswers(some, createRows(0))).toThrow('the answers has no rows');
  });

  test('two answers for one key, whether equal or not', () => {
    const twice = table([
      [1n, 0, 1, 1],
      [2n, 0, 1, 1],
      [1n, 0, 1, 1],
    ]);
    expect(() => auditAnswers(some, twice)).toThrow('the answers has two rows for tweet 1, hour 0');
  });

  test('two truths for one key', () => {
    const twice = table([
      [1n, 0, 1, 1],
      [1n, 0, 0, 0],
    ]);
    expect(() => auditAnswers(twice, some)).toThrow('the truth has two rows');
  });

  test('a column that is shorter than the table', () => {
    expect(() => auditAnswers(some, { ...some, count: 2 })).toThrow('a column is shorter');
  });

  test('an hour that is no whole number', () => {
    expect(() => auditAnswers(some, table([[1n, Number.NaN, 1, 1]]))).toThrow('not a whole millisecond');
  });
});

describe('a comparison with a predicted table', () => {
  const predicted = table([
    [1n, 0, 4, 40],
    [2n, 0, 6, 60],
  ]);

  test('explains every key of equal answers', () => {
    expect(compareTables(predicted, predicted)).toEqual({ keysCompared: 2, unexplained: 0, worst: [] });
  });

  test('counts keys that only one side has, and keys whose fingerprint alone differs', () => {
    const answers = table([
      [1n, 0, 4, 41],
      [3n, 0, 1, 1],
    ]);
    expect(compareTables(predicted, answers)).toMatchObject({ keysCompared: 2, unexplained: 3 });
  });

  test('stands in the report beside the errors that it explains', () => {
    const truth = table([
      [1n, 0, 5, 50],
      [2n, 0, 6, 60],
    ]);
    expect(auditAnswers(truth, predicted, predicted)).toMatchObject({ lost: 1, keysWrong: 1, unexplained: 0 });
    expect(auditAnswers(truth, truth, predicted)).toMatchObject({ lost: 0, keysWrong: 0, unexplained: 1 });
  });
});
