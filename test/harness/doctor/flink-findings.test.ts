/** Judgements of Flink clusters made by hand. */
import { describe, expect, test } from '@jest/globals';
import type { Finding } from '../../../harness/doctor/findings.ts';
import { judgeFlink } from '../../../harness/doctor/flink-findings.ts';
import type { FlinkFacts } from '../../../substrates/stream-engine/flink/probe.ts';
import { goodFlink } from './server-facts.ts';

const changed = (changes: Partial<FlinkFacts>): Finding[] => judgeFlink({ ...goodFlink, ...changes });

function faults(findings: readonly Finding[]): string[] {
  return findings.filter(({ level }) => level !== 'ok').map(({ level, check }) => `${level} ${check}`);
}

describe('Flink', () => {
  test('as omegabench starts it is well', () => {
    expect(faults(changed({}))).toEqual([]);
    expect(changed({}).map(({ check, found }) => `${check}: ${found}`)).toEqual([
      'version: 2.3.0',
      'slots: 4 of 4 free',
      'task managers: 2',
      'jobs: 0 running',
      'submission: REST takes jars',
      'checkpoint storage: file:///state/checkpoints',
      'savepoints: file:///state/savepoints',
      'queryable state: on',
      'metrics: fetched every 250 ms',
      'REST answers: up to 100 ms old',
      'REST time-out: 5000 ms',
      'heartbeat: times out after 4000 ms',
      'round trip: 3.0 ms',
    ]);
  });

  test.each<[string, Partial<FlinkFacts>, string[]]>([
    ['another 2.x', { version: '2.2.0' }, ['warning version']],
    ['an old version', { version: '1.20.3' }, ['problem version']],
    ['a version that only begins alike', { version: '2.30.0' }, ['warning version']],
    ['no free slot', { freeSlots: 0 }, ['problem slots']],
    ['no task manager', { taskManagers: [], slots: 0, freeSlots: 0 }, ['problem slots', 'warning task managers']],
    ['one task manager', { taskManagers: ['a'] }, ['warning task managers']],
    ['a job of others', { runningJobs: 1 }, ['warning jobs']],
    ['no submission', { takesJars: false }, ['problem submission']],
    ['no checkpoint storage', { checkpointDirectory: undefined }, ['problem checkpoint storage']],
    ['local folders on two machines', { taskManagers: ['a', 'b'] }, ['warning checkpoint storage']],
    ['a shared folder on two machines', { taskManagers: ['a', 'b'], checkpointDirectory: 's3://b/c' }, []],
    ['no folder for savepoints', { savepointDirectory: undefined }, ['warning savepoints']],
    ['queryable state off', { queryableState: false }, ['problem queryable state']],
    ['metrics of a second', { metricsIntervalMs: 1000 }, []],
    ['the default of metrics', { metricsIntervalMs: 10_000 }, ['warning metrics']],
    ['no metrics', { metricsIntervalMs: 0 }, ['problem metrics']],
    [
      'the default of its REST API',
      { refreshIntervalMs: 3000, webTimeoutMs: 600_000 },
      ['warning REST answers', 'warning REST time-out'],
    ],
    ['the default of heartbeats', { heartbeatTimeoutMs: 50_000 }, ['warning heartbeat']],
    ['a long way', { roundTripMs: 40 }, ['warning round trip']],
  ])('with %s', (_, changes, expected) => {
    expect(faults(changed(changes))).toEqual(expected);
  });
});
