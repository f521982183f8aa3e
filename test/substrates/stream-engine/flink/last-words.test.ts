/** What a job that is over has left in its accumulators. */
import { expect, test } from '@jest/globals';
import { lastWordsOf, sumOf } from '../../../../substrates/stream-engine/flink/last-words.ts';

const said = (commands: number, sent?: Record<string, number>): string =>
  JSON.stringify({
    ...{ atMs: 5, partitions: {}, storedEvents: 9, roundTrips: 1, reads: 0, pendingKeys: 0, watermarkMs: null },
    ...{ stateBytes: 0, commands, writes: commands, ...(sent === undefined ? {} : { sent }) },
  });

test('is read by stage and subtask, and what is none of ours is passed over', () => {
  const words = lastWordsOf(
    new Map([
      ['progress-1-0', said(61, { hset: 61, incr: 1 })],
      ['progress-1-12', said(43, { hset: 43 })],
      ['numRecords', '17'],
    ]),
  );
  expect(words.map(({ stage, subtask }) => [stage, subtask])).toEqual([
    [1, 0],
    [1, 12],
  ]);
  const sum = { commands: 104, roundTrips: 2, reads: 0, writes: 104, sent: { hset: 104, incr: 1 } };
  expect(sumOf(words)).toEqual(sum);
});

test('says nothing of a server’s names where its store counts none', () => {
  expect(sumOf(lastWordsOf(new Map([['progress-0-0', said(5)]])))).toEqual({
    commands: 5,
    roundTrips: 1,
    reads: 0,
    writes: 5,
  });
});
