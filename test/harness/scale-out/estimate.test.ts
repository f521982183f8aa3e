/** The estimates by hand, for figures that are easy to reckon with. */
import { describe, expect, test } from '@jest/globals';
import { estimate, type StateBackend } from '../../../harness/scale-out/estimate.ts';

const INPUTS = new Map(
  Object.entries({
    impressionsPerTweet: 50,
    hourSeconds: 1000,
    coreShare: 0.5,
    'hashmap.cpuUsPerImpression': 2,
    'hashmap.stateBytesPerCounter': 100,
    'hashmap.mostStateBytesPerSlot': 1e9,
    'hashmap.checkpointBytesPerCounter': 30,
    'rocksdb.cpuUsPerImpression': 20,
    'rocksdb.stateBytesPerCounter': 40,
    'rocksdb.mostStateBytesPerSlot': 1e10,
    'rocksdb.checkpointBytesPerCounter': 40,
    checkpointSeconds: 60,
    logBytesPerImpression: 10,
    shuffleBytesPerImpression: 30,
    replicas: 3,
    slotsPerTaskManager: 2,
    partitionsPerSlot: 3,
    keyGroupsPerSlot: 8,
    generatorCpuUsPerImpression: 0.25,
  }),
);

const valuesOf = (backend: StateBackend, ratePerSecond: number): Record<string, number> =>
  Object.fromEntries(estimate(INPUTS, backend, ratePerSecond).map(({ name, value }) => [name, value]));

describe('an estimate', () => {
  test('is bound by CPU where state is small', () => {
    // 2 M/s at 2 us are 4 cores, 8 at half load; 40 M counters of 100 B are 4 GB, which 4 slots hold.
    expect(valuesOf('hashmap', 2_000_000)).toEqual({
      'distinct tweets an hour, each a counter': 40_000_000,
      'slots for CPU': 8,
      'slots for state': 4,
      parallelism: 8,
      'task managers': 4,
      partitions: 24,
      'key groups': 128,
      state: 4e9,
      'state per slot': 5e8,
      'full checkpoint': 1.2e9,
      'checkpoint storage': 2e7,
      'into Kafka': 2e7,
      'between brokers': 4e7,
      // 80 MB/s, three quarters of them to another of four.
      'between task managers': 6e7,
      'into each task manager': 2e7,
      'rows into the store': 40_000,
      'cores that generate': 1,
    });
  });

  test('is bound by state where a slot holds little of it', () => {
    const small = new Map(INPUTS).set('hashmap.mostStateBytesPerSlot', 1e8);
    const found = estimate(small, 'hashmap', 2_000_000).find(({ name }) => name === 'parallelism');
    expect(found?.value).toBe(40);
  });

  test('takes the figures of its back end, and key groups as a power of two that is enough', () => {
    // 2 M/s at 20 us are 80 slots at half load, which want 640 key groups.
    expect(valuesOf('rocksdb', 2_000_000)).toMatchObject({ parallelism: 80, 'key groups': 1024, state: 1.6e9 });
    expect(valuesOf('rocksdb', 500_000_000)['key groups']).toBe(32_768);
  });

  test('of one task manager has nothing between task managers', () => {
    expect(valuesOf('hashmap', 400_000)).toMatchObject({
      parallelism: 2,
      'task managers': 1,
      'between task managers': 0,
    });
  });

  test('needs all its inputs', () => {
    const partial = new Map(INPUTS);
    partial.delete('replicas');
    expect(() => estimate(partial, 'hashmap', 1_000_000)).toThrow('the document lists no input replicas');
  });
});
