/** What the run was measured on: the machine, its ceilings, and the substrates with their settings. */

import { MonotonicClock } from '../../substrates/clock.ts';
import { openFileLog } from '../../substrates/event-log/open-log.ts';
import { openLmdbStore } from '../../substrates/key-value-store/open-store.ts';
import { NodeRuntime } from '../../substrates/node-runtime.ts';
import { EmbeddedEngine } from '../../substrates/stream-engine/embedded/embedded-engine.ts';
import { calibrate, calibrationOf } from '../calibrate/calibrate.ts';
import { fingerprint } from '../environment/fingerprint.ts';
import { hostFacts } from '../environment/host-facts.ts';
import type { ResultEnvironment, Warning } from '../results/schema.ts';
import type { ActContext } from './act-context.ts';

export async function describeEnvironment(
  context: ActContext,
): Promise<{ environment: ResultEnvironment; warnings: Warning[] }> {
  const { config, workspace, progress, signal } = context;
  const host = fingerprint(hostFacts());
  const folder = await workspace.folder('environment');
  const log = await openFileLog({ kind: 'files', directory: `${folder}/log`, partitions: config.partitions });
  const store = await openLmdbStore({ kind: 'lmdb', directory: `${folder}/store`, sync: config.storeSync === 'on' });
  const engine = new EmbeddedEngine(new NodeRuntime(new MonotonicClock(0)), 0);
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
      eventLog: { name: log.binding.kind, settings: { ...log.settings } },
      keyValueStore: { name: store.binding.kind, settings: { ...store.settings } },
      streamEngine: { name: engine.name, settings: { ...engine.settings } },
    },
    calibration: calibrationOf(report),
  };
  await store.close();
  await log.close();
  await workspace.discard(folder);
  await workspace.discard(calibrationFolder);
  return { environment, warnings: host.warnings };
}
