import { describe, expect, test } from '@jest/globals';
import type { CrashRecord, PlannedCrash } from '../../../harness/faults/crash-plan.ts';
import { readDeletedRows } from '../../../harness/faults/deleted-rows.ts';
import { ledgerPath, readLedger } from '../../../harness/faults/ledger.ts';
import { crashRecordsPath, createHooks, type WorkerHooksData } from '../../../harness/faults/worker-hooks.ts';
import type { MemoryRuntime } from '../../../substrates/memory-runtime.ts';
import type { Failpoint, HookSite, WorkerHooks } from '../../../substrates/stream-engine/embedded/hooks.ts';
import { TestWorld } from '../../support/memory-world.ts';
import { columnsOf, row, rowsOf } from '../../support/store-rows.ts';

interface Victim {
  world: TestWorld;
  process: MemoryRuntime;
  hooks: WorkerHooks;
}

const crash = (failpoint: Failpoint, changes: Partial<PlannedCrash> = {}): PlannedCrash => ({
  id: failpoint,
  failpoint,
  partition: 0,
  fromOffset: 0,
  hit: 1,
  ...changes,
});

const site = (offset: number, changes: Partial<HookSite> = {}): HookSite => ({
  stage: 0,
  partition: 0,
  offset,
  ...changes,
});

async function victimOf(crashes: PlannedCrash[], data: Partial<WorkerHooksData> = {}): Promise<Victim> {
  const world = new TestWorld(1, 5000);
  const process = world.process();
  const given = { directory: 'faults', crashes, keepLedger: true, saveDeletedRows: true, ...data };
  const worker = { worker: 4, epoch: 2, note: () => undefined };
  return { world, process, hooks: await world.run(createHooks(process, worker, given)) };
}

/** Passes the failpoint; whether the process lived. */
async function pass({ world, process, hooks }: Victim, name: Failpoint, at: HookSite): Promise<boolean> {
  await world.run(Promise.race([hooks.failpoint(name, at), world.delay(10)]));
  return process.alive;
}

async function recordsIn(world: TestWorld): Promise<CrashRecord[]> {
  const bytes = (await world.files.read(crashRecordsPath('faults'))) ?? new Uint8Array();
  const lines = new TextDecoder().decode(bytes).split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as CrashRecord);
}

