/**
 * Ceilings of the servers that a person names, without a run: what `omegabench calibrate --log … --store …` measures.
 * Topics, keys and tables are of this calibration alone, and are removed again.
 */
import { MonotonicClock } from '../../substrates/clock.ts';
import type { StoreName } from '../../substrates/declaration.ts';
import type { KeyValueStoreBinding } from '../../substrates/key-value-store/key-value-store.ts';
import { createStore, removeStore, warmUpStore } from '../../substrates/key-value-store/open-store.ts';
import type { ServerCredentials } from '../config/credentials.ts';
import type { RunConfig } from '../config/run-config.ts';
import { realServersOf } from '../faults/real-servers.ts';
import type { ServerCeiling } from '../results/schema.ts';
import { logBindingOf, storeBindingOf } from '../run/bindings.ts';
import type { ProgressSink } from '../run/progress-sink.ts';
import { freshRunId } from '../run/run-id.ts';
import { ceilingTitle } from './ceiling-titles.ts';
import { hasSpeedServer, serverCeilings } from './server-ceilings.ts';

export interface ServerCalibrationOptions {
  quick: boolean;
  progress: ProgressSink;
  /** Heeded between two ceilings, and not while Cassandra warms up. */
  signal: AbortSignal;
}

/** Time for each ceiling, and for a Cassandra that was just started and does a third of what it can. */
const BUDGET = { full: { timeMs: 1000, warmUpSeconds: 60 }, quick: { timeMs: 300, warmUpSeconds: 20 } } as const;

/** One after another; none where all is embedded. Rejects with the signal's reason, or with the error of a server. */
export async function calibrateServers(
  config: RunConfig,
  credentials: ServerCredentials,
  { quick, progress, signal }: ServerCalibrationOptions,
): Promise<ServerCeiling[]> {
  const { timeMs, warmUpSeconds } = quick ? BUDGET.quick : BUDGET.full;
  const name = `calibrate-${freshRunId()}`;
  const log = logBindingOf(config, credentials, { name, partitions: 1, folder: '' });
  const stores: Partial<Record<StoreName, KeyValueStoreBinding>> = {};
  for (const role of await storesToMeasure(config)) {
    stores[role] = storeBindingOf(config, credentials, role, { name, folder: '', sync: false });
  }
  for (const store of Object.values(stores)) {
    if (store.kind !== 'cassandra') continue;
    signal.throwIfAborted();
    progress.phase('calibrate', `warming Cassandra up for ${warmUpSeconds} s`);
    await warmedUp(store, warmUpSeconds);
  }
  const begin = (ceiling: string): void => progress.phase('calibrate', ceilingTitle(ceiling));
  return serverCeilings(log, stores, { clock: new MonotonicClock(0), timeMs, signal, begin });
}

async function storesToMeasure(config: RunConfig): Promise<StoreName[]> {
  // Nothing is killed here: whose server it is does not matter.
  const servers = await realServersOf(config, { ownedService: () => undefined });
  return hasSpeedServer(servers) ? ['serving', 'speed'] : ['serving'];
}

async function warmedUp(store: KeyValueStoreBinding, seconds: number): Promise<void> {
  await createStore(store);
  try {
    await warmUpStore(store, seconds);
  } finally {
    await removeStore(store);
  }
}
