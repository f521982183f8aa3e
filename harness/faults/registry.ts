/** All kinds of faults, in the order of the fault matrix. */
import type { FaultDefinition } from './fault.ts';
import { checkpointsCorrupt } from './kinds/checkpoints-corrupt.ts';
import { checkpointsLost } from './kinds/checkpoints-lost.ts';
import { corruptCheckpoint } from './kinds/corrupt-checkpoint.ts';
import { crash } from './kinds/crash.ts';
import { duplicateDelivery } from './kinds/duplicate-delivery.ts';
import { duplicateEvents } from './kinds/duplicate-events.ts';
import { flinkCheckpointStorage } from './kinds/flink-checkpoint-storage.ts';
import { flinkJobManagerKill } from './kinds/flink-job-manager-kill.ts';
import { flinkSlowSink } from './kinds/flink-slow-sink.ts';
import { flinkTaskManagerKill } from './kinds/flink-task-manager-kill.ts';
import { generatorStall } from './kinds/generator-stall.ts';
import { killAtFailpoint } from './kinds/kill-at-failpoint.ts';
import { killAtPosition } from './kinds/kill-at-position.ts';
import { killInRecovery } from './kinds/kill-in-recovery.ts';
import { killRepeatedly } from './kinds/kill-repeatedly.ts';
import { lateEvents } from './kinds/late-events.ts';
import { midFlush } from './kinds/mid-flush.ts';
import { midPublish } from './kinds/mid-publish.ts';
import { networkBlackHole } from './kinds/network-black-hole.ts';
import { networkDelay } from './kinds/network-delay.ts';
import { networkDrop } from './kinds/network-drop.ts';
import { networkReplyLost } from './kinds/network-reply-lost.ts';
import { networkReset } from './kinds/network-reset.ts';
import { outOfOrder } from './kinds/out-of-order.ts';
import { partitionFromLog } from './kinds/partition-from-log.ts';
import { replyLost } from './kinds/reply-lost.ts';
import { serverKill } from './kinds/server-kill.ts';
import { slowQueryPath } from './kinds/slow-query-path.ts';
import { slowStore } from './kinds/slow-store.ts';
import { storeLosesTail } from './kinds/store-loses-tail.ts';
import { storeOutage } from './kinds/store-outage.ts';
import { workerClockOff } from './kinds/worker-clock-off.ts';
import { zombie } from './kinds/zombie.ts';

export const faultDefinitions: readonly FaultDefinition[] = [
  crash,
  killAtPosition,
  killRepeatedly,
  killAtFailpoint,
  killInRecovery,
  storeOutage,
  networkDrop,
  networkBlackHole,
  storeLosesTail,
  serverKill,
  replyLost,
  networkReplyLost,
  networkReset,
  slowStore,
  networkDelay,
  partitionFromLog,
  zombie,
  duplicateDelivery,
  duplicateEvents,
  outOfOrder,
  lateEvents,
  corruptCheckpoint,
  checkpointsLost,
  checkpointsCorrupt,
  midPublish,
  midFlush,
  slowQueryPath,
  generatorStall,
  workerClockOff,
  flinkTaskManagerKill,
  flinkJobManagerKill,
  flinkCheckpointStorage,
  flinkSlowSink,
];

/** The kind of that name. Error if there is none: names are checked where they come in. */
export function faultDefinition(kind: string): FaultDefinition {
  const found = faultDefinitions.find((definition) => definition.kind === kind);
  if (found === undefined) throw new RangeError(`there is no fault '${kind}'`);
  return found;
}
