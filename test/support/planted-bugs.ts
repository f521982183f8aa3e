/**
 * Bugs to be planted in a pipeline: hooks that do what the harness's do, and stand with one bug between the pipeline
 * and its stores or its log.
 */
import { createHooks as createFaultHooks } from '../../harness/faults/worker-hooks.ts';
import type { LogReader } from '../../substrates/event-log/event-log.ts';
import type { Fence, KeyValueStore, RowColumns } from '../../substrates/key-value-store/key-value-store.ts';
import type { Runtime } from '../../substrates/runtime.ts';
import type { CreateHooks, WorkerHooks } from '../../substrates/stream-engine/embedded/hooks.ts';
import type { HooksBinding } from '../../substrates/stream-engine/stream-engine.ts';

export type PlantedBug =
  /** Writes are acknowledged at once and done a little later: the position is committed first. */
  | 'commit before write'
  /** Whoever goes on where another stopped leaves out the first block. */
  | 'a block dropped after a restart'
  /** Writes of workers that were replaced are not refused. */
  | 'fence ignored'
  /** A store that is asked for many keys mixes up the last two. */
  | 'answers swapped';

export function withBug(bug: PlantedBug): (binding: HooksBinding) => HooksBinding {
  return ({ data }) => ({ module: import.meta.url, data: { bug, data } });
}

export const createHooks: CreateHooks = async (runtime, worker, given) => {
  const { bug, data } = given as { bug: PlantedBug; data: unknown };
  const hooks = await createFaultHooks(runtime, worker, data);
  return new Proxy(hooks, {
    get(inner, name) {
      if (name === 'wrapStore') {
        const wrap: WorkerHooks['wrapStore'] = (store, opened) =>
          buggyStore(bug, inner.wrapStore(store, opened), runtime);
        return wrap;
      }
      if (name === 'wrapReader') {
        const wrap: WorkerHooks['wrapReader'] = (site, reader) => {
          const wrapped = inner.wrapReader(site, reader);
          return bug === 'a block dropped after a restart' && site.offset > 0 ? withoutFirstBlock(wrapped) : wrapped;
        };
        return wrap;
      }
      const member = Reflect.get(inner, name, inner) as unknown;
      return typeof member === 'function' ? (member as (...args: unknown[]) => unknown).bind(inner) : member;
    },
  });
};

function buggyStore(bug: PlantedBug, store: KeyValueStore, runtime: Runtime): KeyValueStore {
  const later = (rows: RowColumns, write: (copy: RowColumns) => Promise<void>): Promise<void> => {
    const copy = structuredClone(rows);
    // What comes of it is told to nobody.
    void runtime
      .sleep(3)
      .then(() => write(copy))
      .catch(() => undefined);
    return runtime.yield();
  };
  const unfenced = (fence: Fence): Fence => ({ ...fence, epoch: Number.MAX_SAFE_INTEGER });
  const changes: Partial<Record<PlantedBug, Partial<KeyValueStore>>> = {
    'commit before write': {
      increment: (rows, fence, options) => later(rows, (copy) => store.increment(copy, fence, options)),
      upsert: (rows, version, fence) => later(rows, (copy) => store.upsert(copy, version, fence)),
    },
    'fence ignored': {
      increment: (rows, fence, options) => store.increment(rows, unfenced(fence), options),
    },
    'answers swapped': {
      upsert: (rows, version, fence) => {
        const copy = structuredClone(rows);
        const last = copy.count - 1;
        if (last > 0)
          [copy.counter[last], copy.counter[last - 1]] = [rows.counter[last - 1] ?? 0, rows.counter[last] ?? 0];
        return store.upsert(copy, version, fence);
      },
    },
  };
  const changed = changes[bug] ?? {};
  return new Proxy(store, {
    get(inner, name) {
      const member = (Reflect.get(changed, name) ?? Reflect.get(inner, name, inner)) as unknown;
      return typeof member === 'function' ? (member as (...args: unknown[]) => unknown).bind(inner) : member;
    },
  });
}

function withoutFirstBlock(reader: LogReader): LogReader {
  let dropped = false;
  return {
    async read() {
      const entry = await reader.read();
      if (dropped || entry?.kind !== 'impressions') return entry;
      dropped = true;
      return reader.read();
    },
    close: () => reader.close(),
  };
}
