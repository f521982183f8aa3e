/**
 * The journal of a run's faults: one line of JSON for each that was intended, applied, left evidence and was healed,
 * with times.
 */
import type { Clock } from '../../substrates/clock.ts';
import type { Files } from '../../substrates/runtime.ts';
import type { FaultDefinition, FaultSpecification } from './fault.ts';
import { appendLine } from './worker/worker-fault.ts';

export type JournalState = 'intended' | 'applied' | 'evidence' | 'no-evidence' | 'healed';

export interface JournalEntry {
  architecture: string;
  id: string;
  kind: string;
  row: string;
  state: JournalState;
  /** From the start of the stream; negative before it. */
  atMs: number;
}

const JOURNAL_FILE = 'faults.ndjson';

export class FaultJournal {
  readonly #files: Pick<Files, 'append'>;
  readonly #path: string;
  readonly #clock: Clock;
  readonly #architecture: string;
  readonly #startMs: number;

  constructor(files: Pick<Files, 'append'>, directory: string, clock: Clock, architecture: string, startMs: number) {
    this.#files = files;
    this.#path = `${directory}/${JOURNAL_FILE}`;
    this.#clock = clock;
    this.#architecture = architecture;
    this.#startMs = startMs;
  }

  /** `atMs` of `more`, if it is there, is the run's time at which it happened; now, otherwise. */
  async write(
    { id, kind }: FaultSpecification,
    { row }: FaultDefinition,
    state: JournalState,
    more: { atMs?: number; [detail: string]: unknown },
  ): Promise<void> {
    const { atMs = this.#clock.nowMs(), ...details } = more;
    const entry: JournalEntry = {
      architecture: this.#architecture,
      id,
      kind,
      row,
      state,
      atMs: Math.round(atMs - this.#startMs),
    };
    await appendLine(this.#files, this.#path, { ...entry, ...details });
  }
}
