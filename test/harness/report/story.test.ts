/** The result in words, and the tables that all reports share. */
import { describe, expect, test } from '@jest/globals';
import { limits, rerunCommand } from '../../../harness/report/notes.ts';
import { errorsInWords, verdictSentences } from '../../../harness/report/story.ts';
import { auditTable, ratioTable, recoveryTable, servingTable, talkTable } from '../../../harness/report/tables.ts';
import { architecturesOf, warningsOf } from '../../../harness/report/view.ts';
import type { Result } from '../../../harness/results/schema.ts';
import { resultFixture, withArchitecture } from '../../support/result-fixture.ts';

describe('the verdict on top', () => {
  test('names the fastest with its ratios to alpha, and who fell behind', () => {
    const [first] = verdictSentences(resultFixture());
    // 13.7 M / 210 K = 65.24; 6.675 M / 112 K = 59.6.
    expect(first).toMatch(/^omega-prime counted 13\.7 M\/s at most, 65\.2× alpha’s rate \(59\.6× per CPU-second\)/);
    expect(first).toContain('alpha and lambda fell behind');
  });

  test('sets the fastest against alpha’s best rung, where that beats its default', () => {
    // 13.7 M / 395 K = 34.7; 6.675 M / 201 K = 33.2.
    expect(verdictSentences(resultFixture())[0]).toContain('and 34.7× (33.2×) that of its best rung, no sync');
    const plain = withArchitecture('alpha', (alpha) => ({ ...alpha, rungs: alpha.rungs.slice(0, 2) }));
    expect(verdictSentences(plain)[0]).not.toContain('best rung');
  });

  test('names the exact ones and each error with its size', () => {
    const [, second] = verdictSentences(resultFixture());
    expect(second).toContain('beta, omega and omega-prime lost nothing');
    expect(second).toContain('alpha counted 1,412 twice');
    expect(second).toMatch(/all as predicted\.$/);
  });

  test('does not call a violation predicted', () => {
    const result = withArchitecture('beta', (beta) => {
      if (beta.failure.state !== 'measured') throw new Error('the fixture measures beta');
      return { ...beta, failure: { ...beta.failure, verdict: 'VIOLATION', lost: 7, verdictReason: '7 lost' } };
    });
    const [, second] = verdictSentences(result);
    expect(second).toContain('beta lost 7, not as predicted');
    expect(second).not.toContain('all as predicted');
  });

  test('says so when nothing was measured', () => {
    expect(verdictSentences(nothingMeasured())).toEqual([
      'Nothing was measured to the end, so there is nothing to compare.',
    ]);
  });

  test('never takes an invalid capacity for the fastest', () => {
    const result = withArchitecture('omega-prime', (prime) => ({
      ...prime,
      capacity: { ...prime.capacity, state: 'invalid', reasons: ['the log was short'] },
    }));
    expect(verdictSentences(result)[0]).toMatch(/^batch counted 9\.2 M\/s/);
  });
});

