/** When a cell of the fault matrix is as expected, and when it is not. */
import { describe, expect, test } from '@jest/globals';
import { findArchitecture } from '../../../architectures/registry.ts';
import type { ServerFacts } from '../../../harness/faults/proxy/servers.ts';
import { faultDefinition } from '../../../harness/faults/registry.ts';
import { type Cell, cellOf, failedCell, notApplicable } from '../../../harness/matrix/cell.ts';
import { describeMatrix, spellCell } from '../../../harness/matrix/report.ts';
import type { FailureAct, FailureFigures } from '../../../harness/results/acts.ts';
import type { Declaration } from '../../../substrates/declaration.ts';
import { resultFixture } from '../../support/result-fixture.ts';

const find = (name: string) => findArchitecture(name) as Declaration;
const right = { doubleCounted: 0, lost: 0, misplaced: 0, lateDropped: 0, unexplained: 0 };

/** The act of the fixture with these figures, and one fault. */
function act(changes: Partial<FailureFigures>, events?: number): FailureAct {
  const { failure } = resultFixture().architectures.omega as { failure: FailureAct };
  if (failure.state !== 'measured') throw new Error('the fixture measures omega');
  const evidence = { what: 'it bit', ...(events === undefined ? {} : { events }) };
  const faults = [{ kind: 'x', trigger: 't', bit: true, evidence }];
  const exact = { verdict: 'EXACT' as const, verdictReason: 'all keys are right' };
  return { ...failure, ...right, ...exact, faults, speed: undefined, ...changes };
}

const error = { verdict: 'EXPECTED-ERROR' as const };
const cell = (kind: string, name: string, changes: Partial<FailureFigures>, events?: number): Cell =>
  cellOf(faultDefinition(kind), find(name), act(changes, events));

describe('a cell of the matrix', () => {
  test('is as expected where the error is of the expected kind, and not where there is another or none', () => {
    expect(cell('crash', 'omega', {}).differs).toBeUndefined();
    expect(cell('crash', 'omega', { ...error, doubleCounted: 1 }).differs).toMatch(
      /^no error expected, found 1 counted/,
    );
    expect(cell('crash', 'alpha', { ...error, doubleCounted: 9 }).differs).toBeUndefined();
    expect(cell('crash', 'alpha', {}).differs).toMatch(/double counts alone expected/);
    expect(cell('crash', 'alpha', { ...error, doubleCounted: 9, lost: 1 }).differs).toMatch(/expected/);
    expect(cell('store-loses-tail', 'beta', { ...error, lost: 3 }).differs).toBeUndefined();
    expect(cell('store-loses-tail', 'beta', {}).differs).toMatch(/losses expected/);
    expect(cell('late-events', 'omega', { ...error, lateDropped: 3 }).differs).toBeUndefined();
    expect(cell('late-events', 'omega', {}).differs).toMatch(/late drops alone expected/);
    expect(cell('late-events', 'batch', { ...error, misplaced: 3 }).differs).toBeUndefined();
    expect(cell('late-events', 'batch', {}).differs).toMatch(/misplaced counts expected/);
  });

  test('of duplicates rises by exactly what the source sent twice, whatever moved between hours', () => {
    expect(cell('duplicate-events', 'alpha', { ...error, doubleCounted: 1000 }, 1000).differs).toBeUndefined();
    expect(cell('duplicate-events', 'batch', { ...error, doubleCounted: 1007, lost: 7 }, 1000).differs).toBeUndefined();
    expect(cell('duplicate-events', 'omega', { ...error, doubleCounted: 999 }, 1000).differs).toMatch(/rise by 1000/);
    expect(cell('duplicate-events', 'omega', {}, 1000).differs).toMatch(/rise by 1000/);
  });

  test('of lambda looks at the speed store too', () => {
    const speed = (doubleCounted: number) => ({
      speed: { doubleCounted, lost: 0, predicted: { doubleCounted, lost: 0 } },
    });
    expect(cell('crash', 'lambda', { ...error, ...speed(5) }).differs).toBeUndefined();
    expect(cell('crash', 'lambda', { ...error, ...speed(0) }).differs).toMatch(/^speed store: double counts alone/);
    expect(cell('kill-at-position', 'lambda', { ...error, ...speed(5) }).differs).toMatch(/^speed store: no error/);
  });

  test.each(['VIOLATION', 'INVALID', 'UNKNOWN'] as const)('is never as expected with the verdict %s', (verdict) => {
    expect(cell('crash', 'alpha', { verdict, verdictReason: 'so', doubleCounted: 9 }).differs).toBe(`${verdict}: so`);
  });

  test('of a real server is as expected with double counts or without, and not with losses', () => {
    const redis: ServerFacts = {
      kind: 'redis',
      nodes: ['127.0.0.1:6379'],
      roles: ['serving', 'speed'],
      ownership: 'started',
      survivesKill: false,
    };
    const of = (kind: string, name: string, changes: Partial<FailureFigures>) =>
      cellOf(faultDefinition(kind), find(name), act(changes), [redis]);
    expect(of('network-reset', 'alpha', {})).toMatchObject({ expected: 'may-repeat', verdict: 'EXACT' });
    expect(of('network-reset', 'alpha', {}).differs).toBeUndefined();
    expect(of('network-reset', 'alpha', { ...error, doubleCounted: 9 }).differs).toBeUndefined();
    expect(of('network-reset', 'alpha', { ...error, lost: 1 }).differs).toMatch(/at most double counts expected/);
    expect(of('network-reset', 'beta', { ...error, doubleCounted: 9 }).differs).toMatch(/no error expected/);
    expect(of('server-kill', 'beta', { ...error, lost: 3 }).differs).toBeUndefined();
    expect(of('server-kill', 'beta', {}).differs).toMatch(/losses expected/);
    expect(notApplicable(faultDefinition('server-kill'), find('beta'), [redis])).toBeUndefined();
    expect(notApplicable(faultDefinition('server-kill'), find('beta'))).toMatchObject({ verdict: 'NOT-APPLICABLE' });
  });

  test('of a job that must stop is as expected only if it did', () => {
    const stopped = { ...error, verdictReason: 'as predicted: the job stopped: no checkpoint', keysAudited: 0 };
    expect(cell('checkpoints-corrupt', 'omega', stopped).differs).toBeUndefined();
    expect(cell('checkpoints-corrupt', 'omega', {}).differs).toMatch(/refuses to go on/);
  });

  test('of a run that failed says the error without a log-in, and is never as expected', () => {
    const broken = new TypeError('redis://me:secret@h:1/0 is away');
    const failed = failedCell(faultDefinition('crash'), find('omega'), broken);
    expect(failed).toMatchObject({ verdict: 'ERROR', expected: 'exact', found: 'TypeError: redis://h:1/0 is away' });
    expect(failed.differs).toBe('the run failed: TypeError: redis://h:1/0 is away');
    expect(spellCell(failed)).toBe('! ERROR');
    expect(failedCell(faultDefinition('crash'), find('omega'), 'gone').found).toBe('gone');
  });

  test('is not as expected where there is no verdict at all', () => {
    const none = cellOf(faultDefinition('crash'), find('omega'), { state: 'invalid', reasons: ['it broke'] });
    expect(none).toMatchObject({ verdict: 'INVALID', differs: 'no verdict: it broke' });
  });

  test('with nothing to strike says why', () => {
    expect(notApplicable(faultDefinition('store-outage'), find('omega-prime'))).toMatchObject({
      verdict: 'NOT-APPLICABLE',
      found: 'it has no store',
    });
    expect(notApplicable(faultDefinition('store-outage'), find('omega'))).toBeUndefined();
  });
});

