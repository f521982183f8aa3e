import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { architectures } from '../../../architectures/registry.ts';
import type { Settings } from '../../../harness/config/run-config.ts';
import { declarationsOf, forReplay, replayWarning, rungsOf } from '../../../harness/run/declarations.ts';
import type { Declaration, Stage } from '../../../substrates/declaration.ts';
import { withTemporaryDirectory } from '../../support/temporary-directory.ts';
import { configOf } from './run-config.ts';

/** Stages by `architecture kind`. */
async function stages(settings: Settings): Promise<Record<string, Stage>> {
  const declarations = await declarationsOf(configOf(settings));
  return Object.fromEntries(
    declarations.flatMap(({ name, stages: list }) => list.map((stage) => [`${name} ${stage.kind}`, stage])),
  );
}

const find = (name: string) => architectures.find((declaration) => declaration.name === name) as Declaration;

const EMBEDDED = { store: 'lmdb', storeSync: 'on', redisClient: 'pipeline', engine: 'embedded' } as const;

describe('the declarations of a run', () => {
  test('are the registered ones where no flag says otherwise', async () => {
    expect(await declarationsOf(configOf())).toEqual(architectures);
  });

  test('are those that were chosen, in that order', async () => {
    const names = (await declarationsOf(configOf({ architectures: ['omega', 'alpha'] }))).map(({ name }) => name);
    expect(names).toEqual(['omega', 'alpha']);
    await expect(declarationsOf(configOf({ architectures: ['gamma'] }))).rejects.toThrow('no architecture gamma');
  });

  test('take the flags of a stage where there is such a stage, and only there', async () => {
    const before = await stages({});
    const after = await stages({
      increment: 'read-modify-write',
      alphaCommit: 'with-write',
      alphaBatch: 50,
      betaFlush: 'increment',
      batchBucket: 'event-time',
      batchCutOffMs: 70,
    });
    const incrementing = { increment: 'read-modify-write', commit: 'with-write', maxBatchEvents: 50 };
    const batch = { bucketBy: 'event-time', cutOffMs: 70 };
    const changes: Record<string, object> = {
      'alpha increment-store': incrementing,
      'lambda increment-store': incrementing,
      'batch batch-job': batch,
      'lambda batch-job': batch,
      'beta window-state': { onClose: { kind: 'increment', store: 'serving' } },
    };
    for (const [name, stage] of Object.entries(before)) expect(after[name]).toEqual({ ...stage, ...changes[name] });
  });

  test('have the user’s own after them, as the file has it, under a name of its own', async () => {
    await withTemporaryDirectory(async (directory) => {
      const file = join(directory, 'mine.mjs');
      const declare = (name: string) =>
        writeFileSync(
          file,
          `export default { name: '${name}', summary: 'Mine.', answer: { from: 'store', store: 'serving' },
            stages: [{ kind: 'increment-store', store: 'serving', maxBatchEvents: 7 }] };`,
        );
      declare('mine');
      const config = configOf({ architectures: ['alpha'], architectureFiles: [file], alphaBatch: 50 });
      const [alpha, mine] = await declarationsOf(config);
      expect(alpha?.stages[0]).toMatchObject({ maxBatchEvents: 50 });
      expect(mine).toMatchObject({ name: 'mine', stages: [{ maxBatchEvents: 7, increment: 'atomic' }] });
      const twice = configOf({ architectures: ['alpha'], architectureFiles: [file, file] });
      await expect(declarationsOf(twice)).rejects.toThrow('declares mine, which runs already');
    });
  });
});

