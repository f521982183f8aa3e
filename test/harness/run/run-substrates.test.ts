import { expect, test } from '@jest/globals';
import { RunSubstrates } from '../../../harness/run/run-substrates.ts';
import { openStore } from '../../../substrates/key-value-store/open-store.ts';
import { describeWith } from '../../support/real-servers.ts';
import { columnsOf, row, scanned } from '../../support/store-rows.ts';
import { configOf } from './run-config.ts';

test('embedded logs and stores lie in the folder that they are given', async () => {
  const substrates = new RunSubstrates(configOf({}), {}, 'run-1');
  expect(await substrates.log('steady-alpha', 4, '/act/log')).toEqual({
    kind: 'files',
    directory: '/act/log',
    partitions: 4,
  });
  expect(await substrates.store('alpha', 'speed', { folder: '/act', sync: false })).toEqual({
    kind: 'lmdb',
    directory: '/act/speed-store',
    sync: false,
  });
  await substrates.close();
  await substrates.close();
});

describeWith(['redis'], 'the stores of a run on Redis', ({ redis }) => {
  const FENCE = { partition: 0, epoch: 1 };

  test('have prefixes of their own, and are gone when the run is over, those of others are not', async () => {
    const config = configOf({ store: redis, redisClient: 'raw' });
    const runs = ['one', 'two'].map((id) => new RunSubstrates(config, {}, `${process.pid}-${id}`));
    const [mine, theirs] = runs as [RunSubstrates, RunSubstrates];
    const bindings = [
      await mine.store('alpha', 'serving', { folder: '', sync: true }),
      await mine.store('alpha', 'serving', { folder: '', sync: true, redisClient: 'script' }),
      await theirs.store('alpha', 'serving', { folder: '', sync: true }),
    ];
    expect(bindings.map((binding) => 'client' in binding && binding.client)).toEqual(['raw', 'script', 'raw']);
    const stores = await Promise.all(bindings.map((binding) => openStore(binding)));
    try {
      for (const [i, store] of stores.entries()) await store.upsert(columnsOf([row(1n, 0, i + 1, 0)]), 1, FENCE);
      for (const [i, store] of stores.entries()) expect(await scanned(store)).toEqual([row(1n, 0, i + 1, 0)]);
      await mine.close();
      expect(await Promise.all(stores.map((store) => scanned(store)))).toEqual([[], [], [row(1n, 0, 3, 0)]]);
      await theirs.close();
      expect(await scanned(stores[2] as (typeof stores)[number])).toEqual([]);
    } finally {
      for (const store of stores) await store.close();
    }
  });
});