describe('the table of the matrix', () => {
  const places = { log: 'files', store: 'lmdb', speedStore: 'lmdb' };
  const cells = [
    cell('crash', 'alpha', { ...error, doubleCounted: 9 }),
    cell('crash', 'omega', {}),
    cell('store-outage', 'alpha', { verdict: 'VIOLATION', verdictReason: 'lost is 3' }),
    notApplicable(faultDefinition('mid-flush'), find('alpha')) as Cell,
  ];

  test('shows each cell in a word, and marks those that differ', () => {
    expect(cells.map(spellCell)).toEqual(['+9', 'EXACT', '! VIOLATION', '-']);
  });

  test('says which cells were run again, and why', () => {
    const again = { ...(cells[1] as Cell), invalidBefore: ['no evidence'] };
    const { text } = describeMatrix({ cells: [again], directory: '/r', places });
    expect(text).toContain('crash × omega was run again, because it was invalid: no evidence');
    expect(describeMatrix({ cells, directory: '/r', places }).text).not.toContain('run again');
  });

  test('names the servers, without secrets, and the speed store only where it is another', () => {
    const last = (given: typeof places) => describeMatrix({ cells, directory: '/r', places: given }).text;
    expect(last(places)).toContain('\nLog: files; store: lmdb\n');
    const text = last({
      log: 'kafka://me:secret@k:9092/p',
      store: 'redis://:secret@r:6379/0',
      speedStore: 'cassandra://me:secret@c:9042/k?dc=d&consistency=one',
    });
    expect(text).toContain(
      'Log: kafka://k:9092/p; store: redis://r:6379/0; speed store: cassandra://c:9042/k?dc=d&consistency=one',
    );
    expect(text).not.toMatch(/secret|me:/);
  });

  test('ends with how many are as expected', () => {
    const { text, asExpected } = describeMatrix({ cells, directory: '/r', places });
    expect(text.trimEnd().split('\n').at(-1)).toBe('3 of 4 cells as expected');
    expect(text).toContain('store-outage × alpha differs: VIOLATION: lost is 3');
    expect(asExpected).toBe(false);
    const fine = describeMatrix({ cells: cells.slice(0, 2), directory: '/r', places });
    expect(fine.text).toMatch(/2 of 2 cells as expected\n$/);
    expect(fine.asExpected).toBe(true);
    expect(describeMatrix({ cells: [], directory: '/r', places }).asExpected).toBe(false);
  });
});