describe('the rungs', () => {
  test('of alpha are its other transaction sizes, with sync and without', () => {
    const rungs = rungsOf(find('alpha'), EMBEDDED);
    const sizes = rungs.map(({ declaration, storeSync }) => [
      ...declaration.stages.map((stage) => (stage.kind === 'increment-store' ? stage.maxBatchEvents : stage.kind)),
      storeSync,
    ]);
    expect(sizes).toEqual([
      [100, true],
      [10_000, true],
      [1000, false],
      [10_000, false],
    ]);
    expect(rungs.map(({ name }) => name)).toEqual([
      '100 events',
      '10,000 events',
      '1,000 events, no sync',
      '10,000 events, no sync',
    ]);
    expect(rungs.every(({ checkpoints }) => checkpoints)).toBe(true);
  });

  test('of omega-prime is one without checkpoints, under the run’s sync setting', () => {
    expect(rungsOf(find('omega-prime'), { ...EMBEDDED, storeSync: 'off' })).toEqual([
      expect.objectContaining({ checkpoints: false, storeSync: false, declaration: find('omega-prime') }),
    ]);
  });

  test('of the others are none', () => {
    expect(['batch', 'lambda', 'beta', 'omega'].flatMap((name) => rungsOf(find(name), EMBEDDED))).toEqual([]);
  });

  test('on Redis are the other clients of alpha, and none on Cassandra', () => {
    const redis = { ...EMBEDDED, store: 'redis://127.0.0.1:6379/0', redisClient: 'raw' } as const;
    const rungs = rungsOf(find('alpha'), redis);
    expect(rungs.map(({ name }) => name)).toEqual(['await-each', 'pipeline', 'script']);
    expect(rungs.every(({ name, redisClient }) => redisClient === name)).toBe(true);
    expect(rungs.every(({ declaration }) => declaration === find('alpha'))).toBe(true);
    const cassandra = { ...EMBEDDED, store: 'cassandra://127.0.0.1:9042/omegabench?dc=datacenter1' };
    expect(rungsOf(find('alpha'), cassandra)).toEqual([]);
    expect(rungsOf(find('omega-prime'), cassandra)).toHaveLength(1);
  });

  test('on Flink, whose job has a client of its own, are none of alpha', () => {
    const flink = { ...EMBEDDED, store: 'redis://127.0.0.1:6379/0', engine: 'flink://127.0.0.1:8081' };
    expect(rungsOf(find('alpha'), flink)).toEqual([]);
    expect(rungsOf(find('omega-prime'), flink)).toHaveLength(1);
  });
});

describe('a trace that is replayed at a rate', () => {
  const trace = { file: 'views.csv', ratePerSecond: 5000 };

  test('is bucketed by event time, by jobs that wait for the end of the replay', async () => {
    const config = configOf({ trace });
    const declarations = forReplay(await declarationsOf(config), config, 12_345);
    for (const name of ['batch', 'lambda']) {
      const job = declarations.find((found) => found.name === name)?.stages.find(({ kind }) => kind === 'batch-job');
      expect(job).toMatchObject({ bucketBy: 'event-time', cutOffMs: 12_345 });
    }
    expect(replayWarning(declarations)?.message).toContain('batch and lambda bucket by event time');
  });

  test('is bucketed by arrival if that was asked for, and the warning says what comes of it', async () => {
    const config = configOf({ trace, batchBucket: 'arrival-time', architectures: ['batch', 'omega'] });
    const declarations = forReplay(await declarationsOf(config), config, 12_345);
    expect(declarations[0]?.stages[0]).toMatchObject({ bucketBy: 'arrival-time', cutOffMs: 0 });
    expect(replayWarning(declarations)?.message).toContain('batch bucket by arrival as asked');
  });

  test('leaves a user’s own architecture, and those without a batch job, as they are', async () => {
    const config = configOf({ trace, architectures: ['alpha'] });
    const mine: Declaration = { ...find('batch'), name: 'mine' };
    expect(forReplay([find('alpha'), mine], config, 12_345)).toEqual([find('alpha'), mine]);
    expect(replayWarning([find('alpha')])).toBeUndefined();
  });
});

test('at its own speed a trace is bucketed by arrival', () => {
  expect(configOf({ trace: { file: 'views.csv' } }).batchBucket).toBe('arrival-time');
});