describe('the shared tables', () => {
  test('say how many answers nothing explains, and how many keys stay so', () => {
    const table = servingTable(resultFixture());
    const at = table.columns.findIndex(({ title }) => title === 'Not explained');
    expect(table.rows.map(({ cells }) => cells[at])).toEqual([
      ['0'],
      ['90', '9 of 140 keys to the end'],
      ['0'],
      ['0'],
      ['0'],
      ['0'],
    ]);
    const unsampled = withArchitecture('beta', (beta) => ({ ...beta, failure: { state: 'interrupted' } }));
    expect(servingTable(unsampled).rows[3]?.cells[at]).toEqual(['–']);
  });

  test('give the worst second of each fault, from the kill until all was well', () => {
    const table = recoveryTable(resultFixture());
    const at = table.columns.findIndex(({ title }) => title === 'Worst second answered');
    expect(new Set(table.rows.map(({ cells }) => cells[at]?.[0]))).toEqual(new Set(['87.5 %']));
    const older = withArchitecture('beta', (beta) => {
      if (beta.failure.state !== 'measured') throw new Error('the fixture measures beta');
      const { availability: _, ...timeline } = beta.failure.timeline;
      return { ...beta, failure: { ...beta.failure, timeline } };
    });
    const ofBeta = recoveryTable(older).rows.filter(({ architecture }) => architecture === 'beta');
    expect(ofBeta.map(({ cells }) => cells[at])).toEqual([['–'], ['–']]);
  });

  test('have a row for each architecture, in the order of the talk', () => {
    const { architectures } = resultFixture();
    const shuffled = Object.fromEntries(Object.entries(architectures).reverse());
    const rows = talkTable(resultFixture({ architectures: shuffled })).rows;
    expect(rows.map((row) => row.architecture)).toEqual(['batch', 'alpha', 'lambda', 'beta', 'omega', 'omega-prime']);
  });

  test('have as many cells in a row as columns', () => {
    for (const table of [talkTable, auditTable, ratioTable]) {
      const { columns, rows } = table(resultFixture());
      expect(rows.map((row) => row.cells.length)).toEqual(rows.map(() => columns.length));
    }
  });

  test('show omega-prime without any store load', () => {
    const row = talkTable(resultFixture()).rows.find((candidate) => candidate.architecture === 'omega-prime');
    expect(row?.cells[2]).toEqual(['none']);
  });

  test('set what was found above what was predicted', () => {
    const { columns, rows } = auditTable(resultFixture());
    const column = columns.findIndex(({ title }) => title === 'Double counted');
    const cells = Object.fromEntries(rows.map((row) => [row.architecture, row.cells[column]]));
    expect(cells.alpha).toEqual(['1,412', '1,412 predicted']);
    expect(cells.beta).toEqual(['0']);
  });

  test('set the fastest over each other and over each of alpha’s rungs but the default', () => {
    const rows = ratioTable(resultFixture()).rows.map((row) => row.cells[0]);
    expect(rows).toContainEqual(['alpha', '10,000 a transaction']);
    expect(rows).not.toContainEqual(['alpha', '1,000 a transaction']);
    expect(rows).not.toContainEqual(['omega-prime']);
  });

  test('an error that nobody audited is not an error of 0', () => {
    expect(errorsInWords({})).toBe('was not audited');
  });
});

describe('warnings and notes', () => {
  test('an act that was not measured warns with its reason', () => {
    const result = withArchitecture('beta', (beta) => ({
      ...beta,
      steady: { state: 'skipped', reason: 'not asked for' },
    }));
    expect(warningsOf(result)).toContainEqual(
      expect.objectContaining({ architecture: 'beta', act: 'steady', message: 'Skipped: not asked for.' }),
    );
  });

  test('the command that runs it again has the seed once, and quotes what a shell would read', () => {
    expect(rerunCommand(resultFixture())).toBe('npm start -- --seed 42 --rate 1M --hour 5s');
    const { config } = resultFixture();
    const withTrace = { ...config, arguments: ['--trace', "it's here.csv"] };
    expect(rerunCommand(resultFixture({ config: withTrace }))).toBe(
      `npm start -- --trace 'it'\\''s here.csv' --seed 42`,
    );
  });

  test('real servers are named with their command counters, and embedded ones are not called real', () => {
    const embedded = resultFixture();
    expect(limits(embedded).join('\n')).toMatch(/embedded log, store and engine stand in/);
    const { environment, architectures } = embedded;
    const alpha = architectures.alpha as (typeof architectures)[string];
    const check = (counted: number) => ({ serving: [{ command: 'hincrby', sent: 1000, counted }] });
    const on = (counted: number) => {
      const capacity = {
        ...alpha.capacity,
        serverCpuSeconds: 2,
        serverCommands: check(counted),
      } as typeof alpha.capacity;
      return limits({
        ...embedded,
        architectures: { alpha: { ...alpha, capacity } },
        environment: {
          ...environment,
          substrates: { ...environment.substrates, keyValueStore: { name: 'redis', settings: {} } },
        },
      }).join('\n');
    };
    expect(on(1000)).toMatch(/the store redis.*count the servers that omegabench has started/s);
    expect(on(1000)).toMatch(/Of 1,000 commands .* the servers have counted every one/);
    expect(on(1000)).not.toContain('stand in');
    expect(on(999)).toMatch(/1 of 1 kinds were counted otherwise/);
  });

  test('a rate below the talk’s is among the limits', () => {
    const { config } = resultFixture();
    expect(limits(resultFixture({ config: { ...config, ratePerSecond: 250_000 } })).join()).toContain('250 K/s');
    expect(limits(resultFixture()).join()).not.toContain('less than the talk');
  });
});

function nothingMeasured(): Result {
  const skipped = { state: 'skipped' as const, reason: 'interrupted before it began' };
  const architectures = architecturesOf(resultFixture()).map(({ name, result }) => [
    name,
    { ...result, rungs: [], capacity: skipped, steady: skipped, failure: skipped },
  ]);
  return resultFixture({ architectures: Object.fromEntries(architectures), status: 'interrupted' });
}
