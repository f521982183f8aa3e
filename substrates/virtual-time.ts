/**
 * Virtual time: sleeping costs nothing, and what is due at the same moment happens in an order that a seed decides. One
 * thing happens at a time, so that a run is a function of the seed.
 */
import { mix32 } from '../generators/random.ts';

interface Wake {
  atMs: number;
  order: number;
  resolve: () => void;
}

export class VirtualTime {
  readonly #queue: Wake[] = [];
  readonly #seed: number;
  #draws = 0;
  #nowMs: number;

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

  /** Resolves after so much virtual time. */
  delay(durationMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake: Wake = { atMs: this.#nowMs + Math.max(0, durationMs), order: this.random(), resolve };
      let at = this.#queue.length;
      while (at > 0 && isAfter(this.#queue[at - 1] as Wake, wake)) at -= 1;
      this.#queue.splice(at, 0, wake);
    });
  }

  /**
   * Lets virtual time run until the work is settled; error if it can never settle because nothing is scheduled any
   * more.
   */
  async run<T>(work: Promise<T>, limitMs = Number.POSITIVE_INFINITY): Promise<T> {
    let settled = false;
    const mark = (): void => {
      settled = true;
    };
    work.then(mark, mark);
    const deadlineMs = this.#nowMs + limitMs;
    let idleTurns = 0;
    for (;;) {
      // One turn of the real event loop drains the microtasks that the last wake has started, and real imports.
      await new Promise((resolve) => setImmediate(resolve));
      if (settled) return work;
      const wake = this.#queue.shift();
      if (wake === undefined) {
        idleTurns += 1;
        if (idleTurns > 10_000) throw new Error('the world stands still: somebody waits for what nobody will do');
        continue;
      }
      idleTurns = 0;
      this.#nowMs = Math.max(this.#nowMs, wake.atMs);
      if (this.#nowMs > deadlineMs) throw new Error(`the work is not done after ${limitMs} ms of virtual time`);
      wake.resolve();
    }
  }
}

function isAfter(one: Wake, other: Wake): boolean {
  return one.atMs > other.atMs || (one.atMs === other.atMs && one.order > other.order);
}
