/** Every refusal of a setting, word by word: the message names what was said, what is allowed, and a way out. */
import { describe, expect, test } from '@jest/globals';
import { BenchError } from '../../../harness/cli/bench-error.ts';
import { OPTIONS } from '../../../harness/config/options.ts';
import { resolveConfig } from '../../../harness/config/resolve.ts';

const known = {
  architectures: ['batch', 'alpha', 'lambda', 'beta', 'omega', 'omega-prime'],
  faults: ['crash', 'pause'],
};

/** `[code, message, remedy]` of the refusal. */
function refusal(flags: Record<string, string | string[]>, yaml?: string): [string, string, string] {
  try {
    resolveConfig({
      flags: Object.fromEntries(Object.entries(flags).map(([flag, text]) => [flag, [text].flat()])),
      ...(yaml === undefined ? {} : { file: { name: 'bench.yaml', text: yaml } }),
      known,
      arguments: [],
    });
  } catch (error) {
    if (error instanceof BenchError) return [error.code, error.message, error.remedy];
    throw error;
  }
  throw new Error('it was accepted');
}

describe('a number', () => {
  test.each([
    [
      { rate: '60M' },
      '--rate 60M is out of range: 1k to 50M impressions/s is allowed',
      'Try --rate 50M, the greatest that is allowed.',
    ],
    [
      { rate: '999' },
      '--rate 999 is out of range: 1k to 50M impressions/s is allowed',
      'Try --rate 1k, the least that is allowed.',
    ],
    [
      { hour: '499ms' },
      '--hour 499ms is out of range: 500ms to 1h is allowed',
      'Try --hour 500ms, the least that is allowed.',
    ],
    [
      { hour: '2h' },
      '--hour 2h is out of range: 500ms to 1h is allowed',
      'Try --hour 1h, the greatest that is allowed.',
    ],
    [
      { partitions: '65' },
      '--partitions 65 is out of range: 1 to 64 is allowed',
      'Try --partitions 64, the greatest that is allowed.',
    ],
    [
      { workers: '0' },
      '--workers 0 is out of range: 1 to 64 is allowed',
      'Try --workers 1, the least that is allowed.',
    ],
    [
      { late: '101%' },
      '--late 101% is out of range: 0% to 100% is allowed',
      'Try --late 100%, the greatest that is allowed.',
    ],
    [
      { 'common-rate': '1' },
      '--common-rate 1 is out of range: 1k to 50M impressions/s is allowed',
      'Try --common-rate 1k, the least that is allowed.',
    ],
    [
      { 'alpha-batch': '2M' },
      '--alpha-batch 2M is out of range: 1 to 1M events is allowed',
      'Try --alpha-batch 1M, the greatest that is allowed.',
    ],
  ])('out of range is refused: %j', (flags, message, remedy) => {
    expect(refusal(flags)).toEqual(['OB_OUT_OF_RANGE', message, remedy]);
  });

  test.each([
    [{ rate: 'fast' }, '--rate fast is not a rate', 'Write events a second, such as 1M, 250k or 1000000.'],
    [{ hour: '10' }, '--hour 10 is not a duration', 'Write whole milliseconds with a unit, such as 10s, 250ms or 1h.'],
    [{ seed: 'abc' }, '--seed abc is not a whole number', 'Write a whole number, such as 42.'],
    [
      { seed: '9007199254740993' },
      '--seed 9007199254740993 is not a whole number',
      'Write a whole number, such as 42.',
    ],
    [{ partitions: '2.5' }, '--partitions 2.5 is not a whole number', 'Write a whole number, such as 4, 20k or 40M.'],
    [
      { 'out-of-order': 'some' },
      '--out-of-order some is not a fraction',
      'Write a fraction or a percentage, such as 0.01 or 1%.',
    ],
    [{ hour: '' }, '--hour "" is not a duration', 'Write whole milliseconds with a unit, such as 10s, 250ms or 1h.'],
  ])('that cannot be read is refused: %j', (flags, message, remedy) => {
    expect(refusal(flags)).toEqual(['OB_BAD_VALUE', message, remedy]);
  });

  test('given twice is refused', () => {
    expect(refusal({ rate: ['1M', '2M'] })).toEqual(['OB_BAD_VALUE', '--rate was given 2 times', 'Give it once.']);
  });
});

