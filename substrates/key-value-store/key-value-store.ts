/**
 * The key/value store: counters by (tweet, hour), outside of the stream processor.
 *
 * A value is a count and a fingerprint (see `generators/impression.ts`) that ride in one write. Writes come in batches
 * of one partition and carry a fence: a batch whose epoch is older than the partition's fence is refused as a whole
 * (`FencedError`), so that a worker that was declared dead cannot write any more.
 */

import type { Credentials } from '../credentials.ts';
import type { Via } from '../via.ts';

/** Keys (tweet, hour) as columns of `count` rows (the arrays may be longer). */
export interface KeyColumns {
  count: number;
  tweetIdLo: Uint32Array;
  tweetIdHi: Uint32Array;
  hourStartMs: Float64Array;
}

/**
 * Keys with values. For an increment the values are what to add; a row of an increment is one command, equal keys are
 * not merged.
 */
export interface RowColumns extends KeyColumns {
  /** The counter, an unsigned 32-bit integer. */
  counter: Uint32Array;
  /** Sum of fingerprints, wrapping at 32 bits. */
  fingerprint: Int32Array;
}

export function createRows(capacity: number): RowColumns {
  return {
    count: 0,
    tweetIdLo: new Uint32Array(capacity),
    tweetIdHi: new Uint32Array(capacity),
    hourStartMs: new Float64Array(capacity),
    counter: new Uint32Array(capacity),
    fingerprint: new Int32Array(capacity),
  };
}

/** Who writes: batches of an epoch below the partition's raised fence are refused. */
export interface Fence {
  partition: number;
  epoch: number;
}

/** A number kept per partition beside the counters: the newest hour that a batch job published, or a log position. */
export interface Marker {
  name: 'published-hour' | 'log-position';
  value: number;
}

/**
 * What a store was asked to do; a command is one keyed operation, a round trip one call to the server (or one
 * transaction).
 */
export interface StoreCounts {
  commands: number;
  roundTrips: number;
  reads: number;
  writes: number;
  /** What was sent to a server, by the server's own names for it, to be compared with what the server has counted. */
  sent?: Record<string, number>;
}

/** What another process needs to open the same store; plain JSON. */
export type KeyValueStoreBinding =
  | { kind: 'lmdb'; directory: string; sync: boolean }
  | RedisStoreBinding
  | CassandraStoreBinding
  | { kind: 'memory'; name: string };

/** Keys that begin with a prefix, on a Redis server or cluster. */
export interface RedisStoreBinding {
  kind: 'redis';
  nodes: { host: string; port: number }[];
  /** Several nodes of one cluster; false for one server, with a numbered database. */
  cluster: boolean;
  database: number;
  tls: boolean;
  credentials?: Credentials;
  /** Every key begins with it; nothing else is ever touched. */
  prefix: string;
  /**
   * How increments are sent: one by one, each after the answer to the one before; as a pipeline of ioredis; many in one
   * call of a script; as a pipeline written to a bare socket.
   */
  client: RedisClientKind;
  /** ioredis sends again, after a reconnect, what had not been answered (its own default). */
  resend: boolean;
  /** Another way to servers. */
  via?: Via;
}

export type RedisClientKind = 'await-each' | 'pipeline' | 'script' | 'raw';

/** Tables whose names begin with a prefix, in a keyspace of a Cassandra cluster. */
export interface CassandraStoreBinding {
  kind: 'cassandra';
  contactPoints: string[];
  dataCenter: string;
  keyspace: string;
  credentials?: Credentials;
  tls: boolean;
  /** Every table's name begins with it; nothing else is ever touched. */
  prefix: string;
  consistency: CassandraConsistency;
  /**
   * Increments go as counter batches of one partition instead of one UPDATE each: still a statement for each row, but
   * the server applies those of a batch as one mutation.
   */
  batchCounters?: boolean;
  /** Another way to nodes; the cluster names those that nobody named by their IP addresses. */
  via?: Via;
}

export type CassandraConsistency = 'one' | 'local-one' | 'local-quorum' | 'quorum' | 'all';

