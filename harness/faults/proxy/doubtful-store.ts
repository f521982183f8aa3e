/**
 * A store as a worker has it behind a real network: writes of which nobody can say whether they were applied are
 * written down, so that what the worker counts again is known within bounds. Each is a line that outlives the worker.
 */
import type { StoreName } from '../../../substrates/declaration.ts';
import {
  type Fence,
  type KeyValueStore,
  StoreUnavailableError,
} from '../../../substrates/key-value-store/key-value-store.ts';
import type { Files, Runtime } from '../../../substrates/runtime.ts';
import { appendLine, readLines } from '../worker/worker-fault.ts';

/** A write whose end nobody knows. */
export interface Doubt {
  store: StoreName;
  partition: number;
  /** The stage that wrote; absent where it had not said so. */
  stage?: number;
  atMs: number;
  /** Most events that it may have brought once more than anybody was told. */
  events: number;
}

/** A client that sends again by itself first has to connect again; it needs at least so long for each time. */
const LEAST_RECONNECT_MS = 10;

type Write = 'increment' | 'upsert' | 'bulkLoad';

/**
 * `stageOf` tells which stage writes now. A client that sends again by itself (`resend`) reports no error: a write that
 * took long enough to be sent again is then one of doubt.
 */
export function doubtfulStore(
  store: KeyValueStore,
  name: StoreName,
  runtime: Runtime,
  directory: string,
  stageOf: () => number | undefined,
): KeyValueStore {
  const { binding } = store;
  if (binding.kind === 'lmdb' || binding.kind === 'memory') return store;
  const resends = binding.kind === 'redis' && binding.resend;
  const note = async (fence: Fence, events: number): Promise<void> => {
    const stage = stageOf();
    const doubt: Doubt = {
      store: name,
      partition: fence.partition,
      ...(stage === undefined ? {} : { stage }),
      atMs: runtime.clock.nowMs(),
      events,
    };
    await appendLine(runtime.files, doubtsPath(directory), doubt);
  };
  const watched = async (events: number, fence: Fence, write: () => Promise<void>): Promise<void> => {
    const sentMs = runtime.clock.nowMs();
    try {
      await write();
    } catch (error) {
      if (error instanceof StoreUnavailableError && error.applied === 'unknown') await note(fence, events);
      throw error;
    } finally {
      const times = Math.floor((runtime.clock.nowMs() - sentMs) / LEAST_RECONNECT_MS);
      if (resends && times > 0 && events > 0) await note(fence, times * events);
    }
  };
  const writes: Pick<KeyValueStore, Write> = {
    increment: (rows, fence, options) => watched(eventsIn(rows), fence, () => store.increment(rows, fence, options)),
    upsert: (rows, version, fence) => watched(eventsIn(rows), fence, () => store.upsert(rows, version, fence)),
    bulkLoad: (rows, fence, marker) => watched(eventsIn(rows), fence, () => store.bulkLoad(rows, fence, marker)),
  };
  return new Proxy(store, {
    get(inner, member) {
      if (member in writes) return writes[member as Write];
      const value = Reflect.get(inner, member, inner) as unknown;
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(inner) : value;
    },
  });
}

export function readDoubts(files: Files, directory: string): Promise<Doubt[]> {
  return readLines(files, doubtsPath(directory));
}

/** Of one stage: most events that it may have written once more, because of what the network did. */
export function doubtedEvents(doubts: readonly Doubt[], stage: number): number {
  return doubts.filter((doubt) => doubt.stage === stage).reduce((sum, { events }) => sum + events, 0);
}

function doubtsPath(directory: string): string {
  return `${directory}/doubts.ndjson`;
}

function eventsIn({ count, counter }: { count: number; counter: Uint32Array }): number {
  let events = 0;
  for (let row = 0; row < count; row++) events += counter[row] as number;
  return events;
}
