import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { tally } from '../../../../generators/oracle.ts';
import { PartitionWindows, type Window } from '../../../../substrates/stream-engine/embedded/partition-windows.ts';
import type { WindowTable } from '../../../../substrates/stream-engine/embedded/window-table.ts';
import { type ListedImpression, ListSource } from '../../../generators/list-source.ts';
import { blockOf, cutInto } from '../../../support/blocks.ts';

const RULES = { hourMs: 100, maxOutOfOrderMs: 10, allowedLatenessMs: 20 };

/** One impression of tweet 1 at each time. */
const at = (...timesMs: number[]) => timesMs.map((eventTimeMs) => ({ tweetId: 1n, eventTimeMs }));

function countIn(table: WindowTable | undefined, id = 1): number {
  const counter = new Uint32Array(1);
  table?.read(id, 0, counter, new Int32Array(1), 0);
  return counter[0] as number;
}

/** `start phase count+late sealed` of each window. */
function describeWindows(windows: PartitionWindows): string[] {
  return windows.all().map(({ hourStartMs, phase, table, late, sealed }) => {
    const counts = `${countIn(table)}+${countIn(late)}`;
    return `${hourStartMs} ${phase} ${counts}${sealed ? ' sealed' : ''}`;
  });
}

describe('the watermark', () => {
  test('trails the greatest event time by the bound and never goes back', () => {
    const windows = new PartitionWindows(RULES);
    expect(windows.watermarkMs).toBe(Number.NEGATIVE_INFINITY);
    windows.apply(blockOf(at(50)));
    expect(windows.watermarkMs).toBe(40);
    windows.apply(blockOf(at(45)));
    expect(windows.watermarkMs).toBe(40);
    windows.apply(blockOf(at(47, 60, 52)));
    expect(windows.watermarkMs).toBe(50);
  });

  test('closes a window when it reaches its end, not before', () => {
    const windows = new PartitionWindows(RULES);
    windows.apply(blockOf(at(50, 109)));
    expect(describeWindows(windows)).toEqual(['0 open 1+0', '100 open 1+0']);
    expect(windows.settling).toEqual([]);
    windows.apply(blockOf(at(110)));
    expect(describeWindows(windows)).toEqual(['0 closed 1+0', '100 open 2+0']);
    expect(windows.settling.map((window) => window.hourStartMs)).toEqual([0]);
  });

  test('lets an event in between end and lateness count, apart, and drops it after that', () => {
    const windows = new PartitionWindows(RULES);
    windows.apply(blockOf(at(50, 110)));
    windows.apply(blockOf(at(99)));
    expect(describeWindows(windows)).toEqual(['0 closed 2+1', '100 open 1+0']);
    // Watermark 119: the window's end + 20 is 120.
    windows.apply(blockOf(at(129, 98)));
    expect(describeWindows(windows)).toEqual(['0 closed 3+2', '100 open 2+0']);
    windows.apply(blockOf(at(130, 97)));
    expect(describeWindows(windows)).toEqual(['0 closed 3+2 sealed', '100 open 3+0']);
    expect(windows.lateDroppedEvents).toBe(1);
    expect(windows.countedEvents).toBe(6);
  });

  test('counts what is late inside of one block as if the block had been cut there', () => {
    const windows = new PartitionWindows(RULES);
    windows.apply(blockOf(at(50, 115, 60, 140, 70)));
    expect(describeWindows(windows)).toEqual(['0 closed 2+1 sealed', '100 open 2+0']);
    expect(windows.lateDroppedEvents).toBe(1);
  });

  test('makes a window of late events alone', () => {
    const windows = new PartitionWindows(RULES);
    windows.apply(blockOf(at(215)));
    windows.apply(blockOf(at(195)));
    expect(describeWindows(windows)).toEqual(['100 closed 1+1', '200 open 1+0']);
  });

  test('is infinite at the end of the stream, which closes and seals everything', () => {
    const windows = new PartitionWindows(RULES);
    windows.apply(blockOf(at(50, 160)));
    windows.end();
    expect(describeWindows(windows)).toEqual(['0 closed 1+0 sealed', '100 closed 1+0 sealed']);
    expect(windows.settling).toHaveLength(2);
  });
});

describe('windows in state', () => {
  test('settle oldest first until they are said to be settled', () => {
    const windows = new PartitionWindows(RULES);
    windows.apply(blockOf(at(50, 150, 250)));
    windows.end();
    expect(windows.settling.map((window) => window.hourStartMs)).toEqual([0, 100, 200]);
    windows.settled(windows.get(100) as Window);
    expect(windows.settling.map((window) => window.hourStartMs)).toEqual([0, 200]);
    expect(windows.get(100)).toBeDefined();
  });

  test('are forgotten when removed, and begin anew for a later event of the same hour', () => {
    const windows = new PartitionWindows(RULES);
    windows.apply(blockOf(at(50)));
    windows.remove(windows.get(0) as Window);
    windows.apply(blockOf(at(51)));
    expect(describeWindows(windows)).toEqual(['0 open 1+0']);
  });

  test('take memory that is accounted for', () => {
    const windows = new PartitionWindows(RULES);
    expect(windows.bytes()).toBe(0);
    windows.apply(blockOf(at(50, 110)));
    const two = windows.bytes();
    windows.apply(blockOf(at(90)));
    expect(windows.bytes()).toBe(two + (windows.get(0)?.late?.bytes ?? 0));
    expect(windows.bytes()).toBeGreaterThan(two);
  });
});

