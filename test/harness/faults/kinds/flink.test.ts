/** Which faults a job on Flink can be struck by, whose cluster may be, and what the counts are afterwards. */
import { describe, expect, test } from '@jest/globals';
import { findArchitecture } from '../../../../architectures/registry.ts';
import { spellExpected, whyNot } from '../../../../harness/faults/fault.ts';
import { specificationsOf } from '../../../../harness/faults/fault-plan.ts';
import { needsNetwork, whyForbidden } from '../../../../harness/faults/permission.ts';
import type { ServerFacts } from '../../../../harness/faults/proxy/servers.ts';
import { faultDefinition } from '../../../../harness/faults/registry.ts';
import type { Declaration } from '../../../../substrates/declaration.ts';

const find = (name: string): Declaration => findArchitecture(name) as Declaration;
const server = (
  kind: ServerFacts['kind'],
  roles: ServerFacts['roles'],
  more: Partial<ServerFacts> = {},
): ServerFacts => ({
  kind,
  nodes: [`${kind}:1`],
  roles,
  ownership: 'started',
  survivesKill: true,
  ...more,
});
const kafka = server('kafka', ['log']);
const redis = server('redis', ['serving', 'speed']);
const flink = server('flink', ['engine']);
const onFlink = [kafka, redis, flink];
const situation = {
  declaration: find('omega'),
  partition: 1,
  startMs: 1000,
  atMs: 4000,
  hourMs: 2000,
  offsetAt: (timeMs: number) => timeMs / 10,
};

describe('on Flink', () => {
  test.each(['kill-at-failpoint', 'store-outage', 'zombie', 'corrupt-checkpoint', 'server-kill', 'network-reply-lost'])(
    'nothing reaches into workers, so %s cannot strike',
    (kind) => {
      expect(whyNot(faultDefinition(kind), find('alpha'), onFlink)).toMatch(/nothing of ours reaches into its workers/);
    },
  );

  test.each(['crash', 'late-events', 'duplicate-events', 'generator-stall', 'slow-query-path'])('%s can', (kind) => {
    expect(whyNot(faultDefinition(kind), find('alpha'), onFlink)).toBeUndefined();
  });

  test('the network to Redis can be struck, and that to others cannot, which name their nodes themselves', () => {
    expect(whyNot(faultDefinition('network-reset'), find('alpha'), onFlink)).toBeUndefined();
    const cassandra = server('cassandra', ['serving', 'speed']);
    expect(whyNot(faultDefinition('network-reset'), find('alpha'), [kafka, cassandra, flink])).toMatch(
      /no proxy of ours/,
    );
    expect(whyNot(faultDefinition('flink-slow-sink'), find('omega-prime'), onFlink)).toMatch(/writes to no Redis/);
    expect(needsNetwork([{ kind: 'flink-slow-sink' }])).toBe(true);
  });

  test('a crash is one kill at the stream position: there is no failpoint for a second', () => {
    expect(specificationsOf('crash', 'crash', situation, 1, onFlink)).toMatchObject([
      { trigger: { at: 'position', partition: 1, offset: 400 } },
    ]);
    expect(specificationsOf('crash', 'crash', situation, 1, [kafka, redis])).toHaveLength(2);
  });

  test('what is written apart from its position may be counted again, and nothing else', () => {
    const expected = (name: string) => spellExpected(faultDefinition('flink-task-manager-kill'), find(name), onFlink);
    expect(['beta', 'omega', 'omega-prime'].map(expected)).toEqual(['exact', 'exact', 'exact']);
    expect(expected('alpha')).toBe('may-repeat');
    expect(expected('lambda')).toBe('exact (speed store: may-repeat)');
  });

  test('no process of others is killed, also where the user owns the network', () => {
    for (const ownership of ['claimed', 'foreign'] as const) {
      const theirs = [kafka, redis, server('flink', ['engine'], { ownership })];
      for (const kind of ['crash', 'flink-task-manager-kill', 'flink-job-manager-kill', 'flink-checkpoint-storage']) {
        expect(whyForbidden([{ kind }], [find('omega')], theirs)).toMatch(/was not started by omegabench/);
      }
    }
    expect(whyForbidden([{ kind: 'crash' }], [find('omega')], onFlink)).toBeUndefined();
    expect(
      whyForbidden([{ kind: 'crash' }], [find('omega')], [server('redis', ['serving'], { ownership: 'foreign' })]),
    ).toBe(undefined);
  });
});

test.each(['flink-task-manager-kill', 'flink-job-manager-kill', 'flink-checkpoint-storage', 'flink-slow-sink'])(
  '%s has nothing to strike where the job does not run on Flink',
  (kind) => {
    expect(whyNot(faultDefinition(kind), find('omega'), [kafka, redis])).toBe('the job does not run on Flink');
    expect(faultDefinition(kind).whyNot(find('omega'), [])).toBe('the job does not run on Flink');
  },
);

test('a batch job takes no checkpoints that could fail', () => {
  expect(whyNot(faultDefinition('flink-checkpoint-storage'), find('batch'), onFlink)).toMatch(/takes no checkpoints/);
  expect(whyNot(faultDefinition('flink-checkpoint-storage'), find('lambda'), onFlink)).toBeUndefined();
});
