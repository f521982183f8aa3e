/**
 * The processes of the Flink that we started from packages: its job manager and its task managers, each to be killed
 * and started again by itself, while the others go on.
 *
 *     const flink = await ownedFlink('flink://127.0.0.1:18081'); // undefined if it is not ours
 *     flink.jobManager.kill('SIGKILL');
 *     await flink.jobManager.restart(); // resolves when REST answers and every task manager that runs is back in it
 *     const struck = flink.taskManagers.find(({ isCalled }) => isCalled('127.0.0.1:16125-4ca4c5')); // Flink's own id
 *     struck?.kill('SIGKILL');
 *     await struck?.restart(); // resolves when the new process has registered; it has another id and the same ports
 *
 * Nothing here knows of jobs: without high availability a new job manager has none, and whoever wants one back submits
 * it again from its last checkpoint, which stays in the service's folder.
 */
import { stateFoldersOf, type TaskManagerPlace, taskManagersOf } from './catalogue/flink.ts';
import type { OneProcess } from './one-process.ts';
import { taskManagerIds } from './probes/flink.ts';
import type { Server } from './server.ts';
import { isSameServer, recordedServer } from './services.ts';
import type { ServiceOptions } from './world.ts';

/** One process of Flink's. It fits where faults want an `OwnedServer`. */
export interface FlinkProcess {
  /** `job-manager`, `task-manager-1`, `task-manager-2`, … */
  readonly name: string;
  /** Of the process as it was started last; undefined if it is not known to have been started. */
  readonly pid: number | undefined;
  isRunning(): boolean;
  /** Sends the signal to this process and to no other; false if it is gone. */
  kill(signal: NodeJS.Signals): boolean;
  /**
   * Starts another process in its place, after ending it if it still runs. Rejects with `BenchError` if it does not
   * take its part in the cluster.
   */
  restart(): Promise<void>;
  /** What it said last. */
  logTail(): Promise<string>;
}

export interface FlinkTaskManager extends FlinkProcess {
  /** `host:port` where its queryable-state proxy listens. */
  readonly proxy: string;
  /** Whether Flink's REST means this task manager by the id, whichever of its processes had it. */
  isCalled(taskManagerId: string): boolean;
}

export interface OwnedFlink {
  readonly url: string;
  readonly version: string;
  /** The service's folder. */
  readonly directory: string;
  /** `file:///…` of the folders that the cluster is set to. */
  readonly checkpoints: string;
  readonly savepoints: string;
  readonly jobManager: FlinkProcess;
  readonly taskManagers: readonly FlinkTaskManager[];
  /** Of all processes that run, such as for their CPU time. */
  pids(): number[];
}

const ASK_MS = 1000;

/** The Flink that we started for this address, if any process of it runs. */
export async function ownedFlink(url: string, options: ServiceOptions = {}): Promise<OwnedFlink | undefined> {
  const server = await recordedServer('flink', options);
  if (server === undefined || !isSameServer(server.url, url)) return undefined;
  const flink = new StartedFlink(server);
  return flink.pids().length > 0 ? flink : undefined;
}

class StartedFlink implements OwnedFlink {
  readonly url: string;
  readonly version: string;
  readonly directory: string;
  readonly checkpoints: string;
  readonly savepoints: string;
  readonly jobManager: FlinkProcess;
  readonly taskManagers: readonly FlinkTaskManager[];
  readonly #server: Server;
  /** Restarts come one after another: each holds the service's folder. */
  #restarting: Promise<unknown> = Promise.resolve();

  constructor(server: Server) {
    const { checkpoints, savepoints } = stateFoldersOf(server.directory);
    this.url = server.url;
    this.version = server.version;
    this.directory = server.directory;
    this.checkpoints = checkpoints;
    this.savepoints = savepoints;
    this.#server = server;
    this.jobManager = processOf('job-manager', server.main, () => this.#inTurn(() => this.#restartJobManager()));
    this.taskManagers = taskManagersOf(server.portOffset).flatMap((place) => {
      const companion = server.companions.find(({ name }) => name === place.name);
      return companion === undefined ? [] : [this.#taskManager(place, companion)];
    });
  }

  pids(): number[] {
    return [this.jobManager, ...this.taskManagers].flatMap(({ pid, isRunning }) =>
      pid !== undefined && isRunning() ? [pid] : [],
    );
  }

  #taskManager(place: TaskManagerPlace, companion: OneProcess): FlinkTaskManager {
    const restart = (): Promise<void> => this.#inTurn(() => this.#restartTaskManager(place, companion));
    return Object.assign(processOf(place.name, companion, restart), {
      proxy: `127.0.0.1:${place.proxyPort}`,
      isCalled: (taskManagerId: string) => isIdOf(place, taskManagerId),
    });
  }

  async #restartTaskManager(place: TaskManagerPlace, companion: OneProcess): Promise<void> {
    // Until its death is noticed, the process before it still counts as registered.
    const before = new Set(await this.#ids(ASK_MS).catch(() => []));
    await this.#server.restartOne(companion, async (timeoutMs) => {
      const ids = await this.#ids(timeoutMs);
      if (ids.some((id) => isIdOf(place, id) && !before.has(id))) return;
      throw new Error(`${place.name} has not registered with the job manager`);
    });
  }

  async #restartJobManager(): Promise<void> {
    await this.#server.restartOne(this.#server.main, async (timeoutMs) => {
      const ids = await this.#ids(timeoutMs);
      const missing = this.taskManagers.filter((one) => one.isRunning() && !ids.some(one.isCalled));
      if (missing.length === 0) return;
      throw new Error(`${missing.map(({ name }) => name).join(', ')} did not register with the new job manager`);
    });
  }

  #ids(timeoutMs: number): Promise<string[]> {
    return taskManagerIds(Number(new URL(this.url).port), timeoutMs);
  }

  #inTurn(restart: () => Promise<void>): Promise<void> {
    const restarted = this.#restarting.then(restart);
    this.#restarting = restarted.catch(() => undefined);
    return restarted;
  }
}

function processOf(name: string, one: OneProcess, restart: () => Promise<void>): FlinkProcess {
  return {
    name,
    get pid() {
      return one.pid;
    },
    isRunning: () => one.isRunning(),
    kill: (signal) => one.kill(signal),
    restart,
    logTail: () => one.logTail(),
  };
}

function isIdOf({ rpcPort }: TaskManagerPlace, taskManagerId: string): boolean {
  return taskManagerId.startsWith(`127.0.0.1:${rpcPort}-`);
}