const rules = fc.record({
  hourMs: fc.constantFrom(10, 50),
  maxOutOfOrderMs: fc.constantFrom(0, 3, 20),
  allowedLatenessMs: fc.constantFrom(0, 5, 40),
});
const stream = fc.array(
  fc.record({ tweetId: fc.bigInt({ min: 0n, max: 4n }), step: fc.integer({ min: -60, max: 30 }) }),
  { minLength: 1, maxLength: 120 },
);
const cuts = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 6 });

/** Times wander forward, with steps back that are out of order or late. */
function wander(steps: readonly { tweetId: bigint; step: number }[]): ListedImpression[] {
  let nowMs = 100;
  return steps.map(({ tweetId, step }) => {
    if (step > 0) nowMs += step;
    return { tweetId, eventTimeMs: step > 0 ? nowMs : nowMs + step };
  });
}

/** Counts and fingerprints of everything, late events apart too. */
function contents(windows: PartitionWindows): unknown {
  const sorted = (table: WindowTable | undefined) => {
    const counter = new Uint32Array(1);
    const fingerprint = new Int32Array(1);
    return [...(table?.sortedIds() ?? [])].map((id) => {
      table?.read(Number(id), 0, counter, fingerprint, 0);
      return [id, counter[0], fingerprint[0]];
    });
  };
  return windows
    .all()
    .map((window) => [window.hourStartMs, window.phase, window.sealed, sorted(window.table), sorted(window.late)]);
}

describe('any stream, however it is cut into blocks', () => {
  test('is counted and dropped as the oracle says', () => {
    fc.assert(
      fc.property(rules, stream, cuts, (rule, steps, sizes) => {
        const rows = wander(steps);
        const windows = new PartitionWindows(rule);
        for (const block of cutInto(rows, sizes)) windows.apply(block);
        const truth = tally(new ListSource(rule.hourMs, [rows]), { labelling: { by: 'event-time', drop: rule } });
        expect(windows.lateDroppedEvents).toBe(truth.lateDroppedEvents);
        expect(windows.countedEvents).toBe(truth.events);
        const counter = new Uint32Array(truth.rows.count);
        const fingerprint = new Int32Array(truth.rows.count);
        for (let row = 0; row < truth.rows.count; row++) {
          const table = windows.get(truth.rows.hourStartMs[row] as number)?.table;
          table?.read(truth.rows.tweetIdLo[row] as number, 0, counter, fingerprint, row);
        }
        expect(counter).toEqual(truth.rows.counter);
        expect(fingerprint).toEqual(truth.rows.fingerprint);
        expect(windows.all().reduce((sum, window) => sum + window.table.size, 0)).toBe(truth.rows.count);
      }),
      { numRuns: 300 },
    );
  });

  test('leaves the same windows, phases and late events', () => {
    fc.assert(
      fc.property(rules, stream, cuts, (rule, steps, sizes) => {
        const rows = wander(steps);
        const [cut, oneByOne] = [new PartitionWindows(rule), new PartitionWindows(rule)];
        for (const block of cutInto(rows, sizes)) cut.apply(block);
        for (const block of cutInto(rows, [1])) oneByOne.apply(block);
        expect(contents(cut)).toEqual(contents(oneByOne));
      }),
      { numRuns: 300 },
    );
  });

  test('goes on after a restore as if nothing had happened', () => {
    fc.assert(
      fc.property(rules, stream, cuts, fc.nat(), (rule, steps, sizes, cutAt) => {
        const blocks = cutInto(wander(steps), sizes);
        const [straight, before, after] = [1, 2, 3].map(() => new PartitionWindows(rule)) as [
          PartitionWindows,
          PartitionWindows,
          PartitionWindows,
        ];
        const at = cutAt % (blocks.length + 1);
        for (const block of blocks) straight.apply(block);
        for (const block of blocks.slice(0, at)) before.apply(block);
        after.restore(before.maxEventTimeMs, before.lateDroppedEvents, before.countedEvents, before.all());
        for (const block of blocks.slice(at)) after.apply(block);
        expect(contents(after)).toEqual(contents(straight));
        expect(after.lateDroppedEvents).toBe(straight.lateDroppedEvents);
        expect(after.countedEvents).toBe(straight.countedEvents);
      }),
      { numRuns: 200 },
    );
  });
});
