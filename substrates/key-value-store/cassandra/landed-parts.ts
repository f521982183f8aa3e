/**
 * A call that is sent as several requests: when it fails, it is known not to have been applied only if no request was
 * answered well and none is in doubt.
 */
import { StoreUnavailableError } from '../key-value-store.ts';
import { appliedAfter } from './errors.ts';
import type { InFlight } from './in-flight.ts';

export class LandedParts {
  #landed = false;

  /** Sends `count` requests through `gate`. Rejects with the first error, made `unknown` if anything may have landed. */
  async each(gate: InFlight, count: number, send: (i: number) => Promise<void>): Promise<void> {
    try {
      await gate.each(count, (i) => this.#note(send(i)));
    } catch (error) {
      throw this.#landed ? inDoubt(error) : error;
    }
  }

  async #note(sent: Promise<void>): Promise<void> {
    try {
      await sent;
      this.#landed = true;
    } catch (error) {
      if (appliedAfter(error) === 'unknown') this.#landed = true;
      throw error;
    }
  }
}

/** The error of a part, as an error of a call of which other parts may have been applied. */
export function inDoubt(error: unknown): unknown {
  return error instanceof StoreUnavailableError ? new StoreUnavailableError(error.message, 'unknown') : error;
}
