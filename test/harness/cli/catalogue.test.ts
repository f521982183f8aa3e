/** What the list of faults says of those that strike real servers alone. */
import { expect, test } from '@jest/globals';
import { catalogue } from '../../../harness/cli/catalogue.ts';

const faults = new Map(catalogue().faults.map((entry) => [entry.name, entry]));

test('faults of networks and servers are said to strike real servers only, and what comes of it', () => {
  for (const kind of ['network-reset', 'network-delay', 'network-drop', 'network-reply-lost', 'server-kill']) {
    expect(faults.get(kind)?.description).toContain('Only on real servers');
    expect(faults.get(kind)?.expected?.alpha).not.toContain('not applicable');
  }
  expect(faults.get('network-reply-lost')?.expected).toMatchObject({
    alpha: 'repeats',
    omega: 'stale',
    'omega-prime': expect.stringContaining('it writes to no server'),
  });
  expect(faults.get('server-kill')?.expected).toMatchObject({ alpha: 'loses', beta: 'loses', 'omega-prime': 'stale' });
});

test('what a server that survives a kill makes of it is said too, where it differs', () => {
  expect(faults.get('server-kill')?.description).toMatch(/; on Cassandra: stale: batch, .*may-repeat: alpha/);
  expect(faults.get('network-reset')?.description).not.toContain('Cassandra');
});

test('faults that strike embedded substrates too are listed as before', () => {
  expect(faults.get('store-outage')?.description).not.toContain('real servers');
  expect(faults.get('store-outage')?.expected).toMatchObject({
    alpha: 'stale',
    'omega-prime': 'not applicable: it has no store',
  });
});
