import { describe, expect, test } from '@jest/globals';
import type { WindowStateStage } from '../../../../../substrates/declaration.ts';
import { MemoryStores } from '../../../../../substrates/key-value-store/memory-store.ts';
import { noHooks, type WorkerHooks } from '../../../../../substrates/stream-engine/embedded/hooks.ts';
import { PartitionWindows } from '../../../../../substrates/stream-engine/embedded/partition-windows.ts';
import type { TaskContext } from '../../../../../substrates/stream-engine/embedded/stages/stage-task.ts';
import { WindowHandOver } from '../../../../../substrates/stream-engine/embedded/stages/window-hand-over.ts';
import { blockOf } from '../../../../support/blocks.ts';
import { scanned } from '../../../../support/store-rows.ts';

const SETTINGS = { hourMs: 100, maxOutOfOrderMs: 0, allowedLatenessMs: 50, checkpointIntervalMs: 0 };
type Mode = 'upsert' | 'increment';

/**
 * Windows, a store and a hand-over between them; `next` makes another that writes to the same store, as a successor
 * would.
 */
function setUp(mode: Mode, maxFlushKeys = 2, stores = new MemoryStores()) {
  const store = stores.open({ kind: 'memory', name: 'serving' });
  const calls: string[] = [];
  const hooks: WorkerHooks = {
    ...noHooks,
    failpoint: (name) => void calls.push(name),
    sending: (_site, events, transaction) =>
      void calls.push(`sending ${events}${transaction === undefined ? '' : ' in'}`),
    acknowledged: (_site, events) => void calls.push(`acknowledged ${events}`),
  };
  const context = {
    hooks,
    settings: SETTINGS,
    stores: { serving: store },
    stage: 0,
    partition: 0,
    fence: { partition: 0, epoch: 1 },
  } as unknown as TaskContext;
  const stage = { maxFlushKeys } as WindowStateStage;
  const handOver = new WindowHandOver(context, stage, mode, 'serving');
  const windows = new PartitionWindows(SETTINGS);
  let offset = 0;
  /** One impression `[tweet, time]` each. */
  const see = (...rows: [number, number][]): void => {
    windows.apply(
      blockOf(
        rows.map(([id, eventTimeMs]) => ({ tweetId: BigInt(id), eventTimeMs })),
        offset,
      ),
    );
    offset += rows.length;
  };
  const flush = async (at = offset): Promise<void> => {
    while (handOver.isDue(windows.settling)) await handOver.step(windows.settling, at);
  };
  /** `tweet@hour count` of every row in the store. */
  const stored = async () => (await scanned(store)).map((row) => `${row.id}@${row.hour} ${row.counter}`);
  return { handOver, windows, calls, see, flush, stored, next: () => setUp(mode, maxFlushKeys, stores) };
}

describe.each<Mode>(['upsert', 'increment'])('handing over by %s', (mode) => {
  test('writes nothing while the window is open', async () => {
    const { handOver, windows, see, flush, stored } = setUp(mode);
    see([1, 10], [2, 99]);
    expect(handOver.isDue(windows.settling)).toBe(false);
    await flush();
    expect(await stored()).toEqual([]);
  });

  test('writes the closed window in chunks of sorted keys, and says so before and after each', async () => {
    const { handOver, windows, calls, see, flush, stored } = setUp(mode);
    see([9, 10], [5, 20], [7, 30], [5, 40], [1, 100]);
    await handOver.step(windows.settling, 5);
    expect(await stored()).toEqual(['5@0 2', '7@0 1']);
    expect(handOver.acknowledgedEvents).toBe(3);
    expect(handOver.coveredEvents).toBe(0);
    await flush();
    expect(await stored()).toEqual(['5@0 2', '7@0 1', '9@0 1']);
    expect(handOver.acknowledgedEvents).toBe(4);
    expect(handOver.coveredEvents).toBe(4);
    const inside = mode === 'increment' ? ['sending 3 in'] : [];
    const insideLast = mode === 'increment' ? ['sending 4 in'] : [];
    expect(calls).toEqual([
      ...['sending 3', ...inside, 'acknowledged 3', 'mid-flush'],
      ...['sending 4', ...insideLast, 'acknowledged 4', 'mid-flush', 'after-flush-before-purge'],
    ]);
  });

  test('writes what came late once no more can come', async () => {
    const { handOver, windows, see, flush, stored } = setUp(mode);
    see([5, 10], [6, 11], [1, 100]);
    await flush();
    see([5, 20], [8, 21]);
    expect(handOver.isDue(windows.settling)).toBe(false);
    expect(await stored()).toEqual(['5@0 1', '6@0 1']);
    see([1, 150]);
    await flush();
    expect(await stored()).toEqual(['5@0 2', '6@0 1', '8@0 1']);
    expect(handOver.coveredEvents).toBe(4);
    expect(windows.get(0)).toMatchObject({ phase: 'handed-over', late: undefined });
  });

  test('writes the window as it was at its close, however late it gets to it', async () => {
    const { see, handOver, windows, stored } = setUp(mode, 1);
    see([5, 10], [6, 11], [1, 100]);
    await handOver.step(windows.settling, 3);
    see([6, 20], [5, 21]);
    await handOver.step(windows.settling, 5);
    expect(await stored()).toEqual(['5@0 1', '6@0 1']);
  });

  test('counts in the store what was counted in the windows, for windows of late events alone too', async () => {
    const { see, flush, stored, windows, handOver } = setUp(mode);
    see([5, 10], [3, 205], [5, 160], [4, 161], [2, 310]);
    await flush();
    windows.end();
    await flush();
    expect(await stored()).toEqual(['5@0 1', '4@100 1', '5@100 1', '3@200 1', '2@300 1']);
    expect(handOver.coveredEvents).toBe(windows.countedEvents);
  });
});

describe('handing over again after a crash', () => {
  const closing: [number, number][] = [
    [5, 10],
    [6, 11],
    [1, 100],
  ];
  const late: [number, number][] = [
    [5, 20],
    [1, 150],
  ];

  test('by upsert changes nothing', async () => {
    const first = setUp('upsert');
    first.see(...closing, ...late);
    await first.flush();
    const before = await first.stored();
    const again = first.next();
    again.see(...closing, ...late);
    await again.flush();
    expect(await again.stored()).toEqual(before);
  });

  test('by upsert keeps what came late, though the first life got to the window only after it', async () => {
    const first = setUp('upsert');
    first.see(...closing, ...late);
    // The window alone, and so late in the log that the successor's writes all come from places before it.
    await first.handOver.step(first.windows.settling, 1000);
    expect(await first.stored()).toEqual(['5@0 1', '6@0 1']);
    const again = first.next();
    again.see(...closing, ...late);
    await again.flush(5);
    expect(await again.stored()).toEqual(['5@0 2', '6@0 1']);
  });

  test('by increment counts again what was acknowledged and not covered', async () => {
    const first = setUp('increment');
    first.see(...closing);
    await first.flush();
    const again = first.next();
    again.handOver.restore(0);
    again.see(...closing);
    await again.flush();
    expect(await again.stored()).toEqual(['5@0 2', '6@0 2']);
    expect(first.handOver.acknowledgedEvents).toBe(2);
  });
});
