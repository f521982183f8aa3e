/**
 * A lane: one connection to one Redis server, used by one caller at a time. Commands are staged and then sent together;
 * their replies come in order. A lane that breaks or does not answer in time is thrown away, and its owner opens
 * another: nothing is ever sent again by itself, but by `ioredis-lane.ts` where a binding asks for that.
 */
import type { Credentials } from '../../credentials.ts';
import type { Via } from '../../via.ts';
import type { RedisStoreBinding } from '../key-value-store.ts';
import type { CounterKey } from './key-space.ts';

/** A reply of the server; an Error is what it answered to one command, and says nothing of the others. */
export type Reply = string | number | null | Error | Reply[];

/** Where a lane leads, and how to log in. */
export interface Endpoint {
  host: string;
  port: number;
  database: number;
  tls: boolean;
  credentials?: Credentials;
  via?: Via;
}

/** Most commands that wait for replies on one lane. */
export const MAX_IN_FLIGHT = 10_000;
export const CONNECT_TIMEOUT_MS = 2000;
const COMMAND_TIMEOUT_MS = 2000;
/** What a server may take for a command, beyond that. */
const COMMANDS_PER_MS = 50;

export interface Lane {
  /** False once it has failed or was closed. */
  readonly usable: boolean;
  /** Commands staged since the last `flush`. */
  readonly staged: number;
  /** Commands staged since the last `takeTally`, by their names in lower case. */
  takeTally(): Map<string, number>;
  stage(name: string, ...args: string[]): void;
  /** HINCRBY of the field `id` by `delta`, both as lanes of 64-bit integers. */
  stageIncrement(key: CounterKey, idHi: number, idLo: number, deltaHi: number, deltaLo: number): void;
  /** Sends what is staged. Rejects with `LaneError` if a reply is missing; the lane is then of no more use. */
  flush(timeoutMs?: number): Promise<Reply[]>;
  /** Idempotent: whoever waits for a server to come back closes the lane that broke before each attempt. */
  close(): void;
}

/** A connection that could not be made, was lost, or does not answer. */
export class LaneError extends Error {
  override readonly name = 'LaneError';
}

/** What the server refuses and will refuse again: a wrong password, a replica that takes no writes, full memory. */
export class RedisRefusedError extends Error {
  override readonly name = 'RedisRefusedError';
}

export class Tally {
  #counts = new Map<string, number>();

  add(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  take(): Map<string, number> {
    const taken = this.#counts;
    this.#counts = new Map();
    return taken;
  }
}

export function endpointOf(binding: RedisStoreBinding, node: { host: string; port: number }): Endpoint {
  const { database, tls, credentials, via } = binding;
  return { ...node, database, tls, ...(credentials && { credentials }), ...(via && { via }) };
}

export function addressOf({ host, port }: { host: string; port: number }): string {
  return `Redis at ${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Time for the answers to so many commands. */
export function timeoutMsOf(commands: number): number {
  return COMMAND_TIMEOUT_MS + commands / COMMANDS_PER_MS;
}

/** The reply, or what `work` gave up with: `LaneError` after `timeoutMs`. */
export async function within<Result>(timeoutMs: number, what: string, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new LaneError(`${what} did not answer within ${Math.round(timeoutMs)} ms`)),
      timeoutMs,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
