/** "Did you mean": edit distance by hand, and what counts as near. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { editDistance, nearest } from '../../../harness/config/suggest.ts';

test('edit distance counts insertions, deletions, replacements and swaps of neighbours', () => {
  expect(editDistance('', 'abc')).toBe(3);
  expect(editDistance('rate', 'rate')).toBe(0);
  expect(editDistance('rat', 'rate')).toBe(1);
  expect(editDistance('rtae', 'rate')).toBe(1);
  expect(editDistance('kitten', 'sitting')).toBe(3);
});

test('edit distance is the same both ways and at most the longer length', () => {
  const word = fc.string({ maxLength: 8 });
  fc.assert(
    fc.property(word, word, (a, b) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a));
      expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      expect(editDistance(a, b) === 0).toBe(a === b);
    }),
  );
});

test('the nearest name is suggested, whatever its case', () => {
  const names = ['batch', 'alpha', 'lambda', 'beta', 'omega', 'omega-prime'];
  expect(nearest('omgea', names)).toBe('omega');
  expect(nearest('OMEGA_PRIME', names)).toBe('omega-prime');
  expect(nearest('lamda', names)).toBe('lambda');
  expect(nearest('bta', names)).toBe('beta');
});

test('a beginning of three letters is near enough, a stranger is not', () => {
  expect(nearest('check', ['rate', 'checkpoint-interval'])).toBe('checkpoint-interval');
  expect(nearest('zeta-function', ['alpha', 'omega'])).toBeUndefined();
  expect(nearest('x', ['hi', 'y'])).toBeUndefined();
});
