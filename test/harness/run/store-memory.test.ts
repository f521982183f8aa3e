/** The memory of a counter stands in a result where a store's server tells it, and nowhere else. */
import { expect, test } from '@jest/globals';
import { storeMemoryOf } from '../../../harness/run/store-memory.ts';

const memory = { bytesPerCounter: 24, countersSampled: 1000, measuredBy: 'MEMORY USAGE' };
const telling = { counterMemory: async () => memory };

test('is that of each store which tells, under its name', async () => {
  expect(await storeMemoryOf({ serving: telling, speed: telling })).toEqual({
    storeMemory: { serving: memory, speed: memory },
  });
  expect(await storeMemoryOf({ serving: {}, speed: telling })).toEqual({ storeMemory: { speed: memory } });
});

test('is absent where no store has a server, or its server has no counters or does not tell', async () => {
  expect(await storeMemoryOf({})).toEqual({});
  expect(await storeMemoryOf({ serving: {} })).toEqual({});
  expect(await storeMemoryOf({ serving: { counterMemory: async () => undefined } })).toEqual({});
});
