/** The real servers of a run, from its configuration alone: known before anything is opened or made. */

import { parseEngineServer } from '../config/engine-url.ts';
import type { RunConfig } from '../config/run-config.ts';
import { spellHost } from '../config/server-url.ts';
import { flagSource } from '../config/source.ts';
import { logBindingOf, storeBindingOf } from '../run/bindings.ts';
import { flinkFacts, type ServerControl, type ServerFacts, serversOf } from './proxy/servers.ts';

export type RealServerPlaces = Pick<
  RunConfig,
  'log' | 'store' | 'speedStore' | 'framing' | 'codec' | 'redisClient' | 'redisResend' | 'ownsServers'
> &
  Partial<Pick<RunConfig, 'engine'>>;

/** None where everything is embedded. */
export async function realServersOf(config: RealServerPlaces, control: ServerControl): Promise<ServerFacts[]> {
  // Only hosts and ports count here: nothing of this name is ever made.
  const anywhere = { name: 'servers', folder: '', partitions: 1, sync: false };
  const log = logBindingOf(config, {}, anywhere);
  const stores = {
    serving: storeBindingOf(config, {}, 'serving', anywhere),
    speed: storeBindingOf(config, {}, 'speed', anywhere),
  };
  const servers = await serversOf(log, stores, control, config.ownsServers);
  const { server } = parseEngineServer(config.engine ?? 'embedded', flagSource('engine'));
  if (server.kind === 'embedded') return servers;
  return [...servers, await flinkFacts(spellHost(server.rest), control, config.ownsServers)];
}
