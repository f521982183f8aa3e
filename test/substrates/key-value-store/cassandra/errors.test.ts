/** What an error of the driver says about the server and about a write. */
import { describe, expect, test } from '@jest/globals';
import { errors, types } from 'cassandra-driver';
import { appliedAfter, explain } from '../../../../substrates/key-value-store/cassandra/errors.ts';
import { tableName } from '../../../../substrates/key-value-store/cassandra/table-names.ts';
import { StoreUnavailableError } from '../../../../substrates/key-value-store/key-value-store.ts';
import { bindingOf } from './cassandra-support.ts';

const { responseErrorCodes: codes } = types;
const answer = (code: number): Error => new errors.ResponseError(code, 'the server says');
const socketError = (written: boolean): Error =>
  Object.assign(new Error('Socket was closed'), { isSocketError: true, requestNotWritten: !written });
const everyHost = (inner: Error): Error => new errors.NoHostAvailableError({ '127.0.0.1:9042': inner });
const BINDING = bindingOf('cassandra://db.example:9042', { credentials: { username: 'me', password: 'hush' } });

describe('what is known of a write', () => {
  test.each([
    ['too few replicas', answer(codes.unavailableException), 'no'],
    ['an overloaded server', answer(codes.overloaded), 'no'],
    ['a write that timed out on the server', answer(codes.writeTimeout), 'unknown'],
    ['no answer', new errors.OperationTimedOutError('no answer', 'db'), 'unknown'],
    ['a connection that broke before the request left', socketError(false), 'no'],
    ['a connection that broke afterwards', socketError(true), 'unknown'],
    ['no host that can be reached', everyHost(new Error('connect ECONNREFUSED')), 'no'],
    ['every host tried, one without an answer', everyHost(new errors.OperationTimedOutError('late')), 'unknown'],
    ['a table that is gone', answer(codes.invalid), undefined],
    ['a programming error', new TypeError('not a function'), undefined],
  ])('%s', (_name, error, applied) => {
    expect(appliedAfter(error)).toBe(applied);
  });
});

describe('messages', () => {
  test('an unreachable store is told from one that refuses', () => {
    const away = explain(everyHost(new Error('connect ECONNREFUSED')), BINDING, 'a write of values');
    expect(away).toBeInstanceOf(StoreUnavailableError);
    expect(away.message).toBe(
      'Cassandra at db.example:9042, keyspace omegabench_test: a write of values failed: connect ECONNREFUSED',
    );
    const refused = explain(answer(codes.unauthorized), BINDING, 'a read of values');
    expect(refused).not.toBeInstanceOf(StoreUnavailableError);
    expect(refused.message).toMatch(/the server says; grant the role SELECT and MODIFY/);
  });

  test('no message holds a password', () => {
    for (const error of [answer(codes.invalid), everyHost(new Error('connect ECONNREFUSED'))]) {
      expect(explain(error, BINDING, 'a write').message).not.toContain('hush');
    }
  });

  test('a prefix that cannot begin the name of a table is refused', () => {
    expect(tableName('run_7', 'counters')).toBe('run_7_counters');
    for (const prefix of ['', 'a-b', 'a"b', 'a.b'])
      expect(() => tableName(prefix, 'counters')).toThrow(/letters, digits/);
  });
});
