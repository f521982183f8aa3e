/**
 * Recorded traces through the compiled command: what is exported is recounted here with nothing but a Map, and the odd
 * traces of real life (one line, one tweet, years between two lines) are counted like any other.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Result } from '../../harness/results/schema.ts';
import { type Finished, failureOf, run, start, verdictOr } from './omegabench.ts';

const directory = mkdtempSync(join(tmpdir(), 'omegabench-e2e-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

type Line = readonly [tweetId: string, eventTimeMs: number];

const START = Date.UTC(2026, 2, 1);
const DAY = 86_400_000;
/** Ids as people write them, the popular ones first. */
const IDS = [
  'cat',
  'a,b',
  'say "hi"',
  '18446744073709551616',
  'tweet 5',
  'ÿ€😀',
  ...Array.from({ length: 60 }, (_, i) => `t${i}`),
];
const idAt = (n: number) => IDS[((n * n) % 97) % IDS.length] as string;
const linesOf = (count: number, timeOf: (n: number) => number): Line[] =>
  Array.from({ length: count }, (_, n) => [idAt(n), timeOf(n)]);

const TRACES = {
  /** A second, every tenth line 3 ms out of order. */
  paced: linesOf(4000, (n) => START + Math.floor(n / 4) - (n % 10 === 9 ? 3 : 0)),
  /** Two days in order, replayed in a second. */
  days: linesOf(4000, (n) => START + Math.floor((n * 2 * DAY) / 4000)),
  single: [['only', START + 1234]] as Line[],
  /** One partition's worth of two tweets in years: blocks hold 49 days, and 9,000 lines are more than two blocks. */
  years: Array.from(
    { length: 36_000 },
    (_, n): Line => [n % 3 === 0 ? 'x' : 'y', START + Math.floor(n / 9000) * 45 * DAY + (n % 9000)],
  ),
};

const csv = (lines: readonly Line[]) =>
  ['tweetId,eventTimeMs', ...lines.map(([id, time]) => `"${id.replaceAll('"', '""')}",${time}`), ''].join('\n');
const ndjson = (lines: readonly Line[]) =>
  lines.map(([tweetId, eventTimeMs]) => `${JSON.stringify({ tweetId, eventTimeMs })}\n`).join('');

