/** Which faults of a plan met their victim, so that a campaign in which one never does is seen to be vacuous. */
import type { JobEvent } from '../../substrates/stream-engine/stream-engine.ts';
import type { SimulationPlan } from './plan.ts';
import type { Played } from './played.ts';
import type { StrikeRecord } from './strikes.ts';

export interface FaultBite {
  /** As a campaign counts it, for example `crash at mid-flush`. */
  kind: string;
  bit: boolean;
}

/** A worker that dies so soon after its start is still recovering. */
const RECOVERY_MS = 10;

/** Every kind that a simulation can draw. */
export const STRIKE_KINDS = ['kill', 'short pause', 'pause beyond the time-out', 'kill of a successor'] as const;
export const SURROUNDING_KINDS = ['stalled generator', 'duplicate events'] as const;

export function faultBites(plan: SimulationPlan, { outcome, strikes, evidence }: Played): FaultBite[] {
  const fired = new Set(outcome.crashes.map(({ id }) => id));
  return [
    ...plan.crashes.map(({ id, failpoint }) => ({ kind: `crash at ${failpoint}`, bit: fired.has(id) })),
    ...strikes.map((record) => biteOf(plan, record, outcome.events)),
    ...plan.faults.map(({ kind }, i) => ({ kind, bit: evidence[i] === true })),
    ...plan.stalls.map(() => ({ kind: 'stalled generator', bit: true })),
    ...plan.repeatedRuns.map(() => ({ kind: 'duplicate events', bit: true })),
  ];
}

function biteOf(plan: SimulationPlan, { strike, met }: StrikeRecord, events: readonly JobEvent[]): FaultBite {
  const bit = met !== undefined;
  if (strike.kind === 'kill') return { kind: 'kill', bit };
  if (strike.kind === 'kill-successor') return { kind: 'kill of a successor', bit };
  if (strike.durationMs < plan.silentAfterMs) return { kind: 'short pause', bit };
  const replaced = events.some(
    (event) => event.kind === 'silent' && event.worker === met?.worker && event.epoch === met.epoch,
  );
  return { kind: 'pause beyond the time-out', bit: replaced };
}

/** Whether a successor was killed before it was ready, or soon after its start. */
export function secondInRecovery(events: readonly JobEvent[]): boolean {
  const first = Math.min(...events.map(({ epoch }) => epoch));
  return events.some((event) => {
    if (event.kind !== 'exited' || event.signal !== 'SIGKILL' || event.epoch === first) return false;
    const ofLife = events.filter(({ worker, epoch }) => worker === event.worker && epoch === event.epoch);
    const started = ofLife.find(({ kind }) => kind === 'started');
    const wasReady = ofLife.some(({ kind }) => kind === 'restored');
    return !wasReady || (started !== undefined && event.atMs - started.atMs < RECOVERY_MS);
  });
}
