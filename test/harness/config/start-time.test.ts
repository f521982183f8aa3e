/** When a stream starts: with an hour, in the future, at one time for all shards. */
import { describe, expect, test } from '@jest/globals';
import { flagSource } from '../../../harness/config/source.ts';
import { readStart } from '../../../harness/config/start-time.ts';

const NOW_MS = Date.parse('2026-11-21T09:00:02.500Z');
const read = (text: string, changes: { hourMs?: number; isShared?: boolean } = {}): string =>
  new Date(
    readStart(text, flagSource('start'), { hourMs: 5000, nowMs: NOW_MS, isShared: false, ...changes }),
  ).toISOString();

describe('a start', () => {
  test('is a time on the wall, in any zone', () => {
    expect(read('2026-11-21T09:00:05Z')).toBe('2026-11-21T09:00:05.000Z');
    expect(read('2026-11-21T11:30+02:00')).toBe('2026-11-21T09:30:00.000Z');
    expect(read('2026-11-21T09:00:03.500Z', { hourMs: 500, isShared: true })).toBe('2026-11-21T09:00:03.500Z');
  });

  test('in a while is the first start of an hour from then on', () => {
    expect(read('now+10s')).toBe('2026-11-21T09:00:15.000Z');
    expect(read('now+2500ms')).toBe('2026-11-21T09:00:05.000Z');
    expect(read('now+10s', { hourMs: 3_600_000 })).toBe('2026-11-21T10:00:00.000Z');
  });

  test.each([
    ['yesterday', {}, 'OB_BAD_VALUE', 'is no time', 'such as --start 2026-11-21T09:01:05Z'],
    ['2026-11-21T09:00:05', {}, 'OB_BAD_VALUE', 'is no time', 'with its zone'],
    ['2026-13-21T09:00:05Z', {}, 'OB_BAD_VALUE', 'is no time', 'now+10s'],
    ['now+soon', {}, 'OB_BAD_VALUE', 'is no time', 'now+10s'],
    ['now+-5s', {}, 'OB_BAD_VALUE', 'is no time', 'now+10s'],
    ['2026-11-21T09:00:00Z', {}, 'OB_CONFLICT', 'is past: it is 2026-11-21T09:00:02.500Z here', 'Try --start'],
    ['2026-11-21T09:00:07Z', {}, 'OB_CONFLICT', 'an hour of 5s', 'Try --start 2026-11-21T09:00:10Z'],
    ['now+10s', { isShared: true }, 'OB_CONFLICT', 'another time on each machine', '--start 2026-11-21T09:01:05Z'],
  ])('%s with %j is refused, with what would do', (text, changes, code, message, remedy) => {
    expect(() => read(text, changes)).toThrow(
      expect.objectContaining({
        code,
        message: expect.stringContaining(message),
        remedy: expect.stringContaining(remedy),
      }),
    );
  });
});
