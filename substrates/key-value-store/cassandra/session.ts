/**
 * What a store sends through: one client of the driver, the statements on its tables, and the counting of what was
 * sent. Every request names the table that it is for, since the server counts by table.
 */
import type { Client, QueryOptions, types } from 'cassandra-driver';
import type { CassandraStoreBinding } from '../key-value-store.ts';
import { countSent, zeroCounts } from '../store-counts.ts';
import { explain } from './errors.ts';
import { InFlight } from './in-flight.ts';
import { type Statements, statementsOf, type Table } from './table-names.ts';

/** Requests of one row, and of a batch or a part of a multi-get, that are under way at a time. */
const ROWS_IN_FLIGHT = 512;
const BATCHES_IN_FLIGHT = 32;
/** Most rows of a batch, and most keys of one read. */
export const ROWS_PER_REQUEST = 400;

export type Parameters = unknown[];

/** What a request is to the server: `lightweight` is a compare-and-set, which the server counts as a read. */
interface Request {
  table: Table;
  kind: 'read' | 'write' | 'lightweight';
  /** No command, and no round trip of the pipeline: scans, and the raising of fences. */
  aside?: boolean;
}

export class Session {
  readonly binding: CassandraStoreBinding;
  readonly statements: Statements;
  readonly counts = zeroCounts();
  readonly rows = new InFlight(ROWS_IN_FLIGHT);
  readonly batches = new InFlight(BATCHES_IN_FLIGHT);
  readonly client: Client;
  #closed = false;

  constructor(client: Client, binding: CassandraStoreBinding) {
    this.client = client;
    this.binding = binding;
    this.statements = statementsOf(binding);
  }

  /** One statement. What is no increment may be sent again by the driver: it is idempotent. */
  async execute(
    request: Request,
    statement: string,
    parameters: Parameters,
    options: QueryOptions = {},
  ): Promise<types.ResultSet> {
    const doing = request.kind === 'read' ? 'a read' : 'a write';
    return this.#send(request, doing, () =>
      this.client.execute(statement, parameters, { isIdempotent: request.kind === 'read', ...options }),
    );
  }

  /** Statements on rows of one partition, which the server applies as one mutation. */
  async batch(request: Request, statement: string, rows: readonly Parameters[], counter: boolean): Promise<void> {
    const queries = rows.map((params) => ({ query: statement, params }));
    // A counter batch is never sent twice; the rest is idempotent.
    const options = counter ? { counter: true, isIdempotent: false } : { logged: false, isIdempotent: true };
    await this.#send(request, 'a batch of writes', () => this.client.batch(queries, options));
  }

  assertOpen(): void {
    const { keyspace, prefix } = this.binding;
    if (this.#closed) throw new Error(`key/value store ${keyspace}.${prefix} in Cassandra: this handle was closed`);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.client.shutdown();
  }

  async #send<Answer>(request: Request, doing: string, send: () => Promise<Answer>): Promise<Answer> {
    this.assertOpen();
    if (request.aside !== true) this.counts.roundTrips++;
    const latency = request.kind === 'write' ? 'coordinator_write_latency' : 'coordinator_read_latency';
    // The fences' compare-and-set may read more than once, so that its reads are not known here.
    if (request.table !== 'fences') countSent(this.counts, `${request.table}.${latency}`);
    try {
      return await send();
    } catch (error) {
      throw explain(error, this.binding, `${doing} of ${request.table}`);
    }
  }
}
