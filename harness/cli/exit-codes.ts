/**
 * Exit codes of the command: one documented table, so that scripts can tell bad input from a broken machine, and a
 * broken machine from an architecture that erred. The help text and the documentation print this table.
 */

export const ExitCode = {
  Ok: 0,
  Unexpected: 1,
  BadInput: 2,
  Environment: 3,
  RunInvalid: 4,
  Violation: 5,
  Interrupted: 130,
  Terminated: 143,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** What each code says, in the order of the codes. */
export const EXIT_CODE_MEANINGS: readonly { code: ExitCode; meaning: string }[] = [
  { code: ExitCode.Ok, meaning: 'done' },
  { code: ExitCode.Unexpected, meaning: 'unexpected error: a defect of omegabench' },
  { code: ExitCode.BadInput, meaning: 'bad input: a flag, the config file, a trace or a result file' },
  { code: ExitCode.Environment, meaning: 'machine or servers: disk too small, folder not writable, no answer' },
  { code: ExitCode.RunInvalid, meaning: 'run invalid: a fault did not bite, or the generator was late' },
  { code: ExitCode.Violation, meaning: 'violation: an architecture erred where it must not' },
  { code: ExitCode.Interrupted, meaning: 'interrupted by SIGINT (Ctrl-C)' },
  { code: ExitCode.Terminated, meaning: 'ended by SIGTERM' },
];
