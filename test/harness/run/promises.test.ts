import { describe, expect, test } from '@jest/globals';
import { architectures, parseDeclaration } from '../../../architectures/registry.ts';
import {
  answersByHour,
  dropsLateEvents,
  expectedCommandsPerEvent,
  finalStages,
  promisesExactness,
  repeatsWrites,
} from '../../../harness/run/promises.ts';
import type { Declaration, StoreName } from '../../../substrates/declaration.ts';

/** The architecture with fields of its stages of this kind replaced. */
function variant(name: string, kind = '', changes: object = {}): Declaration {
  const found = architectures.find((declaration) => declaration.name === name) as Declaration;
  const stages = found.stages.map((stage) => (stage.kind === kind ? { ...stage, ...changes } : stage));
  return parseDeclaration({ ...found, stages }, name);
}

const withWrite = variant('alpha', 'increment-store', { commit: 'with-write' });
const readModifyWrite = variant('alpha', 'increment-store', { increment: 'read-modify-write' });
const additiveBeta = variant('beta', 'window-state', { onClose: { kind: 'increment', store: 'serving' } });

describe.each([
  { name: 'batch', declaration: variant('batch'), repeats: [], exact: false, byHour: true, drops: false },
  { name: 'alpha', declaration: variant('alpha'), repeats: [0], exact: false, byHour: false, drops: false },
  { name: 'alpha with write', declaration: withWrite, repeats: [], exact: true, byHour: false, drops: false },
  { name: 'lambda', declaration: variant('lambda'), repeats: [0], exact: false, byHour: false, drops: false },
  { name: 'beta', declaration: variant('beta'), repeats: [], exact: true, byHour: true, drops: true },
  { name: 'additive beta', declaration: additiveBeta, repeats: [0], exact: false, byHour: true, drops: true },
  { name: 'omega', declaration: variant('omega'), repeats: [], exact: true, byHour: false, drops: true },
  { name: 'omega-prime', declaration: variant('omega-prime'), repeats: [], exact: true, byHour: false, drops: true },
])('$name', ({ declaration, repeats, exact, byHour, drops }) => {
  test('writes again after a crash where its stages say so', () => {
    const repeating = declaration.stages.flatMap((stage, index) => (repeatsWrites(stage) ? [index] : []));
    expect(repeating).toEqual(repeats);
  });

  test('promises exact counts, or not', () => {
    expect(promisesExactness(declaration)).toBe(exact);
  });

  test('answers by the hour, or at once', () => {
    expect(answersByHour(declaration)).toBe(byHour);
  });

  test('drops what comes too late only where a window counts', () => {
    expect(dropsLateEvents(declaration)).toBe(drops);
  });
});

test('the final answer of lambda is the batch view’s alone', () => {
  expect(finalStages(variant('lambda')).map(({ stage }) => stage.kind)).toEqual(['batch-job']);
  expect(finalStages(variant('omega')).map(({ stage, index }) => [stage.kind, index])).toEqual([['window-state', 0]]);
  expect(finalStages(variant('omega-prime'))).toHaveLength(1);
});

test.each<[string, Declaration, StoreName, number]>([
  ['alpha: one an event', variant('alpha'), 'serving', 1],
  ['read-modify-write: two an event', readModifyWrite, 'serving', 2],
  ['lambda’s speed store as alpha', variant('lambda'), 'speed', 1],
  ['lambda’s serving store: one for each key and hour', variant('lambda'), 'serving', 0.03],
  ['batch: one for each key and hour', variant('batch'), 'serving', 0.03],
  ['beta: one for each key and hour', variant('beta'), 'serving', 0.03],
  ['omega: one for each key and hour', variant('omega'), 'serving', 0.03],
  ['omega-prime: none', variant('omega-prime'), 'serving', 0],
])('commands per event, %s', (_name, declaration, store, expected) => {
  expect(expectedCommandsPerEvent(declaration, store, 0.03)).toBe(expected);
});
