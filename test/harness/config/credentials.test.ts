/** Where a log-in comes from, and what is said when half of it is missing. */
import { describe, expect, test } from '@jest/globals';
import { BenchError } from '../../../harness/cli/bench-error.ts';
import { credentialsOf, type SaidServer } from '../../../harness/config/credentials.ts';
import { flagSource } from '../../../harness/config/source.ts';

const at = (flag: string, text: string): SaidServer => ({ text, source: flagSource(flag) });

test('a URL says who logs in, and the environment whatever no URL says', () => {
  const environment = {
    OMEGABENCH_REDIS_PASSWORD: 'from environment',
    OMEGABENCH_REDIS_USERNAME: 'eve',
    OMEGABENCH_KAFKA_USERNAME: 'kay',
    OMEGABENCH_KAFKA_PASSWORD: 'k',
  };
  const inUrl = { store: at('store', 'redis://:in-url@h') };
  expect(credentialsOf(inUrl, environment)).toEqual({
    store: { password: 'in-url' },
    speedStore: { password: 'in-url' },
  });
  const nowhere = { log: at('log', 'kafka://h'), store: at('store', 'redis://h') };
  expect(credentialsOf(nowhere, environment)).toEqual({
    log: { username: 'kay', password: 'k' },
    store: { username: 'eve', password: 'from environment' },
    speedStore: { username: 'eve', password: 'from environment' },
  });
  expect(credentialsOf({ store: at('store', 'redis://bob@h') }, environment).store).toEqual({
    username: 'bob',
    password: 'from environment',
  });
});

test('nobody logs in where nothing was said, or at what is embedded', () => {
  expect(credentialsOf({ store: at('store', 'redis://h') }, {})).toEqual({});
  expect(credentialsOf({ store: at('store', 'redis://h') }, { OMEGABENCH_REDIS_PASSWORD: '' })).toEqual({});
  const files = { log: at('log', 'files'), store: at('store', 'lmdb') };
  expect(credentialsOf(files, { OMEGABENCH_REDIS_PASSWORD: 'x' })).toEqual({});
});

test('the engine has the log-in of a gateway before it, if there is one', () => {
  const environment = { OMEGABENCH_FLINK_USERNAME: 'fay', OMEGABENCH_FLINK_PASSWORD: 'f' };
  expect(credentialsOf({ engine: at('engine', 'flink://h') }, environment)).toEqual({
    engine: { username: 'fay', password: 'f' },
  });
  expect(credentialsOf({ engine: at('engine', 'flinks://u:p@h') }, environment)).toEqual({
    engine: { username: 'u', password: 'p' },
  });
  expect(credentialsOf({ engine: at('engine', 'embedded') }, environment)).toEqual({});
  expect(() => credentialsOf({ engine: at('engine', 'flink://:p@h') }, {})).toThrow('a password and no user name');
});

test('the speed store has a log-in of its own if it was said', () => {
  const said = { store: at('store', 'redis://:one@h'), speedStore: at('speed-store', 'cassandra://u:two@h') };
  expect(credentialsOf(said, {})).toEqual({
    store: { password: 'one' },
    speedStore: { username: 'u', password: 'two' },
  });
  expect(credentialsOf({ ...said, speedStore: at('speed-store', 'redis://other') }, {})).toEqual({
    store: { password: 'one' },
  });
});

describe('half of a log-in', () => {
  test.each([
    ['redis://bob@h', {}, '--store redis://h is given a user name and no password', 'REDIS'],
    ['redis://h', { OMEGABENCH_REDIS_USERNAME: 'bob' }, '--store redis://h is given a user name and no', 'REDIS'],
    ['cassandra://:pw@h', {}, '--store cassandra://h is given a password and no user name', 'CASSANDRA'],
  ])('%s with %j is refused', (text, environment, message, variable) => {
    let error: unknown;
    try {
      credentialsOf({ store: at('store', text) }, environment);
    } catch (thrown) {
      error = thrown;
    }
    if (!(error instanceof BenchError)) throw new Error('it was accepted');
    expect(error.message).toContain(message);
    expect(error.remedy).toBe(
      `Set OMEGABENCH_${variable}_USERNAME and OMEGABENCH_${variable}_PASSWORD, or write user:password@ before the host.`,
    );
  });
});
