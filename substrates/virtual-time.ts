/**
 * Virtual time: sleeping costs nothing, and what is due at the same moment happens in an order that a seed decides. One
 * thing happens at a time, so that a run is a function of the seed.
 *
 * Every wake, and whatever else the world notes, is folded into a trace hash: two runs are the same run if their hashes
 * are equal.
 */
import { mix32 } from '../generators/random.ts';
import { TraceHash } from './trace-hash.ts';
import { WakeQueue } from './wake-queue.ts';

/** Turns between two that let the real event loop run too, for whoever waits for real input or output. */
const TURNS_PER_LOOP = 256;
/** Turns of the real event loop without anything due after which nobody will do anything any more. */
const MAX_IDLE_TURNS = 10_000;

/** The work was not done within its virtual time, or never can be. */
export class StuckError extends Error {
  override readonly name = 'StuckError';
}

export class VirtualTime {
  readonly trace = new TraceHash();
  readonly #queue = new WakeQueue();
  readonly #seed: number;
  #draws = 0;
  #nowMs: number;
  #listener: ((atMs: number, what: string) => void) | undefined;

  constructor(seed: number, startMs: number) {
    this.#seed = seed;
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  /** A number in [0, 1) from the world's seed. */
  random(): number {
    this.#draws += 1;
    return (mix32(mix32(this.#draws) ^ this.#seed) >>> 0) / 4294967296;
  }

  /** Resolves after so much virtual time; of those due at the same moment the least `order` is first. */
  delay(durationMs: number, order = this.random()): Promise<void> {
    return new Promise((resolve) => {
      this.#queue.push(this.#nowMs + Math.max(0, durationMs), order, resolve);
    });
  }

  /** Folds what happens now into the trace, and tells it to who listens. */
  note(who: string, what: string, detail = ''): void {
    this.trace.text(who);
    this.trace.text(what);
    this.trace.text(detail);
    this.#listener?.(this.#nowMs, `${who} ${what}${detail === '' ? '' : ` ${detail}`}`);
  }

  /** Calls for everything that is noted, with the virtual time. */
  onNote(listener: (atMs: number, what: string) => void): void {
    this.#listener = listener;
  }

  /** Lets virtual time run until the work is settled; `StuckError` if it is not within the limit, or never can be. */
  async run<T>(work: Promise<T>, limitMs = Number.POSITIVE_INFINITY): Promise<T> {
    let settled = false;
    const mark = (): void => {
      settled = true;
    };
    work.then(mark, mark);
    await this.#turnUntil(() => settled, limitMs);
    return work;
  }

  /**
   * One wake a turn. A turn begins when everything that the wake before has started has come to its next wait: Node
   * runs `nextTick` callbacks only when no microtask is left, and the one that asks for the next turn is itself a
   * microtask.
   */
  #turnUntil(isSettled: () => boolean, limitMs: number): Promise<void> {
    const deadlineMs = this.#nowMs + limitMs;
    let turns = 0;
    let idleTurns = 0;
    return new Promise((resolve, reject) => {
      const turn = (): void => {
        if (isSettled()) {
          resolve();
          return;
        }
        const next = this.#queue.pop();
        if (next === undefined) {
          idleTurns += 1;
          if (idleTurns <= MAX_IDLE_TURNS) setImmediate(turn);
          else reject(new StuckError('the world stands still: somebody waits for what nobody will do'));
          return;
        }
        idleTurns = 0;
        this.#nowMs = Math.max(this.#nowMs, next.atMs);
        if (this.#nowMs > deadlineMs) {
          reject(new StuckError(`the work is not done after ${limitMs} ms of virtual time`));
          return;
        }
        this.trace.number(this.#nowMs);
        next.wake();
        turns += 1;
        if (turns % TURNS_PER_LOOP === 0) setImmediate(turn);
        else queueMicrotask(askForTurn);
      };
      const askForTurn = (): void => process.nextTick(turn);
      setImmediate(turn);
    });
  }
}
