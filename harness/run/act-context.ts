/** What every act of a run is given. */
import type { RunConfig } from '../config/run-config.ts';
import type { FaultSpecification } from '../faults/fault.ts';
import type { InjectionDesk } from '../faults/injection-desk.ts';
import type { ProgressSink } from './progress-sink.ts';
import type { RunEngine } from './run-engine.ts';
import type { RunServers } from './run-servers.ts';
import type { RunSubstrates } from './run-substrates.ts';
import type { StreamPlan } from './streams.ts';
import type { Workspace } from './workspace.ts';

export interface ActContext {
  config: RunConfig;
  workspace: Workspace;
  substrates: RunSubstrates;
  servers: RunServers;
  engine: RunEngine;
  progress: ProgressSink;
  signal: AbortSignal;
  streams: StreamPlan;
  lead: LeadTime;
  /** Faults that were asked for one by one. */
  faultPlan?: readonly FaultSpecification[] | undefined;
  /** Where faults of another terminal come in. */
  injections?: InjectionDesk | undefined;
  /** Only counts matter: a stream that was offered late is whole all the same. */
  countsOnly?: boolean | undefined;
  /** A worker that says nothing for this long is replaced; the engine's own default, if absent. */
  silentAfterMs?: number | undefined;
}

/**
 * How long before a stream begins its processes are started: twice what the slowest needed so far, and long enough at
 * first.
 */
export class LeadTime {
  #slowestMs = 750;
  #known = false;

  get ms(): number {
    return 2 * this.#slowestMs;
  }

  /** The processes of an act took so long to be ready. */
  took(startMs: number): void {
    this.#slowestMs = this.#known ? Math.max(this.#slowestMs, startMs) : startMs;
    this.#known = true;
  }
}

/** The act was stopped by the user; what it had measured until then is kept if it makes sense alone. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}

/**
 * Rejects with `InterruptedError` when the signal fires; never resolves. Keep the returned function to stop listening.
 */
export function interruption(signal: AbortSignal): { promise: Promise<never>; release: () => void } {
  let release = (): void => undefined;
  const promise = new Promise<never>((_, reject) => {
    const abort = (): void => reject(new InterruptedError('interrupted'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    release = () => signal.removeEventListener('abort', abort);
  });
  promise.catch(() => undefined);
  return { promise, release };
}
