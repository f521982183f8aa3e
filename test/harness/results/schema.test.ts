/**
 * The contract of a result: what it takes, what it refuses, and that the committed JSON Schema is the one of the
 * code.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { architectureSchema, resultJsonSchema, resultSchema } from '../../../harness/results/schema.ts';
import { resultFixture } from '../../support/result-fixture.ts';

describe('the schema of a result', () => {
  test('is committed as JSON Schema', () => {
    const committed = readFileSync(join(repositoryRoot(), 'results/schema/result.schema.json'), 'utf8');
    expect(committed).toBe(resultJsonSchema());
  });

  test('refuses a figure that is not a number', () => {
    const result = resultFixture();
    setFigure(result, Number.NaN);
    expect(resultSchema.safeParse(result).success).toBe(false);
    setFigure(result, 0);
    expect(resultSchema.safeParse(result).success).toBe(true);
  });

  test('demands every figure of a measured act, and takes an invalid act without them', () => {
    const { alpha } = resultFixture().architectures;
    const empty = (capacity: object) => architectureSchema.safeParse({ ...alpha, capacity }).success;
    expect(empty({ state: 'measured' })).toBe(false);
    expect(empty({ state: 'invalid', reasons: ['the generator was late'] })).toBe(true);
    expect(empty({ state: 'invalid', reasons: [] })).toBe(false);
    expect(empty({ state: 'interrupted', eventsPerSecond: 1000 })).toBe(true);
    expect(empty({ state: 'skipped', reason: 'not asked for' })).toBe(true);
    expect(empty({ state: 'skipped' })).toBe(false);
  });

  test('refuses a timeline whose columns differ in length', () => {
    const result = resultFixture();
    const act = result.architectures.omega?.steady;
    if (act?.state !== 'measured') throw new Error('the fixture measures omega');
    act.timeline.offeredEvents.pop();
    expect(resultSchema.safeParse(result).error?.issues[0]?.message).toMatch(/equal length/);
  });

  test('ignores a field that a later minor version added', () => {
    expect(resultSchema.parse({ ...resultFixture(), inventedLater: 1 })).toEqual(resultFixture());
  });
});

function setFigure(result: ReturnType<typeof resultFixture>, value: number): void {
  const act = result.architectures.alpha?.capacity;
  if (act?.state !== 'measured') throw new Error('the fixture measures alpha');
  act.eventsPerSecond = value;
}

/** Tests run from a folder of compiled files at some depth. */
function repositoryRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    try {
      readFileSync(join(folder, 'package.json'));
      return folder;
    } catch {
      if (folder === dirname(folder)) throw new Error('no package.json above the tests');
      folder = dirname(folder);
    }
  }
}
