import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { ImpressionSource } from '../../../generators/impression-source.ts';
import { SyntheticStream } from '../../../generators/synthetic-stream.ts';
import { exportCounts } from '../../../harness/run/export-counts.ts';
import { columnsOf, row, type StoreRow } from '../../support/store-rows.ts';
import { withTemporaryDirectory } from '../../support/temporary-directory.ts';

const synthetic = new SyntheticStream({
  seed: 1,
  partitions: 2,
  ratePerSecond: 4000,
  hourMs: 1000,
  hours: 2,
  startMs: 0,
  maxOutOfOrderMs: 0,
});

/** A trace whose tweet 1 is spelt so and, like every tweet of a trace, may be the canary too. */
function traceOf(spelling: string): ImpressionSource {
  const [canary] = synthetic.canaries;
  return {
    ...synthetic,
    description: { ...synthetic.description, kind: 'trace' },
    canaries: [{ ...canary, tweetIdLo: 1, tweetIdHi: 0 }],
    spell: () => spelling,
  } as unknown as ImpressionSource;
}

async function exported(source: ImpressionSource, rows: StoreRow[]): Promise<string> {
  return withTemporaryDirectory(async (directory) => {
    await exportCounts(join(directory, 'a', 'b'), 'omega-prime', source, columnsOf(rows));
    return readFileSync(join(directory, 'a', 'b', 'omega-prime.csv'), 'utf8');
  });
}

describe('exported counts', () => {
  test('are one line for each tweet and hour, ids in full', async () => {
    const text = await exported(synthetic, [row(0xffff_ffff_0000_0007n, 1000, 4_000_000_000, 1), row(7n, 0, 2, 1)]);
    expect(text).toBe('tweetId,hourStartMs,count\n18446744069414584327,1000,4000000000\n7,0,2\n');
  });

  test('leave canaries of a synthetic stream out, and keep those of a trace, which are people’s tweets', async () => {
    const ids = synthetic.canaries.map(({ tweetIdLo, tweetIdHi }) => (BigInt(tweetIdHi) << 32n) | BigInt(tweetIdLo));
    const text = await exported(synthetic, [...ids.map((id) => row(id, 0, 5)), row(7n, 0, 2)]);
    expect(text).toBe('tweetId,hourStartMs,count\n7,0,2\n');
    expect(await exported(traceOf('cat'), [row(1n, 0, 5)])).toBe('tweetId,hourStartMs,count\ncat,0,5\n');
  });

  test.each([
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['two\nlines', '"two\nlines"'],
    ['back\rhome', '"back\rhome"'],
    ['plain space', 'plain space'],
  ])('quote %j as CSV asks for', async (spelling, quoted) => {
    expect(await exported(traceOf(spelling), [row(1n, 60, 5)])).toBe(`tweetId,hourStartMs,count\n${quoted},60,5\n`);
  });

  test('are whole where they take more than one chunk', async () => {
    const rows = Array.from({ length: 25_001 }, (_, i) => row(BigInt(i), 0, i + 1));
    const lines = (await exported(synthetic, rows)).trimEnd().split('\n');
    expect(lines).toHaveLength(25_002);
    expect(lines.slice(1)).toEqual(rows.map(({ id, counter }) => `${id},0,${counter}`));
  });
});
