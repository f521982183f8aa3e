/**
 * The ledger: what a stage of a partition has sent to its store, what was acknowledged and what is committed, in
 * events, in 64 bytes that outlive SIGKILL (the page cache does). It is written by one positional write before a send,
 * after an acknowledgement and after a commit, so a crash's double count is known without looking at the store.
 *
 * Record, little-endian f64 each: epoch, sent, acknowledged, committed, store transaction, writes of this record, 0,
 * check (sum).
 */
import type { Files, PositionalFile } from '../../substrates/runtime.ts';

export const LEDGER_BYTES = 64;

export interface LedgerEntry {
  epoch: number;
  sentEvents: number;
  acknowledgedEvents: number;
  committedEvents: number;
  /** The store's number of the transaction that was sent last; 0 where the store numbers none. */
  transaction: number;
}

export class Ledger {
  readonly #file: PositionalFile;
  readonly #record = new Float64Array(LEDGER_BYTES / 8);
  readonly #bytes = new Uint8Array(this.#record.buffer);

  private constructor(file: PositionalFile, epoch: number) {
    this.#file = file;
    this.#record[0] = epoch;
  }

  static async open(files: Files, path: string, epoch: number): Promise<Ledger> {
    return new Ledger(await files.openPositional(path), epoch);
  }

  sending(events: number, transaction: number): Promise<void> {
    this.#record[1] = events;
    this.#record[4] = transaction;
    return this.#write();
  }

  acknowledged(events: number): Promise<void> {
    this.#record[2] = events;
    return this.#write();
  }

  committed(events: number): Promise<void> {
    this.#record[3] = events;
    return this.#write();
  }

  #write(): Promise<void> {
    const record = this.#record;
    record[5] = (record[5] as number) + 1;
    let sum = 0;
    for (let i = 0; i < 7; i++) sum += record[i] as number;
    record[7] = sum;
    return this.#file.writeAt(this.#bytes, 0);
  }
}

/** The ledger that a worker left; undefined if it never wrote one. Error if it is damaged. */
export async function readLedger(files: Files, path: string): Promise<LedgerEntry | undefined> {
  const bytes = await files.read(path);
  if (bytes === undefined || bytes.length === 0) return undefined;
  const record = new Float64Array(bytes.slice().buffer, 0, Math.floor(bytes.length / 8));
  let sum = 0;
  for (let i = 0; i < 7; i++) sum += record[i] ?? Number.NaN;
  if (bytes.length !== LEDGER_BYTES || record[7] !== sum) throw new Error(`the ledger ${path} is damaged`);
  const [epoch, sentEvents, acknowledgedEvents, committedEvents, transaction] = record as unknown as [
    number,
    number,
    number,
    number,
    number,
  ];
  return { epoch, sentEvents, acknowledgedEvents, committedEvents, transaction };
}

/** Every epoch has one of its own: a worker that was taken for dead may still write to its. */
export function ledgerPath(directory: string, stage: number, partition: number, epoch: number): string {
  return `${directory}/s${stage}-p${partition}-e${epoch}.ledger`;
}
