/**
 * What shows that a planned crash happened, and how long it was felt: its victim's record, the job's events and the
 * probes.
 */
import type { JobEvent } from '../../substrates/stream-engine/stream-engine.ts';
import { type CrashRecord, describeCrash, type PlannedCrash } from '../faults/crash-plan.ts';
import { describeTrigger } from '../faults/fault.ts';
import type { FaultOutcome } from '../faults/fault-session.ts';
import { plannedCrash } from '../faults/kinds/kill.ts';
import type { ProbeRecord } from '../measure/probe-log.ts';
import type { FaultRecord } from '../results/acts.ts';
import { definedOnly } from './live-figures.ts';

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
            replayedEvents: caughtUp.reduce((sum, event) => sum + replayedBy(event, record, after), 0),
            caughtUpMs: Math.max(...caughtUp.map(({ atMs }) => atMs)) - record.atMs,
          }),
    },
  };
}

/**
 * What a successor read again of one partition. The supervisor counts from what the victim had reported, which may be
 * 100 ms old; where it died is on record.
 */
function replayedBy(event: JobEvent & { kind: 'caught-up' }, record: CrashRecord, after: readonly JobEvent[]): number {
  if (event.partition !== record.partition) return event.replayedEvents;
  const restored = after.find(
    (other) =>
      other.kind === 'restored' &&
      other.epoch === event.epoch &&
      other.partition === record.partition &&
      other.stage === record.stage,
  );
  const fromOffset = restored?.kind === 'restored' ? restored.fromOffset : record.offset;
  return Math.max(event.replayedEvents, record.offset - fromOffset);
}

/** The record of a fault of any kind; `bit` only if it left evidence. */
export function outcomeRecord(outcome: FaultOutcome, expected: string, seen: WhatWasSeen): FaultRecord {
  const { specification, definition, evidence } = outcome;
  const { kind, row } = definition;
  const named = { kind, row, expected, trigger: triggerOf(outcome) };
  if (evidence === undefined) return { ...named, bit: false, evidence: {} };
  const { crash, atMs, endedMs, what, at, events } = evidence;
  const ofCrash = crash === undefined ? undefined : faultRecord(crash.planned, [crash.record], seen);
  const more = {
    what,
    ...(endedMs === undefined || crash !== undefined ? {} : { lastedMs: Math.max(0, endedMs - atMs) }),
    ...(events === undefined ? {} : { events }),
  };
  if (ofCrash === undefined) {
    const where = at === undefined ? {} : { at };
    return { ...named, ...where, atMs: Math.max(0, atMs - seen.startMs), bit: true, evidence: more };
  }
  // A kill from outside passes no failpoint.
  const { failpoint, hit, ...rest } = ofCrash.evidence;
  const passed = specification.trigger.at === 'time' ? {} : definedOnly({ failpoint, hit });
  return { ...ofCrash, ...named, evidence: { ...rest, ...passed, ...more } };
}

function triggerOf({ specification, definition, evidence }: FaultOutcome): string {
  const { trigger } = specification;
  if (trigger.at !== 'time' && (evidence?.crash !== undefined || isKill(definition.kind))) {
    return describeCrash(plannedCrash(specification));
  }
  return `${definition.kind} ${describeTrigger(trigger)}`;
}

function isKill(kind: string): boolean {
  return kind === 'crash' || kind.startsWith('kill-') || kind.startsWith('mid-');
}
