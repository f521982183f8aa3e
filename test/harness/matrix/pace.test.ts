/** The pace of a matrix is one that its slowest store can keep up with. */
import { expect, test } from '@jest/globals';
import { matrixPace } from '../../../harness/matrix/pace.ts';

test('is 40,000 impressions a second and half a second an hour on embedded stores and Redis', () => {
  const fast = { ratePerSecond: 40_000, hourMs: 500, hours: 4 };
  expect(matrixPace()).toEqual(fast);
  expect(matrixPace({ store: 'lmdb', speedStore: 'lmdb' })).toEqual(fast);
  expect(matrixPace({ store: 'redis://h:1/0', speedStore: 'rediss://h:1/0' })).toEqual(fast);
});

test('is 2,000 and one second where a store is Cassandra, whichever', () => {
  const slow = { ratePerSecond: 2000, hourMs: 1000, hours: 4 };
  expect(matrixPace({ store: 'cassandra://h:1/k', speedStore: 'lmdb' })).toEqual(slow);
  expect(matrixPace({ store: 'lmdb', speedStore: 'cassandras://h:1/k' })).toEqual(slow);
});
