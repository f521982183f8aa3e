/** Requests of a call that are under way side by side, but for those with the same key: these follow each other. */
export class InTurn {
  readonly #last = new Map<string, Promise<void>>();

  /** Calls `send` when the request before it with this key is answered. Rejects as that did, and sends nothing then. */
  take(key: string, send: () => Promise<void>): Promise<void> {
    const before = this.#last.get(key);
    const own = before === undefined ? send() : before.then(send);
    this.#last.set(key, own);
    return own;
  }
}
