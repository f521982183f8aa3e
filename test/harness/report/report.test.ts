/** All files of a report from a result alone; the terminal's summary; the comparison. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { compareResults } from '../../../harness/report/compare.ts';
import { markdownSummary } from '../../../harness/report/markdown.ts';
import { writeReport } from '../../../harness/report/report.ts';
import { terminalSummary } from '../../../harness/report/terminal.ts';
import type { Result } from '../../../harness/results/schema.ts';
import { resultFixture, withArchitecture } from '../../support/result-fixture.ts';

describe('writing a report', () => {
  test('leaves a page, a summary and four images, and says where', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'omegabench-report-'));
    try {
      const paths = await writeReport(folder, resultFixture());
      const named = [paths.htmlPath, paths.markdownPath, ...paths.pngPaths].map((path) => basename(path)).sort();
      expect(named).toEqual([
        'double-counting.png',
        'freshness.png',
        'kv-commands.png',
        'report.html',
        'summary.md',
        'throughput.png',
      ]);
      expect((await readdir(folder)).sort()).toEqual(named);
      expect(await readFile(paths.markdownPath, 'utf8')).toBe(markdownSummary(resultFixture()));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('the Markdown summary', () => {
  test('keeps each row of a table on one line with all of its cells', () => {
    const { claims } = resultFixture();
    const evidence = 'a | b\nc';
    const summary = markdownSummary(
      resultFixture({ claims: [{ ...claims[0], evidence } as Result['claims'][number]] }),
    );
    expect(summary).toContain('| a \\| b c |');
    const talk = summary.split('\n').filter((line) => line.startsWith('| alpha |'))[0] ?? '';
    expect(talk.match(/(?<!\\)\|/g)).toHaveLength(7);
  });
});

describe('the terminal summary', () => {
  test('fits 80 columns and names every architecture in full', () => {
    const lines = terminalSummary(resultFixture()).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    for (const name of Object.keys(resultFixture().architectures)) {
      expect(lines.some((line) => line.startsWith(`${name} `))).toBe(true);
    }
  });

  test('shows a violation by its name', () => {
    const result = withArchitecture('omega', (omega) => {
      if (omega.failure.state !== 'measured') throw new Error('the fixture measures omega');
      return { ...omega, failure: { ...omega.failure, verdict: 'VIOLATION', doubleCounted: 5 } };
    });
    expect(terminalSummary(result)).toMatch(/^omega .*VIOLATION/m);
  });

  test('says that a run was interrupted', () => {
    expect(terminalSummary(resultFixture({ status: 'interrupted' }))).toContain('This run is interrupted.');
  });
});

describe('a comparison', () => {
  const { config, environment } = resultFixture();
  const faster = withArchitecture('alpha', (alpha) => ({
    ...alpha,
    capacity: { ...alpha.capacity, state: 'interrupted', eventsPerSecond: 420_000 },
  }));
  const other: Result = {
    ...faster,
    config: { ...config, seed: 7 },
    environment: {
      ...environment,
      cores: 8,
      calibration: { ...environment.calibration, storeGetPerSecond: 1_800_000, storePutPerSecond: 430_000 },
    },
  };
  const pair = [
    { label: 'old', result: resultFixture() },
    { label: 'new', result: other },
  ];

  test('lists first in what the runs differ, ceilings that differ by more than a tenth among it', () => {
    const { differences, terminal, markdown } = compareResults(pair);
    expect(differences.rows.map((row) => row.cells.map((lines) => lines.join()))).toEqual([
      ['seed', '42', '7'],
      ['environment.cores', '2', '8'],
      ['ceiling: Store get', '900 K/s (1×)', '1.8 M/s (2×)'],
    ]);
    for (const text of [terminal, markdown]) expect(text.indexOf('These results differ in')).toBe(0);
  });

  test('sets each figure beside its ratio to the first run', () => {
    const rows = compareResults(pair).figures.rows.map((row) => row.cells.map((lines) => lines.join()));
    expect(rows).toContainEqual(['alpha: events/s', '210 K/s', '420 K/s (2×)']);
    expect(rows).toContainEqual(['beta: double counted', '0', '0']);
  });

  test('sets what faults did to readers side by side: recovery, unanswered probes, older answers', () => {
    const slower = resultFixture();
    const { omega } = slower.architectures;
    if (omega?.failure?.state !== 'measured') throw new Error('the fixture measures omega');
    Object.assign(omega.failure, { recoveryMs: { detected: 10, caughtUp: 3000 }, readRegressions: 4 });
    const faster = structuredClone(slower);
    const ofFaster = faster.architectures.omega?.failure;
    if (ofFaster?.state !== 'measured') throw new Error('the fixture measures omega');
    Object.assign(ofFaster, { recoveryMs: { detected: 10, caughtUp: 300 }, readRegressions: 0 });
    ofFaster.unavailable = { probes: 5, share: 0.05 };
    omega.failure.unavailable = { probes: 1, share: 0.01 };
    const results = [
      { label: 'flink', result: slower },
      { label: 'embedded', result: faster },
    ];
    const rows = compareResults(results).figures.rows.map((row) => row.cells.map((lines) => lines.join()));
    expect(rows).toContainEqual(['omega: caught up after', '3 s', '300 ms (0.1×)']);
    expect(rows).toContainEqual(['omega: unanswered', '1 %', '5 % (5×)']);
    expect(rows).toContainEqual(['omega: older answers', '4', '0 (0×)']);
  });

  test('leaves the ceilings of servers out: they always differ a little', () => {
    const serverCeilings = [{ name: 'redis HMGET', what: 'keys read', unitsPerSecond: 1000, role: 'serving' as const }];
    const onServers = resultFixture();
    onServers.environment.serverCeilings = serverCeilings;
    const { differences } = compareResults([
      { label: 'old', result: resultFixture() },
      { label: 'new', result: onServers },
    ]);
    expect(differences.rows).toEqual([]);
  });

  test('has a dash where a run lacks an architecture', () => {
    const { beta: _beta, ...rest } = resultFixture().architectures;
    const without = { label: 'without', result: resultFixture({ architectures: rest }) };
    const rows = compareResults([pair[0] as (typeof pair)[0], without]).figures.rows.map((row) => row.cells.flat());
    expect(rows).toContainEqual(['beta: events/s', '8.4 M/s', '–']);
  });

  test('of equal runs says so, and of one run is refused', () => {
    const same = { label: 'a', result: resultFixture() };
    expect(compareResults([same, { ...same, label: 'b' }]).terminal).toContain('same configuration');
    expect(() => compareResults([same])).toThrow('at least two');
  });
});
