/** The table of exit codes, and that every error leads to a code in it. */
import { expect, test } from '@jest/globals';
import { BenchError, ERROR_CODES } from '../../../harness/cli/bench-error.ts';
import { EXIT_CODE_MEANINGS, ExitCode } from '../../../harness/cli/exit-codes.ts';

test('the codes are those that are documented', () => {
  expect(ExitCode).toEqual({
    Ok: 0,
    Unexpected: 1,
    BadInput: 2,
    Environment: 3,
    RunInvalid: 4,
    Violation: 5,
    Interrupted: 130,
    Terminated: 143,
  });
  expect(EXIT_CODE_MEANINGS.map(({ code }) => code)).toEqual(Object.values(ExitCode));
});

test('every error code leads to an exit code that is not success', () => {
  for (const code of ERROR_CODES) {
    expect(code).toMatch(/^OB_[A-Z_]+$/);
    const { exitCode } = new BenchError(code, 'what', 'way out');
    expect(Object.values(ExitCode)).toContain(exitCode);
    expect(exitCode).not.toBe(ExitCode.Ok);
  }
});
