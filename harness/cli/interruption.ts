/**
 * Ctrl-C and SIGTERM: the first one asks the work to end, which takes its child processes with it and keeps what was
 * measured; the second one ends this process at once.
 */
import { ExitCode } from './exit-codes.ts';

/** The part of `process` that listens to signals and ends. */
export interface SignalTarget {
  on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
  off(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
  exit(code: number): void;
}

export interface Interruption {
  /** Exit code of the signal that came, undefined if none did. */
  readonly exitCode: ExitCode | undefined;
}

/** Runs `work` with a signal that aborts when a person or a supervisor wants it to end. */
export async function withInterruption<T>(
  target: SignalTarget,
  onFirst: (name: string) => void,
  work: (signal: AbortSignal, interruption: Interruption) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const interruption: { exitCode: ExitCode | undefined } = { exitCode: undefined };
  const receive = (name: 'SIGINT' | 'SIGTERM', code: ExitCode) => () => {
    if (interruption.exitCode !== undefined) {
      target.exit(code);
      return;
    }
    interruption.exitCode = code;
    onFirst(name);
    controller.abort(new Error(`received ${name}`));
  };
  const onInterrupt = receive('SIGINT', ExitCode.Interrupted);
  const onTerminate = receive('SIGTERM', ExitCode.Terminated);
  target.on('SIGINT', onInterrupt);
  target.on('SIGTERM', onTerminate);
  try {
    return await work(controller.signal, interruption);
  } finally {
    target.off('SIGINT', onInterrupt);
    target.off('SIGTERM', onTerminate);
  }
}
