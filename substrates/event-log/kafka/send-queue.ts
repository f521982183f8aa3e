/**
 * What a sender has in hand for one partition, oldest first: bounded, and with one error that ends it. Both senders
 * keep one.
 */

export class SendQueue<T> {
  readonly #limit: number;
  readonly #entries: T[] = [];
  readonly #forRoom: (() => void)[] = [];
  readonly #forEmptiness: (() => void)[] = [];
  #failure: Error | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get length(): number {
    return this.#entries.length;
  }

  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  at(index: number): T | undefined {
    return this.#entries[index];
  }

  push(entry: T): void {
    this.#entries.push(entry);
  }

  /** The oldest `count` are acknowledged. */
  acknowledge(count: number): void {
    this.#entries.splice(0, count);
    const free = Math.max(0, this.#limit - this.#entries.length);
    for (const tell of this.#forRoom.splice(0, free)) tell();
    if (this.#entries.length === 0) for (const tell of this.#forEmptiness.splice(0)) tell();
  }

  /** Nothing more is sent; everyone who waits or comes later gets this error. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#entries.length = 0;
    for (const tell of [...this.#forRoom.splice(0), ...this.#forEmptiness.splice(0)]) tell();
  }

  /** Resolves when another entry may be pushed. */
  async room(): Promise<void> {
    if (this.#failure === undefined && this.#entries.length >= this.#limit) {
      await new Promise<void>((resolve) => this.#forRoom.push(resolve));
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Resolves when everything is acknowledged. */
  async drained(): Promise<void> {
    if (this.#failure === undefined && this.#entries.length > 0) {
      await new Promise<void>((resolve) => this.#forEmptiness.push(resolve));
    }
    if (this.#failure !== undefined) throw this.#failure;
  }
}
