import { describe, expect, test } from '@jest/globals';
import { createBlock, type ImpressionBlock } from '../../../generators/impression.ts';
import type { ImpressionSource } from '../../../generators/impression-source.ts';
import { type DeclaredDeviation, verifyLog } from '../../../harness/audit/verify-log.ts';
import type { EventLog, LogEntry } from '../../../substrates/event-log/event-log.ts';

const LENGTH = 1000;

/** Impression n of the one partition is tweet 3n (high lane n % 5) at 10,000 + n - n % 7 ms. */
const source = {
  length: () => LENGTH,
  fill(block: ImpressionBlock, partition: number, firstSequence: number, count: number) {
    Object.assign(block, { partition, firstSequence, count, minEventTimeMs: 9000, maxEventTimeMs: 12_000 });
    for (let row = 0; row < count; row++) {
      const n = firstSequence + row;
      block.tweetIdLo[row] = 3 * n;
      block.tweetIdHi[row] = n % 5;
      block.eventTimeDeltaMs[row] = 1000 + n - (n % 7);
    }
  },
} as unknown as ImpressionSource;

function block(firstSequence: number, count: number): ImpressionBlock {
  const filled = createBlock(0, count);
  source.fill(filled, 0, firstSequence, count);
  return filled;
}

/** A log of the given blocks and an end, with offsets and arrivals as a log gives them. */
function entriesOf(blocks: readonly ImpressionBlock[]): LogEntry[] {
  let offset = 0;
  const entries: LogEntry[] = blocks.map((each, i) => {
    offset += each.count;
    return { kind: 'impressions', offset: offset - each.count, arrivalMs: i, block: each };
  });
  return [...entries, { kind: 'end', offset, arrivalMs: blocks.length }];
}

async function verify(entries: readonly (LogEntry | Error)[], declared?: readonly DeclaredDeviation[]) {
  const queue = [...entries];
  const reader = {
    read: async () => {
      const entry = queue.shift();
      if (entry instanceof Error) throw entry;
      return entry;
    },
    close: async () => undefined,
  };
  const log = { binding: { kind: 'memory' }, openReader: async () => reader } as unknown as EventLog;
  return verifyLog(source, log, 0, declared);
}

describe('a log is verified', () => {
  test('when it holds the whole stream', async () => {
    const found = await verify(entriesOf([block(0, 400), block(400, 600)]));
    expect(found).toEqual({ events: 1000, nextSequence: 1000, ended: true, verified: true });
  });

  test('as far as it goes, when the generator was stopped early', async () => {
    const found = await verify(entriesOf([block(0, 400)]).slice(0, 1));
    expect(found).toEqual({ events: 400, nextSequence: 400, ended: false, verified: true });
  });

  test('when its blocks have another base for event times', async () => {
    const rebased = block(0, 400);
    rebased.minEventTimeMs += 1000;
    rebased.eventTimeDeltaMs = rebased.eventTimeDeltaMs.map((delta) => delta - 1000);
    expect(await verify(entriesOf([rebased]))).toEqual({ events: 400, nextSequence: 400, ended: true, verified: true });
  });

  test('with a block that was doubled on purpose, which counts as events', async () => {
    const blocks = [block(0, 400), block(400, 100), block(400, 100), block(500, 500)];
    const declared = [{ kind: 'duplicate', firstSequence: 400, count: 100 }] as const;
    expect(await verify(entriesOf(blocks), declared)).toMatchObject({
      events: 1100,
      nextSequence: 1000,
      verified: true,
    });
  });

  test('with a gap that was made on purpose', async () => {
    const declared = [{ kind: 'gap', firstSequence: 400, count: 100 }] as const;
    const found = await verify(entriesOf([block(0, 400), block(500, 500)]), declared);
    expect(found).toMatchObject({ events: 900, nextSequence: 1000, verified: true });
  });
});

describe('a log is not verified', () => {
  const changed = (change: (block: ImpressionBlock) => void) => {
    const one = block(400, 600);
    change(one);
    return entriesOf([block(0, 400), one]);
  };

  test.each<[string, (LogEntry | Error)[], string]>([
    ['that is empty', [{ kind: 'end', offset: 0, arrivalMs: 0 }], 'the log is empty'],
    ['with a sequence missing', entriesOf([block(0, 400), block(401, 599)]), 'sequence 401 stands where 400 is due'],
    ['with a sequence twice', entriesOf([block(0, 400), block(399, 601)]), 'sequence 399 stands where 400 is due'],
    ['that starts late', entriesOf([block(1, 400)]), 'sequence 1 stands where 0 is due'],
    ['with a wrong low lane', changed((b) => b.tweetIdLo.fill(1, 599)), 'sequence 999 is tweet'],
    ['with a wrong high lane', changed((b) => b.tweetIdHi.fill(9, 0, 1)), 'sequence 400 is tweet'],
    [
      'with a wrong event time',
      changed((b) => b.eventTimeDeltaMs.fill(0, 7, 8)),
      'sequence 407 is tweet 8589935813 at 9000 ms',
    ],
    ['with an event time above its bounds', changed((b) => Object.assign(b, { maxEventTimeMs: 10_000 })), 'bounds'],
    ['with a block of another partition', changed((b) => Object.assign(b, { partition: 1 })), 'a block of partition 1'],
    ['that goes beyond the stream', entriesOf([block(0, 1001)]), "sequence 1000 lies beyond the stream's end"],
    ['that goes on after its end', [...entriesOf([block(0, 400)]), ...entriesOf([])], 'follows the end'],
    ['that cannot be read', [new Error('checksum of block 7')], 'the log cannot be read: checksum of block 7'],
  ])('%s', async (_, entries, difference) => {
    const found = await verify(entries);
    expect(found.verified).toBe(false);
    expect(found.firstDifference).toContain(`partition 0: `);
    expect(found.firstDifference).toContain(difference);
  });

  test('whose offsets do not count its impressions', async () => {
    const entries = entriesOf([block(0, 400), block(400, 600)]).with(1, {
      kind: 'impressions',
      offset: 401,
      arrivalMs: 1,
      block: block(400, 600),
    });
    expect((await verify(entries)).firstDifference).toContain('offset 401 follows 400 impressions');
  });

  test('whose arrival goes back', async () => {
    const entries = entriesOf([block(0, 400)]).with(1, { kind: 'heartbeat', offset: 400, arrivalMs: -1 });
    expect((await verify(entries)).firstDifference).toContain('arrival goes back from 0 to -1 ms');
  });

  test('that lacks a deviation that was declared', async () => {
    const declared = [{ kind: 'duplicate', firstSequence: 400, count: 100 }] as const;
    const found = await verify(entriesOf([block(0, 1000)]), declared);
    expect(found.firstDifference).toContain('the declared duplicate of sequences 400 to 499 is not in the log');
  });

  test('whose doubled block is longer than declared', async () => {
    const declared = [{ kind: 'duplicate', firstSequence: 300, count: 99 }] as const;
    const found = await verify(entriesOf([block(0, 400), block(300, 100)]), declared);
    expect(found.firstDifference).toContain('sequence 300 stands where 400 is due');
  });
});
