/** Requests of a handle that are under way at a time: never more than a limit, over all of its callers. */
export class InFlight {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.#free = limit;
  }

  /**
   * Calls `send` with 0 to `count - 1`, in order, as places become free, and resolves when all are answered. After the
   * first failure nothing more is sent; rejects with it when what is under way has ended.
   */
  async each(count: number, send: (i: number) => Promise<void>): Promise<void> {
    const failures: unknown[] = [];
    const running: Promise<void>[] = [];
    for (let i = 0; i < count && failures.length === 0; i++) {
      if (this.#free > 0) this.#free -= 1;
      else await new Promise<void>((resolve) => this.#waiting.push(resolve));
      if (failures.length > 0) this.#release();
      else
        running.push(
          send(i)
            .catch((error: unknown) => void failures.push(error))
            .finally(() => this.#release()),
        );
    }
    await Promise.all(running);
    if (failures.length > 0) throw failures[0];
  }

  /** Hands the place to who waits longest. */
  #release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
