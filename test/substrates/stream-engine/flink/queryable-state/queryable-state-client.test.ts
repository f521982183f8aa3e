/** Lookups through proxies that reorder and cut: every key is told of once, and rightly. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { evenKeys, expected, JOB, lookUp, range, withProxies } from './with-proxies.ts';

describe('a lookup', () => {
  test.each([1, 7, 100, 1e9])(
    'finds what is there, in whatever order and in pieces of %i bytes',
    async (pieceBytes) => {
      await withProxies(
        [evenKeys],
        async (_, client, look) => {
          expect(await look(range(100))).toEqual(expected(range(100)));
          expect(client.lastFailure).toBeUndefined();
        },
        {},
        pieceBytes,
      );
    },
  );

  test('of nothing asks nobody', async () => {
    await withProxies([evenKeys], async (proxies, _, look) => {
      expect(await look([])).toEqual([]);
      expect(proxies[0]?.connections).toBe(0);
    });
  });

  test('names job, state and the hash of the key', async () => {
    await withProxies([evenKeys], async (proxies, _, look) => {
      await look([4000000000], 'progress-1');
      expect(proxies[0]?.seen).toEqual([
        { id: expect.anything(), job: JOB, state: 'progress-1', hash: 4000000000 | 0, key: 4000000000n },
      ]);
    });
  });

  test('has no more requests in flight than it may, however many keys there are', async () => {
    await withProxies(
      [evenKeys],
      async (proxies, _, look) => {
        expect(await look(range(5000))).toEqual(expected(range(5000)));
        expect(proxies[0]?.mostInFlight).toBeLessThanOrEqual(64);
        expect(proxies[0]?.seen).toHaveLength(5000);
      },
      { maxInFlight: 64 },
    );
  });

  test('does not wait for others, and gets its own answers', async () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 8 });
    await withProxies(
      [evenKeys, evenKeys],
      async (_, client) => {
        await fc.assert(
          fc.asyncProperty(sizes, async (counts) => {
            const lookups = counts.map((count, i) => range(count).map((key) => key * 10 + i));
            const heard = await Promise.all(lookups.map((keys) => lookUp(client, keys)));
            expect(heard).toEqual(lookups.map(expected));
          }),
          { numRuns: 50 },
        );
      },
      { maxInFlight: 16 },
    );
  });

  test('goes over one connection to each proxy, and over both', async () => {
    await withProxies([evenKeys, evenKeys], async (proxies, _, look) => {
      for (let turn = 0; turn < 3; turn++) expect(await look(range(50))).toEqual(expected(range(50)));
      expect(proxies.map(({ connections }) => connections)).toEqual([1, 1]);
      expect(proxies.reduce((sum, { seen }) => sum + seen.length, 0)).toBe(150);
      expect(proxies.every(({ seen }) => seen.length > 0)).toBe(true);
    });
  });

  test('asks the proxy beside the owner of a key first, where it is known', async () => {
    await withProxies([evenKeys, evenKeys], async ([first, second], client, look) => {
      client.setOwners(new Map([0, 1].map((subtask) => [subtask, second?.address ?? ''])));
      expect(await look(range(50))).toEqual(expected(range(50)));
      expect([first?.seen.length, second?.seen.length]).toEqual([0, 50]);
    });
  });
});
