/** The servers of a run are read off its configuration. */
import { expect, test } from '@jest/globals';
import { runConfigSchema, withDefaults } from '../../../harness/config/run-config.ts';
import { realServersOf } from '../../../harness/faults/real-servers.ts';

const configOf = (said: object) =>
  runConfigSchema.parse(withDefaults({ architectures: ['alpha'], ...said }, ['alpha']));
const nobodys = { ownedService: () => undefined };

test('an embedded run has none', async () => {
  expect(await realServersOf(configOf({}), nobodys)).toEqual([]);
});

test('a store without a speed store of its own is one server with two uses, and the log is another', async () => {
  const said = { log: 'kafka://127.0.0.1:19092/p', store: 'redis://127.0.0.1:16379/3', ownsServers: true };
  expect(await realServersOf(configOf(said), nobodys)).toEqual([
    { kind: 'kafka', nodes: ['127.0.0.1:19092'], roles: ['log'], ownership: 'claimed', survivesKill: true },
    {
      kind: 'redis',
      nodes: ['127.0.0.1:16379'],
      roles: ['serving', 'speed'],
      ownership: 'claimed',
      survivesKill: false,
    },
  ]);
});
