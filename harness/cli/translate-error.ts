/**
 * Errors that other layers throw, in the words of the command line. Layers below know no flags and no exit codes; here
 * is where their errors, and those of the operating system, get both.
 */
import { BenchError, type ErrorCode } from './bench-error.ts';

const SERVER_GONE = {
  code: 'OB_SERVER_UNREACHABLE',
  remedy: "Look at the server with 'omegabench doctor', and whether it still runs; then try again.",
} as const;

/** Errors of other layers by their name, which is part of their contract. */
const KNOWN: Readonly<Record<string, { code: ErrorCode; remedy: string }>> = {
  ResultFileError: {
    code: 'OB_RESULT_MALFORMED',
    remedy: "Give a run's folder, such as results/RUN, or its result.json.",
  },
  DeclarationError: {
    code: 'OB_ARCHITECTURE_MALFORMED',
    remedy: 'Compare it with the files in architectures/: each default-exports a declaration.',
  },
  TraceError: {
    code: 'OB_TRACE_MALFORMED',
    remedy: 'Mend that line: a trace is CSV or NDJSON of tweetId,eventTimeMs, plain or gzipped.',
  },
  LogNotReadyError: {
    code: 'OB_SERVER_UNFIT',
    remedy: 'A stream has a topic or folder of its own: --create makes the topic, another --topic is another one.',
  },
  JobFailedError: {
    code: 'OB_WORKER_FAILED',
    remedy: 'See the cause with --verbose; free memory and disk, or run with fewer --workers.',
  },
  StoreUnavailableError: SERVER_GONE,
  LogUnavailableError: SERVER_GONE,
  LaneError: SERVER_GONE,
  FlinkUnavailableError: SERVER_GONE,
  FlinkRefusedError: {
    code: 'OB_SERVER_UNFIT',
    remedy: "Do what Flink says, and look at the cluster with 'omegabench doctor'.",
  },
  RedisRefusedError: {
    code: 'OB_SERVER_UNFIT',
    remedy: "Do what the server says, and look at it with 'omegabench doctor'.",
  },
};

/** Failures of system calls by their code. */
const SYSTEM: Readonly<Record<string, { code: ErrorCode; remedy: string }>> = {
  ENOSPC: {
    code: 'OB_DISK_TOO_SMALL',
    remedy: 'Free some space, choose another disk with --out, or lower --capacity-events.',
  },
  EDQUOT: { code: 'OB_DISK_TOO_SMALL', remedy: 'Free some of your quota, or choose another disk with --out.' },
  EACCES: { code: 'OB_OUT_NOT_WRITABLE', remedy: 'Choose a folder that this user can write with --out.' },
  EROFS: { code: 'OB_OUT_NOT_WRITABLE', remedy: 'Choose a folder that this user can write with --out.' },
  EMFILE: {
    code: 'OB_WORKER_FAILED',
    remedy: 'Raise the limit on open files (ulimit -n 4096), or lower --partitions.',
  },
  EAGAIN: { code: 'OB_WORKER_FAILED', remedy: 'Raise the limit on processes (ulimit -u), or lower --workers.' },
  ENOMEM: { code: 'OB_WORKER_FAILED', remedy: 'Free some memory, or lower --rate or --workers.' },
};

/** What errors have in common, wherever they were made. */
interface Thrown {
  name?: string;
  message?: string;
  code?: unknown;
  cause?: unknown;
}

/** Causes of causes that are looked at. */
const MOST_CAUSES = 8;

/** The `BenchError` that says what `error` says: the error itself, or what is known of it or of a cause of it. */
export function translateError(error: unknown): BenchError {
  let at = error;
  for (let depth = 0; depth < MOST_CAUSES && typeof at === 'object' && at !== null; depth++) {
    if (at instanceof BenchError) return at;
    const thrown: Thrown = at;
    const known = KNOWN[thrown.name ?? ''] ?? SYSTEM[String(thrown.code)];
    if (known !== undefined) return new BenchError(known.code, thrown.message ?? '', known.remedy, error);
    at = thrown.cause;
  }
  const thrown: Thrown = typeof error === 'object' && error !== null ? error : { message: String(error) };
  const remedy = 'This is a defect of omegabench: run again with --verbose and report what it prints.';
  return new BenchError('OB_UNEXPECTED', `unexpected error: ${thrown.message || thrown.name}`, remedy, error);
}
