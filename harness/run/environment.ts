/** What the run was measured on: the machine, its ceilings, and the substrates with their settings. */

import { MonotonicClock } from '../../substrates/clock.ts';
import { openLog } from '../../substrates/event-log/open-log.ts';
import type { KeyValueStore, KeyValueStoreBinding } from '../../substrates/key-value-store/key-value-store.ts';
import { openStore, warmUpStore } from '../../substrates/key-value-store/open-store.ts';
import { storeClientSettings } from '../../substrates/stream-engine/flink/store-clients.ts';
import { calibrate, calibrationOf } from '../calibrate/calibrate.ts';
import { hasSpeedServer, serverCeilings } from '../calibrate/server-ceilings.ts';
import { isFlink } from '../config/run-config.ts';
import { fingerprint } from '../environment/fingerprint.ts';
import { hostFacts } from '../environment/host-facts.ts';
import type { ResultEnvironment, ServerCeiling, Warning } from '../results/schema.ts';
import type { ActContext } from './act-context.ts';
import type { RunServers } from './run-servers.ts';

export async function describeEnvironment(
  context: ActContext,
): Promise<{ environment: ResultEnvironment; warnings: Warning[] }> {
  const { workspace, progress, signal } = context;
  const host = fingerprint(hostFacts());
  const folder = await workspace.folder('environment');
  const { ceilings, ...described } = await describeSubstrates(context, folder);
  const calibrationFolder = await workspace.folder('calibration');
  const report = await calibrate({ directory: calibrationFolder, quick: true, progress, signal });
  const environment: ResultEnvironment = {
    os: host.os,
    cpuModel: host.cpuModel,
    cores: host.cores,
    memoryBytes: host.memoryBytes,
    nodeVersion: host.nodeVersion,
    packageVersion: host.packageVersion,
    ...(host.commit === 'unknown' ? {} : { commit: host.commit }),
    substrates: {
      ...described,
      streamEngine: await context.engine.describe(),
    },
    calibration: calibrationOf(report),
    ...(ceilings.length === 0 ? {} : { serverCeilings: ceilings }),
  };
  await workspace.discard(folder);
  await workspace.discard(calibrationFolder);
  return { environment, warnings: [...host.warnings, ...uncountedServers(context.servers)] };
}

/** A warning for each server whose CPU time nobody knows. */
export function uncountedServers(servers: Pick<RunServers, 'foreign'>): Warning[] {
  return servers.foreign().map(({ kind, roles }) => ({
    code: 'server-cpu-unknown',
    message:
      `The ${kind} server (${roles.join(', ')}) was not started by omegabench: its CPU time is in no figure, ` +
      'so events per CPU-second are too high.',
  }));
}

type Described = Pick<ResultEnvironment['substrates'], 'eventLog' | 'keyValueStore'> & { ceilings: ServerCeiling[] };

/**
 * A Cassandra that was just started does a third of what it can, and its compiler takes the generator's share. After
 * 20 s alpha had 4,000 events/s and the generator was 76 ms late at p99; later 10,700 and 31 ms.
 */
const WARM_UP_SECONDS = 60;
/** Time for each ceiling of a server. */
const SERVER_CEILING_MS = 300;

/** Who writes is the client that its figures are of. */
export function writerSettings(
  { binding, settings }: Pick<KeyValueStore, 'binding' | 'settings'>,
  engine: string,
): Record<string, string> {
  return { ...settings, ...(isFlink(engine) ? storeClientSettings[binding.kind] : {}) };
}

/** Opens a log and a store as the run will, and asks them what they are and what they reach. */
async function describeSubstrates(context: ActContext, folder: string): Promise<Described> {
  const { config, substrates, progress, signal } = context;
  const sync = config.storeSync === 'on';
  const logBinding = await substrates.log('environment', config.partitions, `${folder}/log`);
  const storeBinding = await substrates.store('environment', 'serving', { folder, sync });
  const stores: { serving: KeyValueStoreBinding; speed?: KeyValueStoreBinding } = { serving: storeBinding };
  try {
    if (hasSpeedServer(context.servers.facts)) {
      stores.speed = await substrates.store('environment', 'speed', { folder, sync });
    }
    const log = await openLog(logBinding);
    const store = await openStore(storeBinding);
    const described: Omit<Described, 'ceilings'> = {
      eventLog: { name: log.binding.kind, settings: { ...log.settings } },
      keyValueStore: { name: store.binding.kind, settings: writerSettings(store, config.engine) },
    };
    await store.close();
    await log.close();
    for (const binding of Object.values(stores)) {
      if (binding.kind !== 'cassandra') continue;
      progress.phase('calibrate', `warming Cassandra up for ${WARM_UP_SECONDS} s`);
      await warmUpStore(binding, WARM_UP_SECONDS);
      described.keyValueStore.settings.warmUp = `${WARM_UP_SECONDS} s of writes and reads before the first act`;
    }
    if (context.servers.facts.length > 0) progress.phase('calibrate', 'servers and clients');
    const options = { clock: new MonotonicClock(0), timeMs: SERVER_CEILING_MS, signal };
    return { ...described, ceilings: await serverCeilings(logBinding, stores, options) };
  } finally {
    for (const binding of Object.values(stores)) await substrates.removeStore(binding);
    await substrates.removeLog(logBinding);
  }
}