/** `id hour count`, sorted: counted with a Map, from the lines as they were written. */
function recount(lines: readonly Line[], hourMs: number): string[] {
  const counts = new Map<string, number>();
  for (const [id, time] of lines) {
    const key = `${id} ${Math.floor(time / hourMs) * hourMs}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].map(([key, count]) => `${key} ${count}`).sort();
}

/** The same from an exported file. */
function exported(name: keyof typeof TRACES, architecture: string): string[] {
  const [header, ...rows] = readFileSync(join(exportOf(name), `${architecture}.csv`), 'utf8')
    .trimEnd()
    .split('\n');
  expect(header).toBe('tweetId,hourStartMs,count');
  return rows
    .map((row) => {
      const [, quoted, plain, hour, count] = /^(?:"((?:[^"]|"")*)"|([^",]*)),(\d+),(\d+)$/.exec(row) ?? [];
      return `${quoted?.replaceAll('""', '"') ?? plain} ${hour} ${count}`;
    })
    .sort();
}

const exportOf = (name: string) => join(directory, `${name}-counts`);
const HOURS = { paced: 500, days: 3_600_000, single: 60_000, years: 1000 };

let runs: Record<keyof typeof TRACES, Finished>;

beforeAll(async () => {
  writeFileSync(join(directory, 'paced.csv'), csv(TRACES.paced));
  writeFileSync(join(directory, 'days.ndjson.gz'), gzipSync(ndjson(TRACES.days)));
  writeFileSync(join(directory, 'single.csv'), `only,${START + 1234}`);
  writeFileSync(join(directory, 'years.csv'), csv(TRACES.years));
  const one = (name: keyof typeof TRACES, file: string, args: readonly string[]) =>
    run(
      [
        ...['--trace', join(directory, file), '--hour', `${HOURS[name]}ms`, '--export-counts', exportOf(name)],
        ...['--capacity-limit', '3s', '--no-rungs', '--workers', '1', ...args],
      ],
      join(directory, 'out'),
    );
  const [[paced, single], [days, years]] = await Promise.all([
    one('paced', 'paced.csv', ['--faults', 'none', '--architectures', 'alpha,beta,omega,omega-prime']).then(
      async (first) =>
        [first, await one('single', 'single.csv', ['--rate', '1k', '--architectures', 'batch,omega'])] as const,
    ),
    one('days', 'days.ndjson.gz', ['--rate', '4k', '--faults', 'none', '--partitions', '2']).then(
      async (first) =>
        [
          first,
          await one('years', 'years.csv', [
            '--rate',
            '100k',
            '--architectures',
            'batch,omega-prime',
            '--partitions',
            '1',
          ]),
        ] as const,
    ),
  ]);
  runs = { paced, days, single, years };
}, 400_000);

describe('a trace at its own speed', () => {
  test.each(['alpha', 'beta', 'omega', 'omega-prime'])(
    '%s counts every line of it, ids as they were written',
    (name) => {
      expect(exported('paced', name)).toEqual(recount(TRACES.paced, HOURS.paced));
      expect(failureOf(runs.paced, name)).toMatchObject({
        verdict: verdictOr('EXACT'),
        faults: [],
        predicted: { doubleCounted: 0, lost: 0, misplaced: 0, lateDropped: 0 },
      });
    },
  );
});

describe('a trace at a rate', () => {
  test.each(['batch', 'alpha', 'lambda', 'beta', 'omega', 'omega-prime'])('%s counts every line of it', (name) => {
    expect(exported('days', name)).toEqual(recount(TRACES.days, HOURS.days));
    expect(failureOf(runs.days, name)).toMatchObject({ verdict: verdictOr('EXACT'), faults: [] });
  });

  test('is bucketed by event time by batch and lambda, and a warning says so', () => {
    for (const name of ['batch', 'lambda']) {
      const { declaration } = runs.days.result.architectures[name] as Result['architectures'][string];
      const job = declaration.stages.find(({ kind }) => kind === 'batch-job');
      expect(job).toMatchObject({ bucketBy: 'event-time' });
    }
    const warning = runs.days.result.warnings.find(({ code }) => code === 'trace-at-rate');
    expect(warning?.message).toContain('batch and lambda bucket by event time');
    expect(runs.days.stderr).toContain('batch and lambda bucket by event time');
  });

  test('has ages on the axis of arrivals: no answer is older than the replay has lasted', () => {
    for (const { steady } of Object.values(runs.days.result.architectures)) {
      const ages = 'timeline' in steady ? (steady.timeline?.freshnessMs ?? []) : [];
      const atMs = 'timeline' in steady ? (steady.timeline?.atMs ?? []) : [];
      const known = ages.flatMap((age, i) => (age === null ? [] : [{ age, lastedMs: atMs[i] as number }]));
      expect(known.length).toBeGreaterThan(0);
      for (const { age, lastedMs } of known) expect(age).toBeLessThanOrEqual(lastedMs + 1);
    }
    const { steady } = runs.days.result.architectures.omega as Result['architectures'][string];
    const wrong = 'probes' in steady ? steady.probes?.wrong : undefined;
    expect(wrong).toBe(0);
  });
});

describe('an odd trace', () => {
  test.each(['batch', 'omega'])('of a single line, with partitions that stay empty, is counted by %s', (name) => {
    expect(exported('single', name)).toEqual(recount(TRACES.single, HOURS.single));
    expect(failureOf(runs.single, name)).toMatchObject({
      keysAudited: 1,
      eventsAudited: 1,
      verdict: verdictOr('EXACT'),
    });
  });

  test.each(['batch', 'omega-prime'])('with months between its lines is counted by %s, crashes and all', (name) => {
    expect(exported('years', name)).toEqual(recount(TRACES.years, HOURS.years));
    const failure = failureOf(runs.years, name);
    expect(failure).toMatchObject({ verdict: verdictOr('EXACT') });
    expect(failure.faults?.every(({ bit }) => bit)).toBe(true);
  });

  test('that leaps further than a block can hold is refused before work starts, with its line', async () => {
    const file = join(directory, 'leap.csv');
    writeFileSync(file, `a,${START}\na,${START + 50 * DAY}\n`);
    const out = join(directory, 'refused');
    const { code, stdout, stderr } = await start(['run', '--trace', file, '--rate', '1k', '--out', out]).ended;
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`trace ${file}, line 2: expected event times within 49.7 days of each other`);
  });
});
