/**
 * Errors of the driver as errors of a store: whether the server can be reached at all, what is known of a write, and
 * what to do. A message names addresses and never credentials.
 */
import { errors, types } from 'cassandra-driver';
import { type CassandraStoreBinding, StoreUnavailableError } from '../key-value-store.ts';

type Applied = 'no' | 'unknown';

const { responseErrorCodes: codes } = types;
/** The coordinator refused before it did anything. */
const REFUSED: readonly number[] = [codes.unavailableException, codes.overloaded, codes.isBootstrapping];
/** The coordinator heard too little from the replicas, some of which may have applied the write. */
const UNDECIDED: readonly number[] = [codes.writeTimeout, codes.writeFailure, codes.readTimeout];

/**
 * Undefined if the server can be reached and its answer is final; otherwise what is known of the write that failed with
 * this error.
 */
export function appliedAfter(error: unknown): Applied | undefined {
  if (error instanceof StoreUnavailableError) return error.applied;
  if (error instanceof errors.NoHostAvailableError) {
    const tried = Object.values((error.innerErrors ?? {}) as Record<string, unknown>).map(appliedAfter);
    return tried.includes('unknown') ? 'unknown' : 'no';
  }
  if (error instanceof errors.OperationTimedOutError) return 'unknown';
  if (error instanceof errors.BusyConnectionError) return 'no';
  if (error instanceof errors.ResponseError) {
    if (REFUSED.includes(error.code)) return 'no';
    return UNDECIDED.includes(error.code) ? 'unknown' : undefined;
  }
  const { isSocketError, requestNotWritten } = error as { isSocketError?: boolean; requestNotWritten?: boolean };
  if (isSocketError === true) return requestNotWritten === true ? 'no' : 'unknown';
  return undefined;
}

/** Where a store is, for messages. */
export function placeOf({ contactPoints, keyspace }: { contactPoints: string[]; keyspace?: string }): string {
  return `Cassandra at ${contactPoints.join(', ')}${keyspace === undefined ? '' : `, keyspace ${keyspace}`}`;
}

/** The error to throw for an error of the driver. */
export function explain(error: unknown, binding: CassandraStoreBinding, doing: string): Error {
  const applied = appliedAfter(error);
  const what = `${placeOf(binding)}: ${doing} failed: ${messageOf(error)}`;
  if (applied !== undefined) return new StoreUnavailableError(what, applied);
  return new Error(`${what}; ${adviceFor(error)}`, { cause: error });
}

/** The first line of what the driver says; for several hosts, of what it says about the first. */
export function messageOf(error: unknown): string {
  const inner = firstInner(error);
  if (inner !== undefined) return messageOf(inner);
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n')[0] as string;
}

/** The error of the first host that was tried, if that is what the driver's error is about. */
export function firstInner(error: unknown): unknown {
  if (!(error instanceof errors.NoHostAvailableError)) return undefined;
  return Object.values((error.innerErrors ?? {}) as Record<string, unknown>)[0];
}

function adviceFor(error: unknown): string {
  if (!(error instanceof errors.ResponseError)) return 'see the log of the server';
  if (error.code === codes.unauthorized) return 'grant the role SELECT and MODIFY on the keyspace';
  if (error.code === codes.invalid) return 'somebody has dropped or changed the tables: begin a new run';
  return 'see the log of the server';
}
