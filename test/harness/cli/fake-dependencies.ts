/** The command line with nothing real behind it: what it prints is kept, and a run takes no time. */
import type { Cli } from '../../../harness/cli/cli.ts';
import { createCli } from '../../../harness/cli/cli.ts';
import type { Catalogue, CliDependencies } from '../../../harness/cli/dependencies.ts';
import type { MachineFacts } from '../../../harness/doctor/machine-findings.ts';
import type { Probes } from '../../../harness/doctor/probes.ts';
import { resultFixture } from '../../support/result-fixture.ts';

/** Servers of which none answers. */
export const noServers: Probes = {
  kafka: () => Promise.reject(new Error('connect ECONNREFUSED')),
  redis: () => Promise.reject(new Error('connect ECONNREFUSED')),
  cassandra: () => Promise.reject(new Error('connect ECONNREFUSED')),
  flink: () => Promise.reject(new Error('connect ECONNREFUSED')),
};

/** A machine that spoils nothing. */
export const quietMachine: MachineFacts = {
  usableCores: 8,
  memoryBytes: 2 ** 35,
  freeMemoryBytes: 2 ** 34,
  loadAverage: 0.1,
  freeDiskBytes: 2 ** 40,
  cpuGovernors: ['performance'],
  nodeVersion: 'v20.19.0',
};

const smallCatalogue: Catalogue = {
  architectures: [
    { name: 'alpha', description: 'Every event increments the store.' },
    { name: 'omega', description: 'State first.' },
  ],
  substrates: [{ name: 'files', description: 'A log.' }],
  faults: [{ name: 'crash', description: 'SIGKILL.' }],
};

export interface FakeCli {
  cli: Cli;
  dependencies: CliDependencies;
  stdout(): string;
  stderr(): string;
  /** Delivers a signal to whoever listens. */
  signal(name: 'SIGINT' | 'SIGTERM'): void;
  /** Listeners for signals that are left. */
  listeners(): number;
  /** Codes with which the process was ended at once. */
  exits: number[];
}

export function fakeCli(changes: Partial<CliDependencies> = {}): FakeCli {
  const printed = { stdout: '', stderr: '' };
  const listeners = new Map<string, () => void>();
  const exits: number[] = [];
  let nowMs = 0;
  const dependencies: CliDependencies = {
    stdout: { write: (text) => (printed.stdout += text), columns: 80 },
    stderr: { write: (text) => (printed.stderr += text) },
    environment: {},
    workingDirectory: '/somewhere',
    version: '1.2.3',
    clock: { nowMs: () => nowMs++ },
    wallClock: () => ({ nowMs: () => Date.UTC(2026, 10, 21) }),
    signals: {
      on: (name, listener) => listeners.set(name, listener),
      off: (name) => listeners.delete(name),
      exit: (code) => exits.push(code),
    },
    fileSystem: {
      unreadable: async () => undefined,
      fileBytes: async () => 0,
      unwritable: async () => undefined,
      freeBytes: async () => 1e15,
    },
    probes: noServers,
    machine: () => quietMachine,
    catalogue: async () => smallCatalogue,
    architectureName: async () => 'mine',
    runBenchmark: async () => ({ result: resultFixture(), directory: '/somewhere/results/run-1' }),
    readResult: async () => resultFixture(),
    writeReports: async (_result, directory) => [`${directory}/report.html`, `${directory}/summary.md`],
    summarize: async () => 'omega-prime wins.\n',
    compare: async (results) => ({
      text: `${results.map((result) => result.label).join(' | ')}\n`,
      data: { compared: results.length },
    }),
    services: async () => ({ names: ['redis'], up: async () => [], down: async () => [], status: async () => [] }),
    runMatrix: async () => ({ text: '1 of 1 cells as expected\n', data: {}, asExpected: true }),
    generate: () => Promise.reject(new Error('nothing is generated')),
    upgrade: () => Promise.reject(new Error('nothing is upgraded')),
    jobs: () => Promise.reject(new Error('there are no jobs')),
    calibrate: async () => ({ ceilings: [], elapsedSeconds: 0 }),
    calibrateServers: async () => ({ text: '', ceilings: [] }),
    ...changes,
  };
  return {
    cli: createCli(dependencies),
    dependencies,
    stdout: () => printed.stdout,
    stderr: () => printed.stderr,
    signal: (name) => listeners.get(name)?.(),
    listeners: () => listeners.size,
    exits,
  };
}
