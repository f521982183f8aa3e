/**
 * One direction of one connection: bytes go from a socket to another as the mode of their lane says. Where everything
 * passes, a chunk is written as it was read; where the reader is slow, the writer waits.
 */
import type { Socket } from 'node:net';
import { mix32, streamKey } from '../../../generators/random.ts';
import type { Clock } from '../../../substrates/clock.ts';
import type { LaneCounters, Mode } from './network.ts';

/** Bytes that one flow holds back at most while they are delayed; then it reads no more. */
export const MAX_HELD_BYTES = 4 * 1024 * 1024;

/** What all flows of a link in one direction share. */
export interface Lane {
  mode: Mode;
  readonly counters: LaneCounters;
  readonly jitter: Jitter;
}

/** The delays of a lane, one after another; the same ones for the same seed. */
export class Jitter {
  readonly #key: number;
  #drawn = 0;

  constructor(seed: number, link: number, direction: number) {
    this.#key = streamKey(seed, link, direction);
  }

  /** Evenly in `[ms - jitterMs, ms + jitterMs]`, and never below 0. */
  delayMs({ ms, jitterMs }: { ms: number; jitterMs: number }): number {
    this.#drawn += 1;
    const unit = (mix32(mix32(this.#drawn) ^ this.#key) >>> 0) / 4294967296;
    return Math.max(0, ms + jitterMs * (2 * unit - 1));
  }
}

interface FlowOptions {
  from: Socket;
  to: Socket;
  lane: Lane;
  clock: Clock;
  /** Told of every chunk before it goes on; true if it shall not. */
  swallows: (bytes: number) => boolean;
}

export class Flow {
  readonly #options: FlowOptions;
  #held: { bytes: Uint8Array; dueMs: number }[] = [];
  #heldBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  /** The other side has not taken what was written. */
  #blocked = false;
  #endDue = false;
  #lossy = false;

  constructor(options: FlowOptions) {
    this.#options = options;
    const { from, to } = options;
    to.on('drain', () => {
      this.#blocked = false;
      this.#readOrWait();
    });
    from.on('data', (bytes: Uint8Array) => this.#take(bytes));
    from.on('end', () => this.#end());
    from.on('close', () => clearTimeout(this.#timer));
    this.#readOrWait();
  }

  /** Something was swallowed, so that what comes now would make no sense to the reader. */
  get lossy(): boolean {
    return this.#lossy;
  }

  /** The lane's mode is another one. */
  modeChanged(): void {
    this.#readOrWait();
    this.#release();
  }

  #take(bytes: Uint8Array): void {
    const { lane, clock, swallows } = this.#options;
    const { mode, counters } = lane;
    counters.receivedBytes += bytes.length;
    if (swallows(bytes.length) || mode.kind === 'drop') {
      counters.droppedBytes += bytes.length;
      this.#lossy = true;
      return;
    }
    if (mode.kind !== 'delay' && this.#held.length === 0) {
      this.#forward(bytes);
      return;
    }
    if (mode.kind === 'delay') counters.delayedChunks += 1;
    const delayMs = mode.kind === 'delay' ? lane.jitter.delayMs(mode) : 0;
    const dueMs = Math.max(clock.nowMs() + delayMs, this.#held.at(-1)?.dueMs ?? 0);
    this.#held.push({ bytes, dueMs });
    this.#heldBytes += bytes.length;
    this.#readOrWait();
    if (this.#held.length === 1) this.#release();
  }

  #forward(bytes: Uint8Array): void {
    const { to, lane } = this.#options;
    lane.counters.forwardedBytes += bytes.length;
    if (to.write(bytes)) return;
    this.#blocked = true;
    this.#readOrWait();
  }

  /** Forwards what is due, and comes again for the rest. */
  #release(): void {
    const { clock, lane } = this.#options;
    clearTimeout(this.#timer);
    if (lane.mode.kind === 'stall') return;
    const nowMs = clock.nowMs();
    let due = 0;
    for (; due < this.#held.length; due++) {
      const { bytes, dueMs } = this.#held[due] as { bytes: Uint8Array; dueMs: number };
      if (dueMs > nowMs) break;
      this.#heldBytes -= bytes.length;
      this.#forward(bytes);
    }
    this.#held.splice(0, due);
    this.#readOrWait();
    const next = this.#held[0];
    if (next !== undefined) this.#timer = setTimeout(() => this.#release(), Math.ceil(next.dueMs - nowMs));
    else if (this.#endDue) this.#options.to.end();
  }

  #end(): void {
    const { lane, to, swallows } = this.#options;
    if (lane.mode.kind === 'drop' || swallows(0)) this.#lossy = true;
    else if (this.#held.length > 0) this.#endDue = true;
    else to.end();
  }

  #readOrWait(): void {
    const { from, lane } = this.#options;
    const waits = lane.mode.kind === 'stall' || this.#blocked || this.#heldBytes >= MAX_HELD_BYTES;
    if (waits && !from.isPaused()) from.pause();
    else if (!waits && from.isPaused()) from.resume();
  }
}
