/** What shows that a planned crash happened, and how long it was felt: its victim's record, the job's events and the probes. */
import type { JobEvent } from '../../substrates/stream-engine/stream-engine.ts';
import { type CrashRecord, describeCrash, type PlannedCrash } from '../faults/crash-plan.ts';
import type { ProbeRecord } from '../measure/probe-log.ts';
import type { FaultRecord } from '../results/acts.ts';

/** What was seen of the job from outside. */
export interface WhatWasSeen {
  events: readonly JobEvent[];
  probes: readonly ProbeRecord[];
  /** Times of a fault count from here. */
  startMs: number;
}

/** `bit` only if the victim wrote down that it was about to die, and the supervisor saw it killed. */
export function faultRecord(crash: PlannedCrash, records: readonly CrashRecord[], seen: WhatWasSeen): FaultRecord {
  const trigger = describeCrash(crash);
  const record = records.find(({ id }) => id === crash.id);
  const { events, probes, startMs } = seen;
  const exit = events.find(
    (event): event is JobEvent & { kind: 'exited' } =>
      record !== undefined && event.kind === 'exited' && event.worker === record.worker && event.epoch === record.epoch,
  );
  if (record === undefined || exit?.signal !== 'SIGKILL') return { kind: 'crash', trigger, bit: false, evidence: {} };
  const after = events.filter((event) => event.worker === record.worker && event.epoch > record.epoch);
  // The first successor that came so far: one that crashed itself while it restored never does.
  const successor = after.find((event) => event.kind === 'caught-up')?.epoch;
  const caughtUp = after.filter((event) => event.kind === 'caught-up').filter(({ epoch }) => epoch === successor);
  const answered = probes.find((probe) => probe.sentMs >= exit.atMs && probe.answeredPartitions === probe.partitions);
  return {
    kind: 'crash',
    trigger,
    at: { partition: record.partition, offset: record.offset },
    atMs: Math.max(0, record.atMs - startMs),
    bit: true,
    evidence: {
      signal: exit.signal,
      failpoint: crash.failpoint,
      hit: record.hit,
      detectedMs: Math.max(0, exit.atMs - record.atMs),
      ...(answered === undefined ? {} : { firstAnswerMs: answered.atMs - record.atMs }),
      ...(caughtUp.length === 0
        ? {}
        : {
            replayedEvents: caughtUp.reduce((sum, event) => sum + event.replayedEvents, 0),
            caughtUpMs: Math.max(...caughtUp.map(({ atMs }) => atMs)) - record.atMs,
          }),
    },
  };
}
