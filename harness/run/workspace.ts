/**
 * The folders of a run: its results, which stay, and its work (logs, stores, checkpoints), which the run owns and
 * removes.
 */
import { mkdir, mkdtemp, readdir, rm, rmdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';

export class Workspace {
  /** Where the results go. */
  readonly directory: string;
  /** Everything that is removed at the end. */
  readonly #work: string;
  #folders = 0;

  private constructor(directory: string, work: string) {
    this.directory = directory;
    this.#work = work;
  }

  /** Makes `<out>/<runId>` and a work folder beside it, of this run alone. */
  static async create(out: string, runId: string): Promise<Workspace> {
    const directory = resolve(out, runId);
    await mkdir(directory, { recursive: true });
    return new Workspace(directory, await mkdtemp(join(directory, '.work-')));
  }

  /** A fresh empty folder for one act. */
  async folder(name: string): Promise<string> {
    this.#folders += 1;
    const path = join(this.#work, `${String(this.#folders).padStart(3, '0')}-${name}`);
    await mkdir(path);
    return path;
  }

  async discard(folder: string): Promise<void> {
    await rm(folder, { recursive: true, force: true });
  }

  /** Removes all work, and the run's folder if nothing was left in it; idempotent. */
  async close(): Promise<void> {
    await this.discard(this.#work);
    const left = await readdir(this.directory).catch(() => ['']);
    if (left.length === 0) await rmdir(this.directory);
  }
}
