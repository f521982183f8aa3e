/** Which servers have ceilings, and that a speed store on a server of its own is measured beside the store. */
import { expect, test } from '@jest/globals';
import { ceilingTitle } from '../../../harness/calibrate/ceiling-titles.ts';
import { hasSpeedServer, serverCeilings } from '../../../harness/calibrate/server-ceilings.ts';
import { MonotonicClock } from '../../../substrates/clock.ts';

const FILES = { kind: 'files', directory: '/nowhere', partitions: 1 } as const;
const LMDB = { kind: 'lmdb', directory: '/nowhere', sync: false } as const;
const clock = new MonotonicClock(0);

test('what is embedded has none, and nothing is opened for it', async () => {
  expect(await serverCeilings(FILES, { serving: LMDB, speed: LMDB }, { clock, timeMs: 1 })).toEqual([]);
});

test('the speed store has a server of its own where no serving store is', () => {
  expect(hasSpeedServer([])).toBe(false);
  expect(hasSpeedServer([{ roles: ['log'] }, { roles: ['serving', 'speed'] }])).toBe(false);
  expect(hasSpeedServer([{ roles: ['serving'] }, { roles: ['speed'] }])).toBe(true);
  expect(hasSpeedServer([{ roles: ['speed'] }])).toBe(true);
});

test('a ceiling has a name for people, and one of another version keeps its own', () => {
  expect(ceilingTitle('kafkaEventProducePerSecond')).toBe('Kafka, event framing');
  expect(ceilingTitle('redis raw, 1000 a batch')).toBe('Redis raw, 1000 a batch');
  expect(ceilingTitle('toString')).toBe('toString');
});
