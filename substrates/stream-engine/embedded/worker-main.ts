/** The entry of a worker process: takes its specification from the supervisor and runs until it is told to stop. */
import { MonotonicClock } from '../../clock.ts';
import { NodeRuntime } from '../../node-runtime.ts';
import type { SupervisorLine } from '../../runtime.ts';
import { runWorker } from './worker.ts';
import type { WorkerSpecification } from './worker-messages.ts';

const line: SupervisorLine = {
  send(message) {
    if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
  },
  onMessage(listener) {
    process.on('message', listener);
  },
};

// A worker never outlives its supervisor, and a Ctrl-C in the terminal is the supervisor's to handle.
process.on('disconnect', () => process.exit(1));
process.on('SIGINT', () => undefined);

process.once('message', (specification: WorkerSpecification) => {
  const runtime = new NodeRuntime(new MonotonicClock(specification.epochOffsetMs));
  runWorker(runtime, line, specification)
    .then(() => 0)
    .catch(() => 1)
    // The last message must be out before the process ends.
    .then((code) => setTimeout(() => process.exit(code), 20));
});
