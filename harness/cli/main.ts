#!/usr/bin/env node
/**
 * The `omegabench` command: the command line of `cli.ts`, bound to this process. What is heavy (database, charts) is
 * imported when it is needed, so that help and refusals come at once.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MonotonicClock } from '../../substrates/clock.ts';
import { fileSystemFacts } from '../config/file-system-facts.ts';
import { machineFacts } from '../doctor/machine-facts.ts';
import { adapterProbes } from '../doctor/probes.ts';
import { packageRoot, readText } from '../environment/host-facts.ts';
import { describeError } from './bench-error.ts';
import { createCli } from './cli.ts';
import type { CliDependencies } from './dependencies.ts';
import { translateError } from './translate-error.ts';

/**
 * What is still open after the work is done, such as a handle that nobody closed, does not keep a finished command
 * alive.
 */
const LINGER_MS = 2000;

const dependencies: CliDependencies = {
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  workingDirectory: process.cwd(),
  version: packageVersion(),
  clock: MonotonicClock.readingNow(0),
  wallClock: () => MonotonicClock.readingWall(),
  signals: process,
  fileSystem: fileSystemFacts,
  probes: adapterProbes,
  machine: (freeDiskBytes) => machineFacts(freeDiskBytes, readText),
  catalogue: async () => (await import('./catalogue.ts')).catalogue(),
  architectureName: async (path) =>
    (await (await import('../../architectures/registry.ts')).loadArchitecture(path)).name,
  runBenchmark: async (config, context) => (await import('../run/run-benchmark.ts')).runBenchmark(config, context),
  readResult: async (path) => (await import('../results/store.ts')).readResult(path),
  async writeReports(result, directory) {
    const { writeReport } = await import('../report/report.ts');
    const { htmlPath, markdownPath, pngPaths } = await writeReport(directory, result);
    return [htmlPath, markdownPath, ...pngPaths];
  },
  summarize: async (result) => (await import('../report/terminal.ts')).terminalSummary(result),
  async compare(results) {
    const { compareResults } = await import('../report/compare.ts');
    const { terminal, differences, figures } = compareResults(results);
    return { text: terminal, data: { results: results.map((result) => result.label), differences, figures } };
  },
  services: async () => (await import('../services/control.ts')).createServiceControl(process.env),
  async runMatrix(options) {
    const { reportMatrix } = await import('../matrix/report.ts');
    const { matrixPace } = await import('../matrix/pace.ts');
    return reportMatrix({ ...matrixPace(options.substrates), ...options });
  },
  generate: async (options) => (await import('../load/generate-stream.ts')).generateStream(options),
  async upgrade(options) {
    const { runUpgrade } = await import('../upgrade/upgrade.ts');
    const { upgradeText } = await import('../upgrade/upgrade-text.ts');
    const { result, path } = await runUpgrade(options);
    return { result, text: upgradeText(result, path) };
  },
  async jobs(engine, credentials) {
    const { clusterRest } = await import('../upgrade/cluster-rest.ts');
    const { ownJobs, stopOwnJob } = await import('../upgrade/own-jobs.ts');
    const rest = clusterRest(engine, credentials);
    return { list: () => ownJobs(rest), stop: (name, savepoint) => stopOwnJob(rest, name, savepoint) };
  },
  calibrate: async (options) => (await import('../calibrate/calibrate.ts')).calibrate(options),
  async calibrateServers(config, { credentials, ...options }) {
    const { calibrateServers } = await import('../calibrate/calibrate-servers.ts');
    const { terminalCeilings } = await import('../report/terminal.ts');
    const ceilings = await calibrateServers(config, credentials, options);
    return { text: terminalCeilings(ceilings), ceilings };
  },
};

function packageVersion(): string {
  const manifest = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string };
  return manifest.version;
}

/** `omegabench list | head` closes the pipe early: that is no error. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.on('uncaughtException', (error) => {
  const shown = translateError(error);
  process.stderr.write(describeError(shown, true));
  process.exit(shown.exitCode);
});

process.exitCode = await createCli(dependencies).main(process.argv.slice(2));
setTimeout(() => process.exit(), LINGER_MS).unref();
