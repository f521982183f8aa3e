/** The log in memory: the conformance suite, and the world that outlives those who open it. */
import { describe, expect, test } from '@jest/globals';
import { MemoryLogs } from '../../../substrates/event-log/memory-log.ts';
import { describeEventLog } from '../../conformance/event-log.ts';
import { numberedBlock, readAll } from '../../support/impressions.ts';

describeEventLog('memory', (partitions, body) =>
  body(new MemoryLogs().open({ kind: 'memory', name: 'log', partitions })),
);

describe('a world of memory logs', () => {
  const binding = { kind: 'memory', name: 'impressions', partitions: 1 } as const;

  test('a log opened twice by the same name is the same log, one of another name is not', async () => {
    const logs = new MemoryLogs();
    await (await logs.open(binding).openWriter(0)).append(numberedBlock(0, 0, 2), 1);
    expect(await readAll(await logs.open(binding).openReader(0, 0))).toHaveLength(1);
    expect(await readAll(await logs.open({ ...binding, name: 'other' }).openReader(0, 0))).toEqual([]);
  });

  test('another number of partitions for the same name is an error', () => {
    const logs = new MemoryLogs();
    logs.open(binding);
    expect(() => logs.open({ ...binding, partitions: 2 })).toThrow(/has 1 partitions, not 2/);
  });

  test('columns are overwritten by the next read, so that code which keeps them is found out', async () => {
    const log = new MemoryLogs().open(binding);
    const writer = await log.openWriter(0);
    await writer.append(numberedBlock(0, 0, 2), 1);
    await writer.append(numberedBlock(0, 2, 2), 2);
    const reader = await log.openReader(0, 0);
    const first = await reader.read();
    await reader.read();
    expect(first?.kind === 'impressions' && [...first.block.tweetIdLo]).toEqual([2, 3]);
  });
});
