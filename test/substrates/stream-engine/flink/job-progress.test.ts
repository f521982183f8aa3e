/** From what the operators of a job on Flink say to the progress of its partitions. */
import { describe, expect, test } from '@jest/globals';
import { findArchitecture } from '../../../../architectures/registry.ts';
import type { Declaration } from '../../../../substrates/declaration.ts';
import {
  firstOffsetOf,
  inOne,
  knowsFirstOffsets,
  operatorOf,
  parseProgress,
  progressOfStages,
  type SubtaskProgress,
} from '../../../../substrates/stream-engine/flink/job-progress.ts';

const named = (name: string): Declaration => findArchitecture(name) as Declaration;
const END = 2 ** 63;

/** A gauge's text as the job writes it. */
function said(changes: Record<string, unknown>): SubtaskProgress {
  const nothing = { storedEvents: 0, commands: 0, roundTrips: 0, reads: 0, writes: 0, pendingKeys: 0, stateBytes: 0 };
  const text = JSON.stringify({ atMs: 5, partitions: {}, ...nothing, watermarkMs: null, ...changes });
  return parseProgress(text) as SubtaskProgress;
}

describe('a gauge', () => {
  test('that has not begun is nothing, and one of another version an error', () => {
    expect(parseProgress(undefined)).toBeUndefined();
    expect(parseProgress('')).toBeUndefined();
    expect(() => parseProgress('{"partitions":{}}')).toThrow(/\(atMs: .*\): build the job's jar again/);
  });

  test('belongs to the operator of its stage; a batch job is none of a streaming job', () => {
    const { stages } = named('lambda');
    expect(stages.map(operatorOf)).toEqual(['increment-0', undefined]);
    expect(named('omega').stages.map(operatorOf)).toEqual(['window-0']);
  });
});

describe('the progress of windows', () => {
  const subtasks = [
    said({ partitions: { 0: [100, 90, 10, 0], 1: [200, 200, 0, 0] }, storedEvents: 30 }),
    said({ partitions: { 0: [80, 72, 8, 0], 1: [220, 220, 0, 0] }, storedEvents: 20 }),
  ];

  test('is the least of all subtasks, and its reach what they have counted', () => {
    const [first, second] = progressOfStages(named('omega'), 2, new Map([[0, subtasks]]));
    expect(first).toMatchObject({ offset: 80, reflectedEvents: 72, lateDroppedEvents: 10, drained: false });
    expect(second).toMatchObject({ offset: 200, reflectedEvents: 200, lateDroppedEvents: 0 });
  });

  test('of a partition that a subtask has not heard of is nothing', () => {
    const half = [said({ partitions: { 0: [100, 90, 0, 0] } }), said({})];
    const [first] = progressOfStages(named('omega'), 1, new Map([[0, half]]));
    expect(first).toMatchObject({ offset: 0, reflectedEvents: 0 });
  });

  test('that are not asked reaches as far as the store, shared out by what was counted', () => {
    const [first, second] = progressOfStages(named('beta'), 2, new Map([[0, subtasks]]));
    // 50 stored, of 72 and 200 counted.
    expect([first?.reflectedEvents, second?.reflectedEvents]).toEqual([13, 37]);
    expect([first?.storedEvents.serving, second?.storedEvents.serving]).toEqual([13, 37]);
  });

  test('is drained when all partitions have ended, the watermark is at its end and nothing is left to hand over', () => {
    const ended = { partitions: { 0: [100, 100, 0, 1] }, watermarkMs: END };
    const drained = (...all: SubtaskProgress[]) =>
      progressOfStages(named('beta'), 1, new Map([[0, all]])).every((partition) => partition.drained);
    expect(drained(said(ended), said(ended))).toBe(true);
    expect(drained(said(ended), said({ ...ended, pendingKeys: 1 }))).toBe(false);
    expect(drained(said(ended), said({ ...ended, watermarkMs: 1_000_000 }))).toBe(false);
    expect(drained(said(ended), said({ ...ended, partitions: { 0: [100, 100, 0, 0] } }))).toBe(false);
  });
});

describe('the progress of increments', () => {
  test('is that of the one subtask that owns the partition', () => {
    const subtasks = [said({ partitions: { 0: [100, 100, 0, 1] } }), said({ partitions: { 1: [70, 70, 0, 0] } })];
    const [first, second] = progressOfStages(named('alpha'), 2, new Map([[0, subtasks]]));
    expect(first).toMatchObject({ offset: 100, reflectedEvents: 100, storedEvents: { serving: 100 }, drained: false });
    expect(second).toMatchObject({ offset: 70, reflectedEvents: 70, storedEvents: { serving: 70 }, drained: false });
  });
});

test('where a partition began after a restore is what was heard of it first, the least of all subtasks', () => {
  const subtasks = [
    said({ partitions: { 0: [100, 0, 0, 0] }, first: { 0: 40 } }),
    said({ partitions: { 0: [90, 0, 0, 0] }, first: { 0: 35 } }),
  ];
  expect(firstOffsetOf('window-state', subtasks, 0)).toBe(35);
  expect(firstOffsetOf('window-state', [said({ partitions: { 0: [100, 0, 0, 0] } }), said({})], 0)).toBe(0);
});

test('where partitions began is known when every subtask of a window has said so of each, and one of an increment', () => {
  const both = { first: { 0: 40, 1: 7 } };
  expect(knowsFirstOffsets('window-state', [said(both), said(both)], 2)).toBe(true);
  // A marker that was read by key is where a partition is now.
  expect(knowsFirstOffsets('window-state', [said(both), said({ partitions: { 0: [90, 0, 0, 0] } })], 2)).toBe(false);
  expect(knowsFirstOffsets('window-state', [said(both), said({ first: { 0: 40 } })], 2)).toBe(false);
  expect(knowsFirstOffsets('window-state', [], 1)).toBe(false);
  expect(knowsFirstOffsets('increment-store', [said({ first: { 0: 40 } }), said({ first: { 1: 7 } })], 2)).toBe(true);
  expect(knowsFirstOffsets('increment-store', [said({ first: { 0: 40 } }), said({})], 2)).toBe(false);
});

test('a stream and its batch jobs are as far as the slower, and reach as far as the better', () => {
  const part = (offset: number, reflectedEvents: number, store: string) => ({
    partition: 0,
    offset,
    reflectedEvents,
    storedEvents: { [store]: reflectedEvents },
    lateDroppedEvents: 0,
    drained: true,
  });
  const parts = [[part(100, 100, 'speed')], [part(60, 40, 'serving')]];
  expect(inOne(parts, 1, undefined)).toEqual([
    { ...part(60, 100, 'speed'), storedEvents: { speed: 100, serving: 40 }, drained: false },
  ]);
  expect(inOne(parts, 1, 7)[0]).toMatchObject({ drained: true, drainedAtMs: 7 });
});
