/**
 * A program that starts a job of real worker processes on a log that never ends, says which they are, one line of JSON,
 * and then waits to be killed. Arguments: a folder with a file log of `PROCESS_SOURCE` in `log`.
 */
import { findArchitecture } from '../../architectures/registry.ts';
import type { Declaration } from '../../substrates/declaration.ts';
import { processJob, startProcesses } from './process-job.ts';

const folder = process.argv[2] as string;
const job = await startProcesses(processJob(folder, findArchitecture('omega-prime') as Declaration));
job.go();
const pids = job.events.flatMap((event) => (event.kind === 'started' ? [event.pid] : []));
process.stdout.write(`${JSON.stringify(pids)}\n`);
setInterval(() => undefined, 1000);
