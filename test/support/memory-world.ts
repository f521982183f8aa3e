/** A world in memory whose workers are the embedded engine's, and whose worker processes a test can get hold of. */
import { MemoryRuntime, MemoryWorld } from '../../substrates/memory-runtime.ts';
import type { Runtime, SupervisorLine } from '../../substrates/runtime.ts';
import { runWorker } from '../../substrates/stream-engine/embedded/worker.ts';
import type { WorkerSpecification } from '../../substrates/stream-engine/embedded/worker-messages.ts';

export interface WorkerProcess {
  worker: number;
  epoch: number;
  runtime: MemoryRuntime;
}

export class TestWorld extends MemoryWorld {
  /** Every worker process so far, in the order in which they were started. */
  readonly workers: WorkerProcess[] = [];

  constructor(seed: number, startMs: number) {
    super({
      seed,
      startMs,
      workerMain: (runtime: Runtime, line: SupervisorLine, specification: unknown) => {
        const { worker, epoch } = specification as WorkerSpecification;
        if (runtime instanceof MemoryRuntime) this.workers.push({ worker, epoch, runtime });
        return runWorker(runtime, line, specification as WorkerSpecification);
      },
    });
  }
}
