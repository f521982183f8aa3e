/**
 * Reads the state of running workers: splits a multi-get by the worker that owns the key's partition and puts the
 * answers together. A worker that is down, or that does not answer in time, makes its keys `Unavailable`; nothing is
 * retried.
 */
import { partitionOf } from '../../../generators/impression.ts';
import type { KeyColumns } from '../../key-value-store/key-value-store.ts';
import { StateAnswer, type StateAnswers, type StateReader } from '../../query-service.ts';
import type { Connection, Runtime } from '../../runtime.ts';
import { createStateAnswers, decodeResponse, encodeRequest } from './state-protocol.ts';

/** A query that takes longer is answered as unavailable. */
export const QUERY_TIMEOUT_MS = 1000;

export class StateClient implements StateReader {
  readonly #runtime: Runtime;
  readonly #partitions: number;
  /** Worker by partition. */
  readonly #owner: readonly number[];
  readonly #addresses = new Map<number, string>();
  readonly #connections = new Map<number, Promise<Connection>>();

  constructor(runtime: Runtime, owner: readonly number[]) {
    this.#runtime = runtime;
    this.#partitions = owner.length;
    this.#owner = owner;
  }

  workerIsAt(worker: number, address: string): void {
    this.workerIsGone(worker);
    this.#addresses.set(worker, address);
  }

  workerIsGone(worker: number): void {
    this.#addresses.delete(worker);
    const connection = this.#connections.get(worker);
    this.#connections.delete(worker);
    connection?.then((open) => open.close()).catch(() => undefined);
  }

  async read(keys: KeyColumns): Promise<StateAnswers> {
    const answers = createStateAnswers(keys.count);
    const rowsOfWorker = new Map<number, number[]>();
    for (let row = 0; row < keys.count; row++) {
      const worker = this.#owner[partitionOf(keys.tweetIdLo[row] as number, this.#partitions)] as number;
      const rows = rowsOfWorker.get(worker);
      if (rows === undefined) rowsOfWorker.set(worker, [row]);
      else rows.push(row);
    }
    await Promise.all([...rowsOfWorker].map(([worker, rows]) => this.#readWorker(worker, rows, keys, answers)));
    return answers;
  }

  close(): void {
    for (const worker of [...this.#connections.keys()]) this.workerIsGone(worker);
  }

  async #readWorker(worker: number, rows: number[], keys: KeyColumns, into: StateAnswers): Promise<void> {
    let answered: StateAnswers;
    const connecting = this.#connect(worker);
    try {
      const connection = await connecting;
      const request = encodeRequest({
        count: rows.length,
        tweetIdLo: Uint32Array.from(rows, (row) => keys.tweetIdLo[row] as number),
        tweetIdHi: Uint32Array.from(rows, (row) => keys.tweetIdHi[row] as number),
        hourStartMs: Float64Array.from(rows, (row) => keys.hourStartMs[row] as number),
      });
      const timeout = this.#runtime.sleep(QUERY_TIMEOUT_MS).then(() => undefined);
      const response = await Promise.race([connection.request(request), timeout]);
      if (response === undefined) throw new TimeOutError();
      answered = decodeResponse(response, rows.length);
    } catch (error) {
      // A slow worker may answer the next query; a broken connection never will.
      if (!(error instanceof TimeOutError)) this.#drop(worker, connecting);
      for (const row of rows) into.answer[row] = StateAnswer.Unavailable;
      return;
    }
    rows.forEach((row, i) => {
      into.answer[row] = answered.answer[i] as number;
      into.counter[row] = answered.counter[i] as number;
      into.fingerprint[row] = answered.fingerprint[i] as number;
    });
  }

  #connect(worker: number): Promise<Connection> {
    const open = this.#connections.get(worker);
    if (open !== undefined) return open;
    const address = this.#addresses.get(worker);
    if (address === undefined) return Promise.reject(new Error(`worker ${worker} is down`));
    const connection = this.#runtime.connect(address);
    this.#connections.set(worker, connection);
    return connection;
  }

  /** The next query connects anew, unless one has done so already. */
  #drop(worker: number, connection: Promise<Connection>): void {
    if (this.#connections.get(worker) === connection) this.#connections.delete(worker);
    connection.then((open) => open.close()).catch(() => undefined);
  }
}

class TimeOutError extends Error {}
