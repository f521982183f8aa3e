/** The config file: keys are the flags, values are read as the flags' are, and every mistake is told with its line. */
import { describe, expect, test } from '@jest/globals';
import { BenchError } from '../../../harness/cli/bench-error.ts';
import { parseConfigFile } from '../../../harness/config/config-file.ts';
import { resolveConfig } from '../../../harness/config/resolve.ts';

const known = { architectures: ['alpha', 'omega'], faults: ['crash', 'pause'] };

function fromYaml(text: string) {
  return resolveConfig({ flags: {}, file: { name: 'bench.yaml', text }, known, arguments: [] });
}

function refusal(text: string): [string, string, string] {
  try {
    fromYaml(text);
  } catch (error) {
    if (error instanceof BenchError) return [error.code, error.message, error.remedy];
    throw error;
  }
  throw new Error('it was accepted');
}

describe('values', () => {
  test('numbers, words, switches and lists are read as the flags are', () => {
    const text = [
      '# a bench of mine',
      'rate: 1_000_000',
      'hour: 10s',
      'out-of-order: 1%',
      'late: 0.002',
      'store-sync: off',
      'rungs: false',
      'architectures: [omega, alpha]',
      'faults:',
      '  - crash',
      '  - pause',
      'architecture: [./mine.js, ./theirs.js]',
      'seed: -3',
      'capacity-events: 2e6',
    ].join('\n');
    expect(fromYaml(text)).toMatchObject({
      ratePerSecond: 1_000_000,
      hourMs: 10_000,
      outOfOrderFraction: 0.01,
      lateFraction: 0.002,
      storeSync: 'off',
      rungs: false,
      architectures: ['omega', 'alpha'],
      faults: ['crash', 'pause'],
      architectureFiles: ['./mine.js', './theirs.js'],
      seed: -3,
      capacityEvents: 2_000_000,
    });
  });

  test('an empty file says nothing', () => {
    expect(parseConfigFile('', 'bench.yaml')).toEqual([]);
    expect(parseConfigFile('# only a comment\n', 'bench.yaml')).toEqual([]);
  });
});

describe('mistakes', () => {
  test('an unknown key is an error with the nearest key', () => {
    expect(refusal('seed: 1\nrat: 250k\n')).toEqual([
      'OB_CONFIG_FILE',
      "bench.yaml, line 2: there is no setting 'rat'",
      "Did you mean rate? The keys are those that 'omegabench list options' shows.",
    ]);
  });

  test('a value out of range names the key and the line', () => {
    expect(refusal('seed: 1\n\nrate: 60M\n')).toEqual([
      'OB_OUT_OF_RANGE',
      'rate: 60M (bench.yaml, line 3) is out of range: 1k to 50M impressions/s is allowed',
      'Try rate: 50M, the greatest that is allowed.',
    ]);
  });

  test('a conflict names the key and the line', () => {
    expect(refusal('workers: 6')[1]).toBe(
      'workers: 6 (bench.yaml, line 1) is more than the 4 partitions: a partition has one worker',
    );
  });

  test('what is not YAML, a list at the top, and an empty or nested value are refused', () => {
    expect(refusal('rate: [1M')[1]).toMatch(/^bench\.yaml, line 1: this is not YAML: /);
    expect(refusal('rate: 1M\nrate: 2M')[1]).toMatch(/^bench\.yaml, line 2: this is not YAML: .*unique/);
    expect(refusal('- rate')[1]).toBe('bench.yaml holds no settings: its top level is not a mapping');
    expect(refusal('seed: 1\nrate:')).toEqual([
      'OB_CONFIG_FILE',
      'bench.yaml, line 2: rate has no plain value',
      'Write "rate: value", or remove the line.',
    ]);
    expect(refusal('rate: {max: 1M}')[1]).toBe('bench.yaml, line 1: rate has no plain value');
  });
});
