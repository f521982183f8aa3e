/**
 * A world in memory whose workers are the embedded engine's, and whose worker processes can be got hold of. It keeps
 * what is deleted from its stores, so that it can be audited.
 */
import { createRows, type KeyValueStore, type RowColumns } from '../../substrates/key-value-store/key-value-store.ts';
import { MemoryRuntime, MemoryWorld } from '../../substrates/memory-runtime.ts';
import type { Runtime, SupervisorLine } from '../../substrates/runtime.ts';
import { runWorker } from '../../substrates/stream-engine/embedded/worker.ts';
import type { WorkerSpecification } from '../../substrates/stream-engine/embedded/worker-messages.ts';

export interface WorkerProcess {
  worker: number;
  epoch: number;
  runtime: MemoryRuntime;
}

export class SimulatedWorld extends MemoryWorld {
  /** Every worker process so far, in the order in which they were started. */
  readonly workers: WorkerProcess[] = [];
  readonly #deleted = new Map<string, RowColumns[]>();

  constructor(seed: number, startMs: number) {
    super({
      seed,
      startMs,
      workerMain: (runtime: Runtime, line: SupervisorLine, specification: unknown) => {
        const { worker, epoch, partitions } = specification as WorkerSpecification;
        if (runtime instanceof MemoryRuntime) {
          this.workers.push({ worker, epoch, runtime });
          this.note(runtime.name, `is worker ${worker}, epoch ${epoch}`, `partitions ${partitions.join(' ')}`);
        }
        return runWorker(runtime, line, specification as WorkerSpecification);
      },
    });
  }

  /** What was in the rows that were deleted from a store, deletion by deletion. */
  deletedRows(store: string): readonly RowColumns[] {
    return this.#deleted.get(store) ?? [];
  }

  override openStore(binding: { kind: 'memory'; name: string }): KeyValueStore {
    const store = this.stores.open(binding);
    const reader = this.stores.open(binding);
    const remove = store.delete.bind(store);
    store.delete = async (keys, fence) => {
      const rows: RowColumns = { ...createRows(keys.count), count: keys.count };
      rows.tweetIdLo.set(keys.tweetIdLo.subarray(0, keys.count));
      rows.tweetIdHi.set(keys.tweetIdHi.subarray(0, keys.count));
      rows.hourStartMs.set(keys.hourStartMs.subarray(0, keys.count));
      // A store in memory has read and deleted when its calls return: nothing comes in between.
      await Promise.all([reader.multiGet(keys, rows), remove(keys, fence)]);
      this.#deleted.set(binding.name, [...this.deletedRows(binding.name), rows]);
    };
    return store;
  }

  /** The newest process of a worker; undefined before its first. */
  newest(worker: number): WorkerProcess | undefined {
    return this.workers.findLast((process) => process.worker === worker);
  }
}
