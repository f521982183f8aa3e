/** What a Flink cluster does not run is refused with the reason, before anything starts. */
import { expect, test } from '@jest/globals';
import { resolveConfig } from '../../../harness/config/resolve.ts';

const known = { architectures: ['batch', 'alpha', 'lambda', 'beta', 'omega', 'omega-prime'], faults: ['crash'] };
const FLINK = { engine: 'flink://h:8081', log: 'kafka://h:9092', store: 'redis://h:6379/0' };

function resolve(flags: Record<string, string>) {
  const texts = Object.fromEntries(Object.entries(flags).map(([flag, text]) => [flag, [text]]));
  return resolveConfig({ flags: texts, known, arguments: [] });
}

test('an hour that nobody has said is long enough for a batch job on Flink, and as ever without one', () => {
  expect(resolve({ ...FLINK, quick: 'true' }).hourMs).toBe(20_000);
  expect(resolve({ ...FLINK, quick: 'true', architectures: 'omega,beta' }).hourMs).toBe(2000);
  expect(resolve({ quick: 'true' }).hourMs).toBe(2000);
});

test.each([
  [{ ...FLINK, hour: '5s' }, /--hour 5s is too short for batch and lambda on Flink.*submit one takes seconds/],
  [{ engine: FLINK.engine, store: FLINK.store }, /cannot read a log of files/],
  [{ engine: FLINK.engine, log: FLINK.log }, /embedded store, which batch, alpha, lambda, beta, omega would do/],
  [{ ...FLINK, store: 'redis://a:1,b:2/0' }, /cannot write to a Redis cluster/],
  [{ ...FLINK, increment: 'read-modify-write' }, /--increment read-modify-write is not done on Flink/],
  [{ ...FLINK, 'alpha-commit': 'with-write' }, /--alpha-commit with-write is not done on Flink/],
  [{ ...FLINK, 'flink-parallelism': '5' }, /--flink-parallelism 5 is more than the 4 partitions/],
  [{ ...FLINK, 'redis-client': 'raw' }, /--redis-client has no effect: a job on Flink has a client of its own/],
  [{ 'flink-state-backend': 'rocksdb' }, /--flink-state-backend has no effect: the engine is not Flink/],
  [{ engine: 'kafka://h:1' }, /--engine kafka:\/\/h:1: that is a log and no engine/],
])('%j is refused', (flags, reason) => {
  expect(() => resolve(flags as Record<string, string>)).toThrow(reason);
});

test('omega-prime needs no store, and other architectures no long hour', () => {
  const { architectures, engine } = resolve({ engine: FLINK.engine, log: FLINK.log, architectures: 'omega-prime' });
  expect({ architectures, engine }).toEqual({ architectures: ['omega-prime'], engine: 'flink://h:8081' });
  expect(resolve({ ...FLINK, architectures: 'alpha', hour: '1s' }).hourMs).toBe(1000);
});
