/** What `upgrade` makes of its flags, and what it refuses before it asks any server. */
import { describe, expect, test } from '@jest/globals';
import { BenchError } from '../../../harness/cli/bench-error.ts';
import { resolveUpgrade, type SaidToUpgrade } from '../../../harness/config/upgrade-config.ts';

const servers = { engine: ['flink://f'], log: ['kafka://k'], store: ['redis://me:secret@r'] };
const known = { architectures: ['alpha', 'beta', 'batch', 'lambda', 'omega', 'omega-prime'], environment: {} };

const resolved = (said: Partial<SaidToUpgrade> = {}): ReturnType<typeof resolveUpgrade> =>
  resolveUpgrade({ flags: servers, ...said }, known);

function refusal(said: Partial<SaidToUpgrade>): string {
  try {
    resolved(said);
  } catch (error) {
    if (error instanceof BenchError) return `${error.code}: ${error.message} → ${error.remedy}`;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('an upgrade', () => {
  test("is omega's to another sink, at a rate and for a time of its own", () => {
    const { config, change, credentials } = resolved();
    expect(config).toMatchObject({
      architectures: ['omega'],
      ratePerSecond: 50_000,
      hourMs: 5000,
      actHours: 6,
      engine: 'flink://f:8081',
      store: 'redis://r:6379/0',
    });
    expect(change).toEqual({ kind: 'sink' });
    expect(credentials.store).toEqual({ username: 'me', password: 'secret' });
  });

  test('takes what was said instead', () => {
    const flags = { ...servers, rate: ['20k'], hour: ['2s'], 'act-hours': ['8'] };
    const { config, change } = resolved({ flags, architecture: 'beta', change: 'filter', keepOneIn: '5' });
    expect(config).toMatchObject({ architectures: ['beta'], ratePerSecond: 20_000, hourMs: 2000, actHours: 8 });
    expect(change).toEqual({ kind: 'filter', keepOneIn: 5 });
  });

  test('is by a filter where there is no sink, or where a filter is described', () => {
    expect(resolved({ architecture: 'omega-prime' }).change).toEqual({ kind: 'filter', keepOneIn: 3 });
    expect(resolved({ keepOneIn: '4' }).change).toEqual({ kind: 'filter', keepOneIn: 4 });
  });

  test('is to another parallelism where one is told, or to one that is another for sure', () => {
    expect(resolved({ toParallelism: '4' }).change).toEqual({ kind: 'rescale', parallelism: 4 });
    const parallelismFrom = (from: string) =>
      resolved({ flags: { ...servers, 'flink-parallelism': [from] }, change: 'rescale' }).change;
    expect(parallelismFrom('2')).toEqual({ kind: 'rescale', parallelism: 1 });
    expect(parallelismFrom('1')).toEqual({ kind: 'rescale', parallelism: 2 });
    expect(resolved({ architecture: 'omega-prime', change: 'rescale', toParallelism: '4' }).change).toEqual({
      kind: 'rescale',
      parallelism: 4,
    });
  });

  test.each<[string, Partial<SaidToUpgrade>, string]>([
    ['alpha', { architecture: 'alpha' }, 'OB_CONFLICT: --architecture alpha has no windows in the state of its job'],
    [
      'a name',
      { architecture: 'omgea' },
      "OB_UNKNOWN_NAME: --architecture: there is no architecture 'omgea' → Did you",
    ],
    ['a change', { change: 'window' }, "OB_UNKNOWN_NAME: --change: there is no change 'window'"],
    [
      'a sink of none',
      { architecture: 'omega-prime', change: 'sink' },
      'OB_CONFLICT: --change sink: omega-prime writes',
    ],
    ['a filter of all', { change: 'filter', keepOneIn: '1' }, 'OB_OUT_OF_RANGE: --keep-one-in 1 is not a whole number'],
    ['a filter of no use', { change: 'sink', keepOneIn: '2' }, 'OB_CONFLICT: --keep-one-in has no effect'],
    [
      'a rescale to the same',
      { flags: { ...servers, 'flink-parallelism': ['2'] }, toParallelism: '2' },
      'OB_OUT_OF_RANGE: --to-parallelism 2 is not a whole number from 1 to 128 other than 2, which program A has',
    ],
    ['a rescale of no use', { change: 'sink', toParallelism: '2' }, 'OB_CONFLICT: --to-parallelism has no effect'],
    ['the embedded engine', { flags: {} }, 'OB_USAGE: upgrade was not told which cluster'],
    ['files', { flags: { engine: ['flink://f'] } }, 'OB_CONFLICT: --engine flink://f:8081 cannot read a log of files'],
  ])('is refused: %s', (_, said, message) => {
    expect(refusal(said)).toContain(message);
  });
});
