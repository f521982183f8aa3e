/** What a job has asked its stores, over attempts whose operators each count from 0. */
import { expect, test } from '@jest/globals';
import { findArchitecture } from '../../../../architectures/registry.ts';
import type { Declaration } from '../../../../substrates/declaration.ts';
import { OperatorCounts } from '../../../../substrates/stream-engine/flink/operator-counts.ts';

const named = (name: string): Declaration => findArchitecture(name) as Declaration;
const writes = (commands: number) => ({ commands, roundTrips: 1, reads: 0, writes: commands });

test('subtasks are added up under the store of their stage', () => {
  const counts = new OperatorCounts(named('lambda'));
  counts.note(0, 0, writes(10));
  counts.note(0, 1, writes(5));
  counts.note(0, 0, writes(12));
  expect(counts.sums()).toEqual({ speed: { commands: 17, roundTrips: 2, reads: 0, writes: 17 } });
});

test('what an attempt had counted stays when the next counts from 0, though it has counted more by now', () => {
  const counts = new OperatorCounts(named('alpha'));
  counts.note(0, 0, writes(10));
  counts.attemptIsOver();
  expect(counts.sums().serving?.commands).toBe(10);
  counts.note(0, 0, writes(30));
  counts.note(0, 0, writes(31));
  expect(counts.sums().serving?.commands).toBe(41);
});

test('an attempt that nobody noticed is seen by a count that goes back', () => {
  const counts = new OperatorCounts(named('beta'));
  counts.note(0, 0, writes(10));
  counts.note(0, 0, writes(4));
  expect(counts.sums().serving?.commands).toBe(14);
});

test('a stage without a store asks none', () => {
  const counts = new OperatorCounts(named('omega-prime'));
  counts.note(0, 0, writes(10));
  expect(counts.sums()).toEqual({});
});
