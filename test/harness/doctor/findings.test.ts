/** Judgements of facts made by hand: what is well, what is a warning, what is a problem, and what to do. */
import { describe, expect, test } from '@jest/globals';
import { judgeCassandra } from '../../../harness/doctor/cassandra-findings.ts';
import { type Finding, finding, hasProblem, judgeClock, judgeRoundTrip } from '../../../harness/doctor/findings.ts';
import { judgeKafka } from '../../../harness/doctor/kafka-findings.ts';
import { judgeMachine, type MachineFacts } from '../../../harness/doctor/machine-findings.ts';
import { judgeRedis } from '../../../harness/doctor/redis-findings.ts';
import { quietMachine } from '../cli/fake-dependencies.ts';
import { goodCassandra, goodKafka, goodRedis } from './server-facts.ts';

/** The findings that are not ok, as `level check`. */
function faults(findings: readonly Finding[]): string[] {
  return findings.filter(({ level }) => level !== 'ok').map(({ level, check }) => `${level} ${check}`);
}

function one(findings: readonly Finding[], check: string): Finding & { remedy?: string } {
  const found = findings.find((candidate) => candidate.check === check);
  if (found === undefined) throw new Error(`there is no finding on ${check}`);
  return found;
}

describe('a finding', () => {
  const seen = { check: 'c', found: 'f', why: 'w' };

  test('is ok if no fault holds, and has the remedy of the worst that does', () => {
    const warning = { level: 'warning' as const, when: true, remedy: 'mend a little' };
    const problem = { level: 'problem' as const, when: true, remedy: 'mend' };
    expect(finding(seen, { ...warning, when: false })).toEqual({ ...seen, level: 'ok' });
    expect(finding(seen, warning, problem)).toEqual({ ...seen, level: 'problem', remedy: 'mend' });
    expect(finding(seen, { ...problem, when: false }, warning)).toMatchObject({ level: 'warning' });
  });

  test('makes an examination unhealthy only as a problem', () => {
    const of = (level: 'ok' | 'warning' | 'problem') =>
      hasProblem([{ subject: 's', findings: [level === 'ok' ? { ...seen, level } : { ...seen, level, remedy: 'r' }] }]);
    expect([of('ok'), of('warning'), of('problem')]).toEqual([false, false, true]);
  });
});

test.each([
  [0, 0, 'ok'],
  [250, 0, 'ok'],
  [-251, 0, 'warning'],
  [300, 60, 'ok'],
  [60_000, 0, 'warning'],
  [-60_001, 0, 'problem'],
])('a clock that is %d ms off, give or take %d, is %s', (differenceMs, uncertainMs, level) => {
  expect(judgeClock(differenceMs, uncertainMs).level).toBe(level);
});

test('a clock is said to be behind or ahead', () => {
  expect(judgeClock(-1200.4, 0).found).toBe('1200 ms behind this machine');
  expect(judgeClock(12, 0).found).toBe('12 ms ahead of this machine');
});

test('a round trip of more than 5 ms is a warning', () => {
  expect(judgeRoundTrip(5)).toMatchObject({ level: 'ok', found: '5.0 ms' });
  expect(judgeRoundTrip(12.4)).toMatchObject({ level: 'warning', found: '12 ms' });
});

describe('this machine', () => {
  const changed = (changes: Partial<MachineFacts>): string[] => faults(judgeMachine({ ...quietMachine, ...changes }));
  const GIB = 1024 ** 3;

  test('is well when it is quiet, and each thing is said with why it matters', () => {
    const findings = judgeMachine(quietMachine);
    expect(faults(findings)).toEqual([]);
    expect(findings.map(({ check }) => check)).toEqual(['cores', 'load', 'memory', 'disk', 'CPU governor', 'Node.js']);
    expect(findings.every(({ why }) => why.length > 10)).toBe(true);
  });

  test.each<[string, Partial<MachineFacts>, string[]]>([
    ['one core', { usableCores: 1 }, ['warning cores']],
    ['two cores, busy for half a core', { usableCores: 2, loadAverage: 0.5 }, []],
    ['two cores, busy for more', { usableCores: 2, loadAverage: 0.51 }, ['warning load']],
    ['2 GiB available', { freeMemoryBytes: 2 * GIB }, []],
    ['less', { freeMemoryBytes: 2 * GIB - 1 }, ['warning memory']],
    ['less than half a GiB', { freeMemoryBytes: GIB / 2 - 1 }, ['problem memory']],
    ['3 GiB of disk', { freeDiskBytes: 3 * GIB }, ['warning disk']],
    ['half a GiB of disk', { freeDiskBytes: GIB / 2 }, ['problem disk']],
    ['cores that save power', { cpuGovernors: ['performance', 'powersave'] }, ['warning CPU governor']],
    ['cores that do not tell', { cpuGovernors: [] }, []],
    ['Node 20.18', { nodeVersion: 'v20.18.3' }, ['problem Node.js']],
    ['Node 22.12', { nodeVersion: 'v22.12.0' }, []],
    ['Node 23', { nodeVersion: 'v23.1.0' }, ['problem Node.js']],
    ['Node 24', { nodeVersion: 'v24.0.0' }, []],
  ])('%s', (_, changes, expected) => {
    expect(changed(changes)).toEqual(expected);
  });
});

