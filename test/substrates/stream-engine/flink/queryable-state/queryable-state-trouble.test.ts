/** Lookups through proxies that fail, stay silent and hang up: every key is told of once, in a bounded time. */
import { describe, expect, test } from '@jest/globals';
import type { QueryableStateClient } from '../../../../../substrates/stream-engine/flink/queryable-state/queryable-state-client.ts';
import { chainedFailure, holding, type Reply, startProxy, unknownLocation } from './fake-proxy.ts';
import { resultFrame, serverFailureFrame } from './frame-bytes.ts';
import { evenKeys, expected, JOB, range, withProxies } from './with-proxies.ts';

/** Nobody listens here: the port is reserved. */
const NOBODY = '127.0.0.1:1';

describe('while a part of the cluster is down', () => {
  const quick = { patienceMs: 200, connectTimeoutMs: 200 };

  test('a proxy that does not know the job is passed over', async () => {
    await withProxies([({ id }) => unknownLocation(id), evenKeys], async ([stranger], _, look) => {
      expect(await look(range(50))).toEqual(expected(range(50)));
      const asked = stranger?.seen.length ?? 0;
      expect(asked).toBeGreaterThan(0);
      expect(await look(range(50))).toEqual(expected(range(50)));
      expect(stranger?.seen.length).toBe(asked);
    });
  });

  test('an address where nobody listens is passed over', async () => {
    const proxy = await startProxy(evenKeys);
    await withProxies(
      [],
      async (_, client, look) => {
        expect(await look(range(20))).toEqual(expected(range(20)));
        expect(client.lastFailure).toBeUndefined();
      },
      { proxies: async () => [NOBODY, proxy.address] },
    );
    await proxy.close();
  });

  test('what a proxy owed when it hung up is asked again', async () => {
    let hangUps = 2;
    const reply: Reply = (request) => (request.key === 10n && hangUps-- > 0 ? 'hang-up' : evenKeys(request));
    await withProxies([reply], async (proxies, _, look) => {
      expect(await look(range(100))).toEqual(expected(range(100)));
      expect(proxies[0]?.connections).toBe(3);
    });
  });

  test('a key that moves is asked for again until it is found', async () => {
    let failures = 5;
    const moving: Reply = (request) =>
      request.key === 2n && failures-- > 0
        ? chainedFailure(request.id, 'UnknownKvStateIdException: moved')
        : evenKeys(request);
    await withProxies([moving], async (_, __, look) => {
      expect(await look(range(4))).toEqual(expected(range(4)));
      expect(failures).toBe(-1);
    });
  });

  test('keys that nobody knows of are unavailable after a bounded time, the others are not', async () => {
    const partly: Reply = (request) => (request.key < 3n ? unknownLocation(request.id) : evenKeys(request));
    await withProxies(
      [partly],
      async (_, client, look) => {
        expect(await look(range(5))).toEqual(['unavailable', 'unavailable', 'unavailable', 'absent', '4']);
        expect(client.lastFailure).toMatch(/answers UnknownLocationException: Could not retrieve location of state/);
      },
      quick,
    );
  });

  test('a proxy that says nothing is not waited for without end', async () => {
    const partly: Reply = (request) => (request.key === 1n ? 'silence' : evenKeys(request));
    await withProxies(
      [partly],
      async (_, client, look) => {
        expect(await look(range(3))).toEqual(['0', 'unavailable', '2']);
        expect(client.lastFailure).toBe('no answer within 200 ms');
        // What waits still takes its place, and another lookup is answered beside it.
        expect(await look([4, 6])).toEqual(['4', '6']);
      },
      quick,
    );
  });

  test.each<[what: string, reply: Reply]>([
    ['a server failure', () => serverFailureFrame('java.lang.IllegalStateException', 'the server stops')],
    ['another protocol', () => Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['an answer that nobody asked for', () => resultFrame(77n, Buffer.alloc(0))],
    ['an answer given twice', ({ id }) => Buffer.concat([unknownLocation(id), unknownLocation(id)])],
  ])('%s ends the connection and leaves the keys unavailable', async (_, reply) => {
    await withProxies(
      [reply],
      async (proxies, client, look) => {
        expect(await look([1])).toEqual(['unavailable']);
        expect(client.lastFailure).toMatch(/proxy at 127\.0\.0\.1/);
        expect(proxies[0]?.connections).toBeGreaterThan(1);
      },
      quick,
    );
  });

  test('nobody to ask is said in words', async () => {
    await withProxies(
      [],
      async (_, client, look) => {
        expect(await look([1, 2])).toEqual(['unavailable', 'unavailable']);
        expect(client.lastFailure).toMatch(/no queryable-state proxy answers \(tried 127\.0\.0\.1:1\).*enable: true/);
      },
      { ...quick, proxies: async () => [NOBODY] },
    );
    await withProxies(
      [],
      async (_, client, look) => {
        expect(await look([1])).toEqual(['unavailable']);
        expect(client.lastFailure).toMatch(/no task manager/);
      },
      quick,
    );
    await withProxies(
      [],
      async (_, client, look) => {
        expect(await look([1])).toEqual(['unavailable']);
        expect(client.lastFailure).toBe('the job manager is away');
      },
      { ...quick, proxies: () => Promise.reject(new Error('the job manager is away')) },
    );
  });

  test('a proxy that comes back is found, also at another address', async () => {
    let address = NOBODY;
    await withProxies(
      [evenKeys],
      async ([proxy], client, look) => {
        expect(await look([2])).toEqual(['unavailable']);
        address = proxy?.address ?? '';
        client.moveTo('0'.repeat(32));
        client.moveTo(JOB);
        expect(await look([2])).toEqual(['2']);
      },
      { ...quick, proxies: async () => [address] },
    );
  });
});

describe('the job that is asked', () => {
  test('is none at first, and keys are unavailable at once', async () => {
    await withProxies([evenKeys], async ([proxy], client, look) => {
      client.moveTo(undefined);
      expect(await look([2])).toEqual(['unavailable']);
      expect(client.lastFailure).toBe('no job runs whose state could be read');
      expect(proxy?.seen).toEqual([]);
    });
  });

  test('may be another one later', async () => {
    const other = 'f'.repeat(32);
    await withProxies([evenKeys], async ([proxy], client, look) => {
      await look([2]);
      client.moveTo(other);
      await look([2]);
      expect(proxy?.seen.map(({ job }) => job)).toEqual([JOB, other]);
    });
  });
});

test('a value that nobody can read makes its key unavailable, and no other', async () => {
  const values = new Map([1n, 2n].map((key) => [key, Buffer.from(String(key))]));
  await withProxies(
    [holding(values)],
    async (_, client) => {
      const heard: string[] = [];
      await client.look(
        'window-0',
        { count: 2, keyLo: Uint32Array.of(1, 2), keyHi: new Uint32Array(2) },
        {
          found(index) {
            if (index === 0) throw new RangeError('of another version');
            heard[index] = 'found';
          },
          absent: () => undefined,
          unavailable(index) {
            heard[index] = 'unavailable';
          },
        },
      );
      expect(heard).toEqual(['unavailable', 'found']);
      expect(client.lastFailure).toMatch(/of another version/);
    },
    { patienceMs: 50 },
  );
});

test('a closed client answers everything as unavailable, what is under way included', async () => {
  let client: QueryableStateClient | undefined;
  const closing: Reply = () => {
    client?.close();
    return 'silence';
  };
  await withProxies([closing], async (_, opened, look) => {
    client = opened;
    expect(await look([1, 2])).toEqual(['unavailable', 'unavailable']);
    expect(await look([1])).toEqual(['unavailable']);
  });
});