describe('a word', () => {
  test('that is nearly one of the choices gets a suggestion', () => {
    expect(refusal({ increment: 'atomc' })).toEqual([
      'OB_BAD_VALUE',
      '--increment atomc is not one of atomic or read-modify-write',
      'Did you mean --increment atomic?',
    ]);
  });

  test('that is none of them gets the choices', () => {
    expect(refusal({ 'store-sync': 'sometimes' })).toEqual([
      'OB_BAD_VALUE',
      '--store-sync sometimes is not one of on or off',
      'Write --store-sync on or --store-sync off.',
    ]);
  });

  test('that is no law of popularity is refused, and so is an exponent out of range', () => {
    expect(refusal({ skew: 'pareto' })).toEqual([
      'OB_BAD_VALUE',
      '--skew pareto is no law of popularity',
      'Write --skew zipf, --skew zipf:1.2 or --skew uniform.',
    ]);
    expect(refusal({ skew: 'zipf:9' })).toEqual([
      'OB_OUT_OF_RANGE',
      '--skew zipf:9 is out of range: exponents of 0.1 to 3 are allowed',
      'Try --skew zipf:3, the greatest that is allowed.',
    ]);
    expect(refusal({ skew: 'zipf:0' })).toEqual([
      'OB_OUT_OF_RANGE',
      '--skew zipf:0 is out of range: exponents of 0.1 to 3 are allowed',
      'Try --skew uniform, which is the law for an exponent of 0.',
    ]);
  });

  test('that is neither true nor false is no switch', () => {
    expect(refusal({}, 'rungs: maybe')).toEqual([
      'OB_BAD_VALUE',
      'rungs: maybe (bench.yaml, line 1) is neither true nor false',
      'Write rungs: true or rungs: false.',
    ]);
  });
});

describe('a name', () => {
  test('of no architecture gets the nearest one and all of them', () => {
    expect(refusal({ architectures: 'alpha,omgea' })).toEqual([
      'OB_UNKNOWN_NAME',
      "--architectures: there is no architecture 'omgea'",
      'Did you mean omega? There are batch, alpha, lambda, beta, omega, omega-prime (an architecture of your own: --architecture FILE).',
    ]);
  });

  test('of no fault gets all of them', () => {
    expect(refusal({ faults: 'meteorite' })).toEqual([
      'OB_UNKNOWN_NAME',
      "--faults: there is no fault 'meteorite'",
      'There are crash, pause.',
    ]);
  });

  test('may not be empty, given twice, or none among others', () => {
    expect(refusal({ architectures: 'alpha,' })[1]).toBe('--architectures has an empty name in it');
    expect(refusal({ architectures: 'alpha,beta,alpha' })).toEqual([
      'OB_BAD_VALUE',
      '--architectures alpha,beta,alpha names alpha twice',
      'Name each architecture once.',
    ]);
    expect(refusal({ faults: 'crash,none' })).toEqual([
      'OB_BAD_VALUE',
      "--faults has 'none' among other names",
      'Write --faults none alone, or leave it out.',
    ]);
  });
});

test('a path may not be empty', () => {
  expect(refusal({ out: ' ' })).toEqual(['OB_BAD_VALUE', '--out was given without a path', 'Write a path after it.']);
});

describe('settings that make no sense together', () => {
  test('more workers than partitions', () => {
    expect(refusal({ workers: '8', partitions: '4' })).toEqual([
      'OB_CONFLICT',
      '--workers 8 is more than the 4 partitions: a partition has one worker',
      'Try --workers 4, or --partitions 8.',
    ]);
  });

  test('a bound on disorder of half an hour or more', () => {
    expect(refusal({ hour: '2s', 'max-out-of-order': '1s' })).toEqual([
      'OB_CONFLICT',
      '--max-out-of-order 1s is not below half of an hour of 2s: windows would close too late to be compared',
      'Lower it to 500ms, or make the hour longer than 2s with --hour.',
    ]);
  });

  test('more impressions out of order and late than there are', () => {
    expect(refusal({ late: '60%', 'out-of-order': '50%' })).toEqual([
      'OB_CONFLICT',
      '--late 60% and --out-of-order 50% are more than all impressions together',
      'An impression is in order, out of order, or late: lower one of them.',
    ]);
  });

  test('too few impressions in an hour of a partition', () => {
    expect(refusal({ rate: '1k', hour: '500ms' })).toEqual([
      'OB_CONFLICT',
      '--rate 1k gives 125 impressions per hour of 500ms in each of 4 partitions: at least 1k are needed',
      'Try --rate 8k, a longer --hour or fewer --partitions.',
    ]);
  });

  test('a trace at a rate and what goes by its arrivals', () => {
    const replay = { trace: 'views.csv', rate: '10k' };
    expect(refusal({ ...replay, 'batch-cut-off': '1s' })[1]).toBe(
      '--batch-cut-off has no effect with --trace and --rate: batch jobs wait until the replay is over',
    );
    expect(refusal({ ...replay, 'batch-bucket': 'arrival-time', architectures: 'batch,lambda' })[1]).toBe(
      '--batch-bucket arrival-time makes no sense of lambda with --trace and --rate: ' +
        'its two views would never meet in an hour',
    );
  });

  test('a trace and what only a synthetic stream has', () => {
    expect(refusal({ trace: 'views.csv', skew: 'uniform' })).toEqual([
      'OB_CONFLICT',
      '--skew has no effect with --trace: a trace keeps its own tweets and times',
      'Leave out --skew, or --trace.',
    ]);
  });
});

test('no option is listed twice, and none takes an empty value', () => {
  const flags = OPTIONS.map((option) => option.flag);
  expect(new Set(flags).size).toBe(flags.length);
  for (const option of OPTIONS.filter((candidate) => candidate.placeholder !== undefined)) {
    expect(() => option.read([''], { name: 'x', said: String, instead: String }, known)).toThrow(BenchError);
  }
});
