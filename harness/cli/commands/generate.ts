/** `omegabench generate`: makes a stream, or a shard of it, on the wall's time, and says how late it was. */
import { type GenerateConfig, resolveGenerate } from '../../config/generate-config.ts';
import { preflightServers } from '../../config/server-preflight.ts';
import { count } from '../../config/units.ts';
import type { GenerateReport } from '../../load/generate-stream.ts';
import { BenchError } from '../bench-error.ts';
import type { CliDependencies } from '../dependencies.ts';
import { ExitCode } from '../exit-codes.ts';
import { withInterruption } from '../interruption.ts';
import type { Invocation } from '../parser.ts';
import { createProgress } from '../progress.ts';

export async function generate(
  invocation: Extract<Invocation, { command: 'generate' }>,
  dependencies: CliDependencies,
): Promise<ExitCode> {
  const { stdout, stderr, workingDirectory, environment } = dependencies;
  const clock = dependencies.wallClock();
  const config = resolveGenerate(invocation.said, { nowMs: clock.nowMs(), workingDirectory, environment });
  await checkLog(config, dependencies);
  const progress = createProgress(stderr, dependencies.clock);
  const onInterrupt = (name: string): void => progress.done(`${name}: stopping; once more to stop at once`);
  const { stream, log, partitions, create } = config;
  try {
    const [report, exitCode] = await withInterruption(
      dependencies.signals,
      onInterrupt,
      async (signal, interruption) => {
        const made = await dependencies.generate({ stream, log, partitions, create, clock, progress, signal });
        return [made, interruption.exitCode] as const;
      },
    );
    progress.close();
    warn(report, (text) => progress.warn(text));
    stdout.write(invocation.json ? `${JSON.stringify(dataOf(config, report), null, 1)}\n` : textOf(config, report));
    return exitCode ?? (report.wasLate ? ExitCode.RunInvalid : ExitCode.Ok);
  } catch (error) {
    // The stream says itself what it cannot be.
    if (!(error instanceof RangeError)) throw error;
    throw new BenchError('OB_OUT_OF_RANGE', error.message, 'Lower --rate, or shorten --hour.', error);
  } finally {
    progress.close();
  }
}

async function checkLog({ log, run, credentials }: GenerateConfig, dependencies: CliDependencies): Promise<void> {
  if (log.kind !== 'files') return preflightServers(run, credentials, dependencies.probes);
  const why = await dependencies.fileSystem.unwritable(log.directory);
  if (why === undefined) return;
  const remedy = 'Choose a folder that this user can write, such as --log files:views.';
  throw new BenchError('OB_OUT_NOT_WRITABLE', `--log files:${log.directory} cannot be written: ${why}`, remedy);
}

function warn({ stopped, wasLate, latenessMs }: GenerateReport, say: (text: string) => void): void {
  if (stopped) {
    say(
      'its partitions have no end in the log, so whoever reads them waits for more; ' +
        'a stream is not taken up again: make it anew, in another topic or folder',
    );
  }
  if (wasLate) {
    say(
      `the generator was ${latenessMs.p99.toFixed(0)} ms late at the 99th percentile, so the rate was not really ` +
        'offered: free this machine, lower --rate, or make more shards on more machines',
    );
  }
}

function perImpression(report: GenerateReport): string {
  const events = eventsOf(report);
  return events === 0 ? '' : `, ${((report.cpuSeconds / events) * 1e6).toFixed(3)} us an impression`;
}

const eventsOf = (report: GenerateReport): number => report.appendedRows.reduce((total, rows) => total + rows, 0);

function textOf(config: GenerateConfig, report: GenerateReport): string {
  const { log, shard, partitions, stream } = config;
  const { latenessMs, busyShare, stopped, totalImpressions, cpuSeconds } = report;
  const where = log.kind === 'kafka' ? `topic ${log.topic}` : `folder ${log.kind === 'files' ? log.directory : ''}`;
  const events = eventsOf(report).toLocaleString('en');
  return [
    `${where}: shard ${shard.index}/${shard.count}, ${partitions.length} of ${stream.partitions} partitions`,
    `events: ${events}${stopped ? ` of ${totalImpressions.toLocaleString('en')}` : ''}`,
    `offered: ${count.format(stream.ratePerSecond)}/s by all shards, from ${new Date(stream.startMs).toISOString()} on`,
    `lateness: p50 ${latenessMs.p50.toFixed(1)} ms, p99 ${latenessMs.p99.toFixed(1)} ms, at most ${latenessMs.max.toFixed(1)} ms`,
    `busy: ${(busyShare * 100).toFixed(0)} % of the time; CPU ${cpuSeconds.toFixed(2)} s${perImpression(report)}`,
    `end: ${stopped ? 'not written, it was stopped' : 'written to each of its partitions'}`,
    `stream: ${JSON.stringify(stream)}`,
    '',
  ].join('\n');
}

/** `stream` is what the oracle needs to know what every count must be. */
function dataOf({ stream, log, shard, partitions }: GenerateConfig, report: GenerateReport): unknown {
  const { latenessMs, busyShare, cpuSeconds, stopped, wasLate, totalImpressions, appendedRows } = report;
  return {
    ...(log.kind === 'kafka' ? { topic: log.topic } : { directory: log.kind === 'files' ? log.directory : '' }),
    shard: `${shard.index}/${shard.count}`,
    partitions: partitions.map((partition) => ({ partition, events: appendedRows[partition] })),
    events: eventsOf(report),
    totalEvents: totalImpressions,
    start: new Date(stream.startMs).toISOString(),
    latenessMs,
    wasLate,
    busyShare,
    cpuSeconds,
    ended: !stopped,
    stream,
  };
}
