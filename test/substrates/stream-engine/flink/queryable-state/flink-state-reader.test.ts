/** Answers from window state: what is held, what is not, and what cannot be said. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { QueryService, StateAnswer } from '../../../../../substrates/query-service.ts';
import { FlinkStateReader } from '../../../../../substrates/stream-engine/flink/queryable-state/flink-state-reader.ts';
import { QueryableStateClient } from '../../../../../substrates/stream-engine/flink/queryable-state/queryable-state-client.ts';
import { columnsOf, row } from '../../../../support/store-rows.ts';
import { type FakeProxy, holding, startProxy } from './fake-proxy.ts';
import { windowValue } from './frame-bytes.ts';

const { Held, NotHeld, Unavailable } = StateAnswer;
/** Beyond 32 bits, as event times are. */
const HOUR = 1_700_000_000_000;
const HOUR_MS = 3_600_000;

const WINDOWS = new Map<bigint, Buffer>([
  [
    7n,
    windowValue([
      { hourStartMs: HOUR, counter: 12, fingerprint: -5 },
      { hourStartMs: HOUR + HOUR_MS, counter: 4294967295, fingerprint: 2147483647 },
    ]),
  ],
  [0x123456789n, windowValue([{ hourStartMs: 0, counter: 1, fingerprint: -2147483648 }])],
  [9n, windowValue([])],
]);

async function withReader(
  keep: 'open' | 'all',
  body: (reader: FlinkStateReader, proxy: FakeProxy) => Promise<void>,
): Promise<void> {
  const proxy = await startProxy(holding(WINDOWS));
  const client = new QueryableStateClient({
    proxies: async () => [proxy.address],
    parallelism: 1,
    maxParallelism: 128,
    patienceMs: 100,
  });
  client.moveTo('0'.repeat(32));
  try {
    await body(new FlinkStateReader(client, 3, keep), proxy);
  } finally {
    client.close();
    await proxy.close();
  }
}

const keys = columnsOf([
  row(7n, HOUR + HOUR_MS),
  row(9n, HOUR),
  row(0x123456789n, 0),
  row(7n, HOUR),
  row(8n, HOUR),
  row(7n, 0),
]);

describe('window state', () => {
  test('answers what it holds, and asks for each tweet once', async () => {
    await withReader('open', async (reader, proxy) => {
      const { answer, counter, fingerprint } = await reader.read(keys);
      expect([...answer]).toEqual([Held, NotHeld, Held, Held, NotHeld, NotHeld]);
      expect([...counter]).toEqual([4294967295, 0, 1, 12, 0, 0]);
      expect([...fingerprint]).toEqual([2147483647, 0, -2147483648, -5, 0, 0]);
      expect(proxy.seen.map(({ state, key }) => [state, key]).sort()).toEqual([
        ['window-3', 0x123456789n],
        ['window-3', 7n],
        ['window-3', 8n],
        ['window-3', 9n],
      ]);
    });
  });

  test('from which nothing ever leaves holds 0 of everything else', async () => {
    await withReader('all', async (reader) => {
      const { answer, counter } = await reader.read(keys);
      expect([...answer]).toEqual(new Array(6).fill(Held));
      expect([...counter]).toEqual([4294967295, 0, 1, 12, 0, 0]);
    });
  });

  test('that cannot be reached is unavailable', async () => {
    await withReader('all', async (reader, proxy) => {
      await proxy.close();
      expect([...(await reader.read(keys)).answer]).toEqual(new Array(6).fill(Unavailable));
    });
  });

  test('makes the answers of omega-prime', async () => {
    await withReader('all', async (state) => {
      const answers = await new QueryService({ answer: { from: 'state' }, partitions: 1, stores: {}, state }).read(
        keys,
      );
      expect([...answers.counter]).toEqual([4294967295, 0, 1, 12, 0, 0]);
      expect([...answers.unavailable]).toEqual(new Array(6).fill(0));
    });
  });

  test('answers every key as a map would, whatever repeats', async () => {
    const tweet = fc.constantFrom(7n, 8n, 9n, 0x123456789n, 0xfedcba9876543210n);
    const hour = fc.constantFrom(0, HOUR, HOUR + HOUR_MS, HOUR + 2 * HOUR_MS);
    await withReader('open', async (reader) => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.tuple(tweet, hour), { maxLength: 60 }), async (asked) => {
          const { answer, counter } = await reader.read(columnsOf(asked.map(([id, start]) => row(id, start))));
          const known = new Map([
            [`7 ${HOUR}`, 12],
            [`7 ${HOUR + HOUR_MS}`, 4294967295],
            [`${0x123456789} 0`, 1],
          ]);
          expect([...answer]).toEqual(asked.map(([id, start]) => (known.has(`${id} ${start}`) ? Held : NotHeld)));
          expect([...counter]).toEqual(asked.map(([id, start]) => known.get(`${id} ${start}`) ?? 0));
        }),
        { numRuns: 50 },
      );
    });
  });
});
