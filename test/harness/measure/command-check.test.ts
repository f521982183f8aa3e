import { expect, test } from '@jest/globals';
import { checkCommands, commandDifferences } from '../../../harness/measure/command-check.ts';

const before = { hincrby: 100, hset: 7, info: 3 };

test('what was sent is set beside what the server has counted in between', () => {
  expect(
    checkCommands({ hset: 2, hincrby: 50, hmget: 1 }, before, { hincrby: 150, hset: 9, info: 9, hmget: 1 }),
  ).toEqual([
    { command: 'hincrby', sent: 50, counted: 50 },
    { command: 'hmget', sent: 1, counted: 1 },
    { command: 'hset', sent: 2, counted: 2 },
  ]);
});

test('a difference is a sentence, in either direction, and equality is none', () => {
  const checks = checkCommands({ hincrby: 51, hset: 1, hmget: 0 }, before, { hincrby: 150, hset: 9 });
  expect(commandDifferences('serving', checks)).toEqual([
    "the serving store's server counted 50 hincrby commands, and 51 were sent",
    "the serving store's server counted 2 hset commands, and 1 were sent",
  ]);
  expect(commandDifferences('serving', checkCommands({}, before, before))).toEqual([]);
});
