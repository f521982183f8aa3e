/** The real servers of a run, from its configuration alone: known before anything is opened or made. */
import type { RunConfig } from '../config/run-config.ts';
import { logBindingOf, storeBindingOf } from '../run/bindings.ts';
import { type ServerControl, type ServerFacts, serversOf } from './proxy/servers.ts';

export type RealServerPlaces = Pick<
  RunConfig,
  'log' | 'store' | 'speedStore' | 'framing' | 'codec' | 'redisClient' | 'redisResend' | 'ownsServers'
>;

/** None where everything is embedded. */
export function realServersOf(config: RealServerPlaces, control: ServerControl): Promise<ServerFacts[]> {
  // Only hosts and ports count here: nothing of this name is ever made.
  const anywhere = { name: 'servers', folder: '', partitions: 1, sync: false };
  const log = logBindingOf(config, {}, anywhere);
  const stores = {
    serving: storeBindingOf(config, {}, 'serving', anywhere),
    speed: storeBindingOf(config, {}, 'speed', anywhere),
  };
  return serversOf(log, stores, control, config.ownsServers);
}
