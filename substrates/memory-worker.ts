/**
 * Worker processes of a world in memory: a worker's main runs in a process that can be killed and stopped, and a line
 * connects it to whoever spawned it.
 */
import type { Runtime, SupervisorLine, WorkerExit, WorkerHandle } from './runtime.ts';

/** What a spawned worker runs. */
export type WorkerMain = (runtime: Runtime, line: SupervisorLine, specification: unknown) => Promise<void>;

/** A process as its world can get hold of it. */
interface WorkerProcess extends Runtime {
  readonly name: string;
  readonly alive: boolean;
  /** Resolves when the process is not paused; never, when it is dead. */
  running(): Promise<void>;
  kill(): void;
  pause(): void;
  continue(): void;
  onCrash(listener: () => void): void;
}

/** What of the world a worker needs. */
interface WorkersWorld {
  readonly workerMain: WorkerMain;
  process(name: string): WorkerProcess;
  freshName(kind: string): string;
  delay(durationMs: number, order?: number): Promise<void>;
  note(who: string, what: string, detail?: string): void;
}

/** One direction of a line. */
interface Listeners {
  underWay: unknown[];
  listeners: ((message: unknown) => void)[];
}

/** A worker of the world, with a line that loses nothing while both ends live. */
export function spawnInMemory(world: WorkersWorld, specification: unknown): WorkerHandle {
  const process = world.process(world.freshName('worker'));
  const toParent: Listeners = { underWay: [], listeners: [] };
  const toWorker: Listeners = { underWay: [], listeners: [] };
  const exits: ((exit: WorkerExit) => void)[] = [];
  let ended = false;
  const end = (exit: WorkerExit): void => {
    if (ended) return;
    ended = true;
    void world.delay(1).then(() => {
      world.note(process.name, 'has ended', exit.signal ?? `code ${exit.code}`);
      for (const listener of exits) listener(exit);
    });
  };
  const deliver = async (to: Listeners, message: unknown, receiver: () => Promise<void>): Promise<void> => {
    const text = JSON.stringify(message);
    to.underWay.push(JSON.parse(text));
    await world.delay(0.1);
    await receiver();
    // Stacks name files, which are elsewhere on another machine.
    world.note(process.name, to === toParent ? 'says' : 'hears', text.split('\\n')[0]);
    // Messages do not overtake each other: whichever wake comes first brings the oldest.
    const oldest = to.underWay.shift();
    for (const listener of to.listeners) listener(oldest);
  };
  const line: SupervisorLine = {
    send: (message) => {
      if (process.alive) void deliver(toParent, message, () => Promise.resolve());
    },
    onMessage: (listener) => void toWorker.listeners.push(listener),
  };
  process.onCrash(() => end({ code: null, signal: 'SIGKILL', stderr: '' }));
  // A wake of its own, so that nothing else runs while the worker's main imports what it needs; in the order of spawns.
  world
    .delay(0, 0)
    .then(() => process.running())
    .then(() => world.workerMain(process, line, specification))
    .then(
      () => end({ code: 0, signal: null, stderr: '' }),
      (error: unknown) => end({ code: 1, signal: null, stderr: String(error) }),
    )
    .then(() => process.kill());
  return {
    pid: 0,
    send: (message) => void deliver(toWorker, message, () => process.running()),
    onMessage: (listener) => void toParent.listeners.push(listener),
    onExit: (listener) => void exits.push(listener),
    kill: (signal) => {
      if (signal === 'SIGSTOP') process.pause();
      else if (signal === 'SIGCONT') process.continue();
      else process.kill();
    },
  };
}
