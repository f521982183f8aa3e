/** A process with a handle of its own on an LMDB store, as tests speak to it. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('./store-process-main.js', import.meta.url));

/** What it can be asked: see the program. */
export interface StoreRequest {
  kind: 'add' | 'read' | 'die-in-transaction';
  times?: number;
}

export class StoreProcess {
  readonly child: ChildProcess;

  constructor(directory: string, durability: string) {
    this.child = fork(PROGRAM, [directory, durability], { execArgv: [] });
  }

  /** The next answer; rejects if the process ends before. */
  async answer(): Promise<unknown> {
    const ended = once(this.child, 'exit').then((exit) => {
      throw new Error(`the process ended with ${exit}`);
    });
    const [message] = (await Promise.race([once(this.child, 'message'), ended])) as [{ answer: unknown }];
    return message.answer;
  }

  ask(request: StoreRequest): Promise<unknown> {
    const answer = this.answer();
    this.child.send(request);
    return answer;
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exit;
  }
}
