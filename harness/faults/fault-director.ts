/**
 * The harness's half on the supervisor's side: hands a restarted worker what is left of the plan, and adds up what its predecessor's
 * ledger says was written and will be written again.
 */
import type { Runtime } from '../../substrates/runtime.ts';
import type { HooksBinding, JobEvent, SupervisorHooks } from '../../substrates/stream-engine/stream-engine.ts';
import type { CrashRecord, PlannedCrash } from './crash-plan.ts';
import { type LedgerEntry, ledgerPath, readLedger } from './ledger.ts';
import { crashRecordsPath, workerHooksBinding } from './worker-hooks.ts';

/** Events that were written before a crash and are written again after it: to the event if both ends are equal. */
export interface RepeatedEvents {
  stage: number;
  atLeast: number;
  atMost: number;
}

export class FaultDirector implements SupervisorHooks {
  readonly #runtime: Runtime;
  readonly #directory: string;
  readonly #crashes: readonly PlannedCrash[];
  readonly #stages: number;
  /** What dead workers left and no successor has answered for, by stage and partition. */
  readonly #left = new Map<string, LedgerEntry>();
  readonly #repeated: RepeatedEvents[];

  constructor(runtime: Runtime, directory: string, crashes: readonly PlannedCrash[], stages: number) {
    this.#runtime = runtime;
    this.#directory = directory;
    this.#crashes = crashes;
    this.#stages = stages;
    this.#repeated = Array.from({ length: stages }, (_, stage) => ({ stage, atLeast: 0, atMost: 0 }));
  }

  /** The hooks of the first workers. */
  binding(): HooksBinding {
    return this.#binding(this.#crashes);
  }

  async beforeRestart(worker: { epoch: number; partitions: number[] }): Promise<HooksBinding> {
    for (const partition of worker.partitions) {
      for (let stage = 0; stage < this.#stages; stage++) {
        const entry = await readLedger(this.#runtime.files, ledgerPath(this.#directory, stage, partition, worker.epoch));
        // A worker that died before its first write leaves its predecessor's ledger, which is noted already.
        if (entry?.epoch === worker.epoch) this.#left.set(`${stage} ${partition}`, entry);
      }
    }
    const fired = new Set((await this.records()).map((record) => record.id));
    return this.#binding(this.#crashes.filter((crash) => !fired.has(crash.id)));
  }

  /** To be told every event of the job. */
  onEvent(event: JobEvent): void {
    if (event.kind !== 'restored') return;
    const key = `${event.stage} ${event.partition}`;
    const entry = this.#left.get(key);
    const sum = this.#repeated[event.stage];
    if (entry === undefined || sum === undefined) return;
    this.#left.delete(key);
    const acknowledged = Math.max(0, entry.acknowledgedEvents - event.coveredEvents);
    sum.atLeast += acknowledged;
    // What was sent and not acknowledged may or may not have been applied.
    sum.atMost += Math.max(acknowledged, entry.sentEvents - event.coveredEvents);
  }

  /** What was written twice so far, a stage each; it doubles counts only where a write is not idempotent. */
  repeatedEvents(): readonly RepeatedEvents[] {
    return this.#repeated;
  }

  /** Crashes that have happened, as their victims wrote them down. */
  async records(): Promise<CrashRecord[]> {
    const bytes = await this.#runtime.files.read(crashRecordsPath(this.#directory));
    if (bytes === undefined) return [];
    const lines = new TextDecoder().decode(bytes).split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as CrashRecord);
  }

  #binding(crashes: readonly PlannedCrash[]): HooksBinding {
    return workerHooksBinding({
      directory: this.#directory,
      crashes: [...crashes],
      keepLedger: true,
      saveDeletedRows: true,
    });
  }
}
