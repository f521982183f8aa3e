import { describe, expect, test } from '@jest/globals';
import { architectures } from '../../../architectures/registry.ts';
import { unorderedEventsOf } from '../../../harness/run/unordered-events.ts';
import type { Declaration } from '../../../substrates/declaration.ts';

const EMBEDDED = 'lmdb';
const CASSANDRA = 'cassandra://127.0.0.1:9042/keyspace?dc=datacenter1';
const of = (name: string, store: string, speedStore = store) =>
  unorderedEventsOf({ store, speedStore }, architectures.find((each) => each.name === name) as Declaration);

describe('increments may overtake each other', () => {
  test('within a batch on Cassandra, and nowhere else', () => {
    expect(of('alpha', CASSANDRA)).toBe(1000);
    expect(of('alpha', EMBEDDED)).toBe(0);
    expect(of('alpha', 'redis://127.0.0.1:6379/0')).toBe(0);
  });

  test('where the speed store is on Cassandra, whatever the serving store is', () => {
    expect(of('lambda', EMBEDDED, CASSANDRA)).toBe(1000);
    expect(of('lambda', CASSANDRA, EMBEDDED)).toBe(0);
  });

  test('but upserts may not', () => {
    for (const name of ['batch', 'beta', 'omega', 'omega-prime']) expect(of(name, CASSANDRA)).toBe(0);
  });
});
