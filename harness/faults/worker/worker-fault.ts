/**
 * What a fault inside a worker is told to be, and what it writes down when it bites; plain JSON, because it crosses to
 * the worker.
 *
 * A fault waits for its trigger, then for the first call that it can spoil: so it bites whatever the stage does in
 * between. Each bite is a line of a file that outlives the worker, and what a prediction is made of.
 */
import type { StoreName } from '../../../substrates/declaration.ts';
import type { Files } from '../../../substrates/runtime.ts';
import type { Failpoint } from '../../../substrates/stream-engine/embedded/hooks.ts';
import type { PlannedCrash } from '../crash-plan.ts';

export type WorkerTrigger =
  /** The row at this offset of the partition is about to be read. */
  | { at: 'position'; partition: number; offset: number }
  /** The n-th time that the failpoint is passed, from the offset on. */
  | { at: 'failpoint'; failpoint: Failpoint; partition: number; stage?: number; fromOffset: number; hit: number }
  /** A time of the run's clock. */
  | { at: 'time'; atMs: number; partition: number };

export type WorkerEffect =
  /** Every call of the store is refused for so long, from the first one on. */
  | { effect: 'store-outage'; store?: StoreName; durationMs: number }
  /** Every call of the store takes so much longer. */
  | { effect: 'slow-store'; store?: StoreName; durationMs: number; delayMs: number }
  /** The store forgets the next `writes` acknowledged writes, and is away for so long. */
  | { effect: 'lose-tail'; store: StoreName; writes: number; durationMs: number }
  /** The next `writes` writes are applied, and their replies are lost. */
  | { effect: 'lose-reply'; store: StoreName; writes: number }
  /** Each reader of the partition delivers the next `blocks` blocks twice. */
  | { effect: 'deliver-again'; blocks: number }
  /** The log is silent for so long. */
  | { effect: 'withhold-log'; durationMs: number }
  /** The worker's clock is off by so much. */
  | { effect: 'clock-off'; durationMs: number; offsetMs: number }
  /**
   * Tells the supervisor that the trigger was reached; with `hold`, waits there until the process has been stopped and
   * continued.
   */
  | { effect: 'trip'; hold: boolean };

/** `worker`: only this one; all of them, if absent. */
export type WorkerFault = { id: string; trigger: WorkerTrigger; worker?: number } & WorkerEffect;
export type FaultOf<Effect extends WorkerEffect['effect']> = Extract<WorkerFault, { effect: Effect }>;

/** These strike all workers, once the worker that has the trigger's partition has said that it is reached. */
export function strikesEveryWorker({ effect }: WorkerFault): boolean {
  return effect === 'store-outage' || effect === 'slow-store';
}

/** Said to the hooks of running workers. */
export type ToHooks =
  | { kind: 'arm'; crashes: PlannedCrash[]; faults: WorkerFault[] }
  /** Another worker has reached the trigger. */
  | { kind: 'trigger'; id: string }
  /** The fault is over, whatever is left of it. */
  | { kind: 'heal'; id: string };

/** A line about one bite. */
export interface Bite {
  id: string;
  worker: number;
  epoch: number;
  atMs: number;
  /**
   * `began` at the first spoiled call, `ended` at the first call after it, `bit` for each countable harm in between.
   */
  what: 'began' | 'bit' | 'ended';
  stage?: number;
  partition?: number;
  offset?: number;
  /** Calls that were spoiled, so far. */
  calls?: number;
  /** Events that will be counted again, or were lost. */
  events?: number;
}

export function bitesPath(directory: string): string {
  return `${directory}/bites.ndjson`;
}

export async function appendLine(files: Pick<Files, 'append'>, path: string, entry: object): Promise<void> {
  await files.append(path, new TextEncoder().encode(`${JSON.stringify(entry)}\n`));
}

/** All lines of a file of JSON lines; none if it does not exist. */
export async function readLines<Entry>(files: Files, path: string): Promise<Entry[]> {
  const bytes = await files.read(path);
  if (bytes === undefined) return [];
  const lines = new TextDecoder().decode(bytes).split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Entry);
}

export function readBites(files: Files, directory: string): Promise<Bite[]> {
  return readLines(files, bitesPath(directory));
}