describe('hooks of a worker', () => {
  test('kill it at the n-th hit, having written down what and where', async () => {
    const victim = await victimOf([crash('mid-flush', { hit: 3 })]);
    expect(await pass(victim, 'mid-flush', site(10))).toBe(true);
    expect(await pass(victim, 'mid-flush', site(20))).toBe(true);
    expect(await recordsIn(victim.world)).toEqual([]);
    expect(await pass(victim, 'mid-flush', site(30))).toBe(false);
    expect(await recordsIn(victim.world)).toEqual([
      {
        id: 'mid-flush',
        worker: 4,
        epoch: 2,
        stage: 0,
        partition: 0,
        offset: 30,
        hit: 3,
        atMs: expect.any(Number),
      },
    ]);
  });

  test('count only hits of the failpoint, stage and partition that is meant, from the offset on', async () => {
    const victim = await victimOf([crash('mid-flush', { stage: 1, fromOffset: 100 })]);
    expect(await pass(victim, 'mid-snapshot', site(200, { stage: 1 }))).toBe(true);
    expect(await pass(victim, 'mid-flush', site(200))).toBe(true);
    expect(await pass(victim, 'mid-flush', site(200, { stage: 1, partition: 1 }))).toBe(true);
    expect(await pass(victim, 'mid-flush', site(99, { stage: 1 }))).toBe(true);
    expect(await pass(victim, 'mid-flush', site(100, { stage: 1 }))).toBe(false);
  });

  test('arm one crash of a partition at a time, in order', async () => {
    const victim = await victimOf([crash('mid-snapshot'), crash('during-restore')]);
    expect(await pass(victim, 'during-restore', site(5))).toBe(true);
    expect(await pass(victim, 'mid-snapshot', site(5))).toBe(false);
  });

  test('arm the first crash of each partition', async () => {
    const victim = await victimOf([crash('mid-snapshot'), crash('mid-flush', { partition: 1, hit: 2 })]);
    expect(await pass(victim, 'mid-flush', site(5, { partition: 1 }))).toBe(true);
    expect(await pass(victim, 'mid-flush', site(5, { partition: 1 }))).toBe(false);
    expect((await recordsIn(victim.world)).map(({ hit }) => hit)).toEqual([2]);
  });

  test('let exactly the rows before a position through, and then the position is a failpoint', async () => {
    const victim = await victimOf([crash('position', { fromOffset: 100 })]);
    expect(victim.hooks.rowsBeforeStop(site(0), 64)).toBe(64);
    expect(victim.hooks.rowsBeforeStop(site(64), 64)).toBe(36);
    expect(victim.hooks.rowsBeforeStop(site(100), 64)).toBe(0);
    expect(victim.hooks.rowsBeforeStop(site(101), 64)).toBe(64);
    expect(victim.hooks.rowsBeforeStop(site(64, { partition: 1 }), 64)).toBe(64);
    expect(await pass(victim, 'position', site(100))).toBe(false);
  });

  test('stop nobody at a position that is not due next, or is another stage’s', async () => {
    const after = await victimOf([crash('mid-flush'), crash('position', { fromOffset: 10 })]);
    expect(after.hooks.rowsBeforeStop(site(0), 64)).toBe(64);
    const other = await victimOf([crash('position', { fromOffset: 10, stage: 1 })]);
    expect(other.hooks.rowsBeforeStop(site(0), 64)).toBe(64);
    expect(other.hooks.rowsBeforeStop(site(0, { stage: 1 }), 64)).toBe(10);
  });

  test('crash nobody without a plan', async () => {
    const victim = await victimOf([]);
    expect(await pass(victim, 'after-store-ack', site(5))).toBe(true);
    expect(victim.hooks.rowsBeforeStop(site(0), 64)).toBe(64);
  });

  test('keep a ledger for each stage and partition', async () => {
    const { world, hooks } = await victimOf([]);
    await world.run(
      (async () => {
        await hooks.sending(site(10), 10, 77);
        await hooks.acknowledged(site(10), 10);
        await hooks.committed(site(10), 10);
        await hooks.sending(site(30, { partition: 2 }), 30);
      })(),
    );
    expect(await readLedger(world.files, ledgerPath('faults', 0, 0, 2))).toEqual({
      epoch: 2,
      sentEvents: 10,
      acknowledgedEvents: 10,
      committedEvents: 10,
      transaction: 77,
    });
    expect(await readLedger(world.files, ledgerPath('faults', 0, 2, 2))).toMatchObject({
      sentEvents: 30,
      transaction: 0,
    });
  });

  test('have written the ledger when a call inside a transaction returns, if it was open', async () => {
    const { world, hooks } = await victimOf([]);
    await world.run(Promise.resolve(hooks.sending(site(10), 10)));
    void hooks.sending(site(20), 20, 78);
    expect(await readLedger(world.files, ledgerPath('faults', 0, 0, 2))).toMatchObject({
      sentEvents: 20,
      transaction: 78,
    });
  });

  test('save rows before they are deleted', async () => {
    const { world, hooks } = await victimOf([]);
    await world.run(Promise.resolve(hooks.deleting(site(0, { stage: 1 }), 3000, columnsOf([row(9n, 3000, 2, -5)]))));
    expect(rowsOf(await readDeletedRows(world.files, 'faults', 1))).toEqual([row(9n, 3000, 2, -5)]);
  });

  test('leave no ledger and save no rows where they were not asked to', async () => {
    const { world, hooks } = await victimOf([], { keepLedger: false, saveDeletedRows: false });
    await world.run(Promise.resolve(hooks.sending(site(10), 10)));
    await world.run(Promise.resolve(hooks.deleting(site(0), 3000, columnsOf([row(9n, 3000, 2, -5)]))));
    expect(await world.files.list('faults')).toEqual([]);
  });
});