/** What a store guarantees; declared, never guessed. */
export interface StoreGuarantees {
  /** A batch of writes is applied as a whole or not at all, markers included. */
  atomicBatches: boolean;
  /**
   * `atomic`: nothing of an older epoch lands after a fence was raised. `checked`: the fence is read before each batch,
   * so that a batch that is under way then may still land.
   */
  fence: 'atomic' | 'checked';
  /** A multi-get sees one moment for all of its keys. */
  snapshotReads: boolean;
}

export class FencedError extends Error {
  override readonly name = 'FencedError';
  constructor(fence: Fence, raisedTo: number) {
    super(`partition ${fence.partition} is fenced: epoch ${fence.epoch} wrote after epoch ${raisedTo} took over`);
  }
}

/**
 * The store cannot be reached, or did not answer in time. `applied` says what is known of the batch: with `unknown` it
 * may have been applied although nobody was told, so whoever sends it again must expect to have it twice.
 */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
  readonly applied: 'no' | 'unknown';
  constructor(message: string, applied: 'no' | 'unknown') {
    super(message);
    this.applied = applied;
  }
}

/** Of a sample of the store's counters. */
export interface CounterMemory {
  /** Keys and the server's own overhead included. */
  bytesPerCounter: number;
  countersSampled: number;
  /** How the server was asked, for a person. */
  measuredBy: string;
}

export interface KeyValueStore {
  readonly binding: KeyValueStoreBinding;
  /** Named settings for the report: engine, version, durability. */
  readonly settings: Readonly<Record<string, string>>;
  readonly guarantees: StoreGuarantees;
  /**
   * Commands that this handle has sent so far. Markers and fences that ride in a batch are part of it and cost no
   * command.
   */
  readonly counts: StoreCounts;

  /** From now on batches of this partition with an epoch below `fence.epoch` are refused. Lowering is ignored. */
  raiseFence(fence: Fence): Promise<void>;
  /**
   * Adds each row to its key, in order, all or none. `read-modify-write` sends a read of every key and then a write of
   * every key as two round trips that are not atomic together (2 commands a row; two writers lose updates); `atomic` is
   * 1 command a row. `noteTransaction`, if given, is called inside the transaction, before it commits, with the store's
   * own number for it.
   */
  increment(
    rows: RowColumns,
    fence: Fence,
    options?: {
      mode?: 'atomic' | 'read-modify-write';
      marker?: Marker;
      noteTransaction?: (transaction: number) => void;
    },
  ): Promise<void>;
  /**
   * Replaces each row's value unless the stored version is greater: idempotent, and an older write never lands on a
   * newer one.
   */
  upsert(rows: RowColumns, version: number, fence: Fence): Promise<void>;
  /**
   * Replaces each row's value without looking (rows sorted by hour, then tweet id, for speed), and sets the marker with
   * the same transaction.
   */
  bulkLoad(rows: RowColumns, fence: Fence, marker?: Marker): Promise<void>;
  /**
   * Fills `into` with the values of `keys`; a key that is not there has counter 0 and fingerprint 0. One snapshot for
   * all keys.
   */
  multiGet(keys: KeyColumns, into: { counter: Uint32Array; fingerprint: Int32Array }): Promise<void>;
  /** Markers of all partitions, by partition, undefined where never set. One round trip, one read command. */
  markers(name: Marker['name'], partitions: number): Promise<(number | undefined)[]>;
  /**
   * Every row whose hour is in `[fromHourMs, toHourMs)`, in batches sorted by hour and tweet id; the columns are valid
   * until the next batch.
   */
  scan(fromHourMs: number, toHourMs: number): AsyncIterable<RowColumns>;
  /** Deletes the given keys. */
  delete(keys: KeyColumns, fence: Fence): Promise<void>;
  /** Number of the last committed transaction, where the store has one. */
  lastTransaction(): Promise<number | undefined>;
  /**
   * What the server has counted since it started, of all its clients, by the names that `counts.sent` uses; absent
   * where the store has no such counters.
   */
  serverCounts?(): Promise<Record<string, number>>;
  /** What a counter takes of the server's memory, by its own figures; undefined if it has none or does not tell. */
  counterMemory?(): Promise<CounterMemory | undefined>;
  close(): Promise<void>;
}
