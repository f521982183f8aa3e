/** What the command line needs from the rest: injected, so that tests drive it whole with a run that takes no time. */
import type { Clock } from '../../substrates/clock.ts';
import type { JobSummary } from '../../substrates/stream-engine/flink/rest/types.ts';
import type { CalibrationReport } from '../calibrate/calibrate.ts';
import type { ServerCredentials } from '../config/credentials.ts';
import type { FileSystemFacts } from '../config/preflight.ts';
import type { RunConfig } from '../config/run-config.ts';
import type { MachineFacts } from '../doctor/machine-findings.ts';
import type { Probes } from '../doctor/probes.ts';
import type { RealServerPlaces } from '../faults/real-servers.ts';
import type { GenerateOptions, GenerateReport } from '../load/generate-stream.ts';
import type { Result, ServerCeiling } from '../results/schema.ts';
import type { ProgressSink } from '../run/progress-sink.ts';
import type { ServiceControl } from '../services/control.ts';
import type { StoppedJob } from '../upgrade/own-jobs.ts';
import type { UpgradeOptions } from '../upgrade/upgrade.ts';
import type { UpgradeResult } from '../upgrade/upgrade-result.ts';
import type { SignalTarget } from './interruption.ts';
import type { ProgressStream } from './progress.ts';

export interface RunContext {
  progress: ProgressSink;
  signal: AbortSignal;
  /** Who logs in at the servers; never printed or stored. */
  credentials: ServerCredentials;
}

/** A run that ended, whole or interrupted, and the folder where it left everything. */
export interface FinishedRun {
  result: Result;
  directory: string;
}

export interface CatalogueEntry {
  name: string;
  description: string;
  /** Of a fault: its row of the fault matrix, and what the counts of each architecture are after it. */
  row?: string;
  expected?: Readonly<Record<string, string>>;
}

/** What there is to choose from. */
export interface Catalogue {
  architectures: readonly CatalogueEntry[];
  substrates: readonly CatalogueEntry[];
  faults: readonly CatalogueEntry[];
}

export interface CliDependencies {
  stdout: { write(text: string): unknown; columns?: number };
  stderr: ProgressStream;
  /** Environment variables. */
  environment: Readonly<Record<string, string | undefined>>;
  workingDirectory: string;
  version: string;
  clock: Clock;
  /** A clock of the wall's time, from now on. */
  wallClock(): Clock;
  signals: SignalTarget;
  fileSystem: FileSystemFacts;
  /** Asks servers what they are. */
  probes: Probes;
  /** What the operating system says, with the free bytes of the disk that runs write to. */
  machine(freeDiskBytes: number): MachineFacts;
  catalogue(): Promise<Catalogue>;
  /** Loads a user's architecture and gives its name; rejects if the file declares none. */
  architectureName(path: string): Promise<string>;
  runBenchmark(config: RunConfig, context: RunContext): Promise<FinishedRun>;
  /** Reads a result by its file or its run's folder. */
  readResult(path: string): Promise<Result>;
  /** Writes every report of a result into the folder; resolves with their paths, the HTML page first. */
  writeReports(result: Result, directory: string): Promise<string[]>;
  /** The end of a run for a terminal: who won what. */
  summarize(result: Result): Promise<string>;
  /** Results side by side, as text for a terminal and as data. */
  compare(results: readonly { label: string; result: Result }[]): Promise<{ text: string; data: unknown }>;
  /** Starts and stops real servers. */
  services(): Promise<ServiceControl>;
  /** Runs the fault matrix; `text` is its table for a terminal. */
  runMatrix(options: {
    kinds: readonly string[];
    architectures: readonly string[];
    out: string;
    /** Where log and stores are, without secrets. */
    substrates: RealServerPlaces;
    credentials: ServerCredentials;
    signal: AbortSignal;
    say: (line: string) => void;
  }): Promise<{ text: string; data: unknown; asExpected: boolean }>;
  generate(options: GenerateOptions): Promise<GenerateReport>;
  /** Changes a program under its state and rolls it back; `text` is its table for a terminal. */
  upgrade(options: UpgradeOptions): Promise<{ result: UpgradeResult; text: string }>;
  /** Jobs of ours on the Flink cluster of a URL. Error: `BenchError` if it is none. */
  jobs(
    engine: string,
    credentials: ServerCredentials,
  ): Promise<{ list(): Promise<JobSummary[]>; stop(name: string, savepoint: boolean): Promise<StoppedJob> }>;
  calibrate(options: {
    directory: string;
    quick: boolean;
    progress: ProgressSink;
    signal: AbortSignal;
  }): Promise<CalibrationReport>;
  /** Measures the servers of the configuration; `text` is a table for a terminal. */
  calibrateServers(
    config: RunConfig,
    options: { credentials: ServerCredentials; quick: boolean; progress: ProgressSink; signal: AbortSignal },
  ): Promise<{ text: string; ceilings: ServerCeiling[] }>;
}
