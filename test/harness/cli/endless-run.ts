/**
 * A process with the real command line, real signals and a run that goes on until it is told to end; started by
 * `signals.test.ts`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createCli } from '../../../harness/cli/cli.ts';
import { resultFixture } from '../../support/result-fixture.ts';
import { fakeCli } from './fake-dependencies.ts';

const { dependencies } = fakeCli();
/** With `deaf` the run does not heed the first signal. */
const deaf = process.argv[2] === 'deaf';

const cli = createCli({
  ...dependencies,
  stdout: process.stdout,
  stderr: process.stderr,
  signals: process,
  async runBenchmark(_config, { progress, signal }) {
    progress.phase('running', 'until a signal');
    while (deaf || !signal.aborted) await sleep(5);
    return { result: resultFixture({ status: 'interrupted' }), directory: '/somewhere/results/run-1' };
  },
});
process.exitCode = await cli.main(['run']);
