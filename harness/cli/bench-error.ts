/**
 * The error that people see: what went wrong and why, the way out, and a code from one closed list. Everything that bad
 * input or the machine can cause is a `BenchError`; what is none is a defect of omegabench and says so.
 */
import { withoutUserinfo } from '../config/redact.ts';
import { ExitCode } from './exit-codes.ts';

/** Every error code, with the exit code that it leads to. */
const EXIT_CODE_OF = {
  OB_UNEXPECTED: ExitCode.Unexpected,
  OB_UNKNOWN_COMMAND: ExitCode.BadInput,
  OB_UNKNOWN_FLAG: ExitCode.BadInput,
  OB_UNKNOWN_NAME: ExitCode.BadInput,
  OB_USAGE: ExitCode.BadInput,
  OB_BAD_VALUE: ExitCode.BadInput,
  OB_OUT_OF_RANGE: ExitCode.BadInput,
  OB_CONFLICT: ExitCode.BadInput,
  OB_CONFIG_FILE: ExitCode.BadInput,
  OB_FAULT_PLAN: ExitCode.BadInput,
  OB_NO_RUN: ExitCode.BadInput,
  OB_FILE_UNREADABLE: ExitCode.BadInput,
  OB_TRACE_MALFORMED: ExitCode.BadInput,
  OB_ARCHITECTURE_MALFORMED: ExitCode.BadInput,
  OB_RESULT_MALFORMED: ExitCode.BadInput,
  OB_OUT_NOT_WRITABLE: ExitCode.Environment,
  OB_DISK_TOO_SMALL: ExitCode.Environment,
  OB_WORKER_FAILED: ExitCode.Environment,
  OB_SERVICE_FAILED: ExitCode.Environment,
  OB_PORT_IN_USE: ExitCode.Environment,
  OB_TOOL_MISSING: ExitCode.Environment,
  OB_SERVER_UNREACHABLE: ExitCode.Environment,
  OB_SERVER_UNFIT: ExitCode.Environment,
  OB_RUN_INVALID: ExitCode.RunInvalid,
} as const satisfies Record<string, ExitCode>;

export type ErrorCode = keyof typeof EXIT_CODE_OF;

export const ERROR_CODES = Object.keys(EXIT_CODE_OF) as ErrorCode[];

export class BenchError extends Error {
  override readonly name = 'BenchError';
  readonly code: ErrorCode;
  /** What to do about it, as a whole sentence or a command to type. */
  readonly remedy: string;

  constructor(code: ErrorCode, message: string, remedy: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.remedy = remedy;
  }

  get exitCode(): ExitCode {
    return EXIT_CODE_OF[this.code];
  }
}

/**
 * The two or three lines that a person reads; with `verbose`, the stack and its causes too. Whatever URL is in them
 * loses its user name and password, should a client have put it there.
 */
export function describeError(error: BenchError, verbose: boolean): string {
  const lines = [`omegabench: ${error.message}`, `  → ${error.remedy}`];
  lines.push(`  (${error.code}, exit code ${error.exitCode})`);
  if (verbose) lines.push('', ...stacks(error));
  return withoutUserinfo(`${lines.join('\n')}\n`);
}

function stacks(error: unknown): string[] {
  const lines: string[] = [];
  for (let at: unknown = error; at !== undefined; at = at instanceof Error ? at.cause : undefined) {
    const text = at instanceof Error ? (at.stack ?? at.message) : String(at);
    lines.push(lines.length === 0 ? text : `caused by: ${text}`);
  }
  return lines;
}