describe('Redis', () => {
  const changed = (changes: Partial<typeof goodRedis>, cluster = false) =>
    judgeRedis([{ ...goodRedis, ...changes }], cluster);

  test('without snapshots, eviction or a limit is well', () => {
    expect(faults(changed({}))).toEqual([]);
    expect(faults(changed({ version: 'Valkey 9.1.2' }))).toEqual([]);
  });

  test.each<[string, Partial<typeof goodRedis>, string[]]>([
    ['an old version', { version: 'Redis 5.0.14' }, ['warning version']],
    ['a version that is not told', { version: 'Redis of unknown version' }, ['warning version']],
    ['a replica', { role: 'slave' }, ['problem role']],
    ['a cluster that was not said to be one', { clusterEnabled: true, role: 'slave' }, ['problem cluster']],
    ['eviction that cannot happen yet', { evictionPolicy: 'allkeys-lru' }, ['warning eviction']],
    ['eviction', { evictionPolicy: 'volatile-ttl', maxMemoryBytes: 1e9 }, ['problem eviction']],
    ['a limit with room', { maxMemoryBytes: 2e6 }, []],
    ['a limit that is near', { maxMemoryBytes: 1.9e6 }, ['warning memory']],
    ['a limit that is reached', { maxMemoryBytes: 1.1e6 }, ['problem memory']],
    ['snapshots', { persistence: 'no append-only file; snapshots 3600 1 300 100' }, ['warning persistence']],
    ['an append-only file', { persistence: 'append-only file; no snapshots' }, []],
    ['snapshots that are not told', { persistence: 'append-only file; snapshots: not told by the server' }, []],
    ['a clock that is off', { clockOffsetMs: 5000 }, ['warning clock']],
  ])('with %s', (_, changes, expected) => {
    expect(faults(changed(changes))).toEqual(expected);
  });

  test('of a cluster is judged node by node, and replicas in it are well', () => {
    const nodes = [
      { ...goodRedis, clusterEnabled: true },
      { ...goodRedis, clusterEnabled: true, port: 6380, role: 'slave', evictionPolicy: 'allkeys-lru' },
    ];
    expect(faults(judgeRedis(nodes, true))).toEqual(['warning eviction of localhost:6380']);
    expect(faults(changed({}, true))).toEqual(['problem cluster']);
  });

  test('is told what to do', () => {
    expect(one(changed({ clusterEnabled: true }), 'cluster').remedy).toBe(
      'Name two of its hosts or more: redis://first:6379,second:6379.',
    );
    expect(one(changed({}, true), 'cluster').remedy).toBe('Name one host alone: several in one URL are a cluster.');
    expect(one(changed({ maxMemoryBytes: 1.1e6 }), 'memory').found).toBe('977 KiB used of 1.0 MiB');
  });
});

describe('Cassandra', () => {
  const asked = { dataCenter: 'datacenter1', consistency: 'local-one' } as const;
  const changed = (changes: Partial<typeof goodCassandra>, consistency: 'local-one' | 'local-quorum' = 'local-one') =>
    judgeCassandra({ ...goodCassandra, ...changes }, { ...asked, consistency });

  test('with one node and a periodic commit log is well', () => {
    expect(faults(changed({}))).toEqual([]);
    expect(one(changed({}), 'consistency').found).toBe('local-one, 1 of 1 node in datacenter1');
  });

  test.each<[string, Partial<typeof goodCassandra>, string[]]>([
    ['an old version', { version: '3.11.4' }, ['warning version']],
    ['several nodes and a read of one replica', { nodes: { datacenter1: 3 } }, ['warning consistency']],
    ['a commit log that waits', { durability: 'commitlog_sync batch: a write is on the disk' }, ['warning commit log']],
    ['a commit log that is not told', { durability: 'commitlog_sync not readable' }, []],
    ['a long way', { clockUncertainMs: 20 }, ['warning round trip']],
    ['a clock that is off', { clockAheadMs: -90_000 }, ['problem clock']],
  ])('with %s', (_, changes, expected) => {
    expect(faults(changed(changes))).toEqual(expected);
  });

  test('with several nodes and a quorum is well', () => {
    expect(faults(changed({ nodes: { datacenter1: 3 } }, 'local-quorum'))).toEqual([]);
  });

  test('with another data centre is told its names', () => {
    const findings = changed({ nodes: { eu: 1 }, wrongDataCenter: 'Cassandra has no data centre "datacenter1"' });
    expect(one(findings, 'data centre')).toMatchObject({
      level: 'problem',
      found: 'there is no datacenter1; there are eu',
      remedy: 'Write ?dc=eu in the URL.',
    });
  });
});

describe('Kafka', () => {
  const changed = (changes: Partial<typeof goodKafka>) => judgeKafka({ ...goodKafka, ...changes });

  test('with one broker and its defaults is well', () => {
    expect(faults(changed({}))).toEqual([]);
    expect(one(changed({}), 'limits').found).toBe('messages 1.0 MiB, of our topics 2 MiB; requests 100 MiB');
  });

  test.each<[string, Partial<typeof goodKafka>, string[]]>([
    ['no broker', { brokers: 0, nodes: [], minInSyncReplicas: 0 }, ['problem brokers']],
    ['small requests', { limits: { 'socket.request.max.bytes': '1048576' } }, ['problem limits']],
    ['more replicas in sync than there are', { minInSyncReplicas: 2 }, ['problem replicas in sync']],
    ['as many', { minInSyncReplicas: 3, brokers: 5 }, []],
    ['more than our topics have', { minInSyncReplicas: 4, brokers: 5 }, ['problem replicas in sync']],
    ['a user without rights', { mayCreateTopics: false }, ['problem rights']],
    ['topics that make themselves', { autoCreateTopics: true }, ['warning automatic topics']],
    ['a long way', { roundTripMs: 40 }, ['warning round trip']],
  ])('with %s', (_, changes, expected) => {
    expect(faults(changed(changes))).toEqual(expected);
  });

  test('says nothing of what it does not tell', () => {
    const silent = judgeKafka({ reachable: true, nodes: ['h:1'], brokers: 1, limits: {}, roundTripMs: 1 });
    expect(silent.map(({ check }) => check)).toEqual(['brokers', 'round trip']);
  });
});
