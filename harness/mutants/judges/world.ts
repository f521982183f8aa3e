/**
 * The world in which a judge runs a pipeline: virtual time and stores in memory, the log in real files. Workers can be
 * got hold of, to be killed or stopped from outside.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileLog } from '../../../substrates/event-log/files/file-log.ts';
import { LmdbStore } from '../../../substrates/key-value-store/lmdb/lmdb-store.ts';
import type { MemoryStore } from '../../../substrates/key-value-store/memory-store.ts';
import { MemoryRuntime, MemoryWorld } from '../../../substrates/memory-runtime.ts';
import type { Runtime, SupervisorLine } from '../../../substrates/runtime.ts';
import { runWorker } from '../../../substrates/stream-engine/embedded/worker.ts';
import type { WorkerSpecification } from '../../../substrates/stream-engine/embedded/worker-messages.ts';

/** So small that a short stream rolls to the next segment often. */
const SEGMENT_BYTES = 16 * 1024;

export class JudgeWorld extends MemoryWorld {
  /** Worker processes so far, in the order in which they were started. */
  readonly workers: { worker: number; runtime: MemoryRuntime }[] = [];
  /** Of this world alone; removed by `close`. */
  readonly folder = mkdtempSync(join(tmpdir(), 'omegabench-judge-'));

  constructor(seed: number, startMs: number, stores: 'memory' | 'lmdb') {
    super({
      seed,
      startMs,
      workerMain: (runtime: Runtime, line: SupervisorLine, specification: unknown) => {
        const { worker } = specification as WorkerSpecification;
        if (runtime instanceof MemoryRuntime) this.workers.push({ worker, runtime });
        return runWorker(runtime, line, specification as WorkerSpecification);
      },
    });
    this.logs.open = ({ partitions }) =>
      new FileLog({ kind: 'files', directory: this.logFolder, partitions }, { segmentBytes: SEGMENT_BYTES });
    if (stores === 'memory') return;
    this.stores.open = (binding) => {
      const name = binding.kind === 'memory' ? binding.name : 'store';
      const store = new LmdbStore({ kind: 'lmdb', directory: join(this.folder, name), sync: false });
      return store as unknown as MemoryStore;
    };
  }

  get logFolder(): string {
    return join(this.folder, 'log');
  }

  /** The newest process of a worker. */
  newest(worker: number): MemoryRuntime | undefined {
    return this.workers.findLast((life) => life.worker === worker)?.runtime;
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
