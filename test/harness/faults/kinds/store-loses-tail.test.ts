import { describe, expect, test } from '@jest/globals';
import { architectures } from '../../../../architectures/registry.ts';
import { storeLosesTail } from '../../../../harness/faults/kinds/store-loses-tail.ts';
import type { ServerFacts } from '../../../../harness/faults/proxy/servers.ts';
import type { Declaration } from '../../../../substrates/declaration.ts';

const find = (name: string) => architectures.find((each) => each.name === name) as Declaration;
const server = (kind: ServerFacts['kind'], roles: ServerFacts['roles']): ServerFacts => ({
  kind,
  nodes: ['127.0.0.1:9042'],
  roles,
  ownership: 'started',
  survivesKill: true,
});
const both = ['serving', 'speed'] as const;
const REASON = 'Cassandra cannot set a counter back to what it held';

describe('a store that loses its tail', () => {
  test('is not Cassandra where its counters are incremented', () => {
    const servers = [server('cassandra', both)];
    expect(['alpha', 'lambda'].map((name) => storeLosesTail.whyNot(find(name), servers))).toEqual([REASON, REASON]);
    expect(['batch', 'beta', 'omega'].map((name) => storeLosesTail.whyNot(find(name), servers))).toEqual(
      new Array(3).fill(undefined),
    );
    const [window] = find('beta').stages;
    const stages = [{ ...window, onClose: { kind: 'increment', store: 'serving' } }] as Declaration['stages'];
    expect(storeLosesTail.whyNot({ ...find('beta'), stages }, servers)).toBe(REASON);
  });

  test('is any other, and lambda’s speed store where Cassandra serves alone', () => {
    expect(storeLosesTail.whyNot(find('alpha'))).toBeUndefined();
    expect(storeLosesTail.whyNot(find('alpha'), [server('redis', both)])).toBeUndefined();
    const apart = [server('cassandra', ['serving']), server('redis', ['speed'])];
    expect(storeLosesTail.whyNot(find('lambda'), apart)).toBeUndefined();
  });

  test('is none where nothing is stored', () => {
    expect(storeLosesTail.whyNot(find('omega-prime'))).toBe('it has no store');
  });
});
