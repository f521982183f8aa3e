/**
 * How another terminal breaks something in a run: a request is a file in the run's folder, and so is its answer. A run
 * that is in no act with faults says so; a request that nobody answers belongs to a run that is over.
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const INJECTION_FOLDER = '.inject';

export const injectionRequestSchema = z.strictObject({
  id: z.string().min(1),
  kind: z.string().min(1),
  partition: z.int().min(0).optional(),
  store: z.enum(['serving', 'speed']).optional(),
  durationMs: z.number().min(1).max(600_000).optional(),
  seed: z.int().default(1),
});

export type InjectionRequest = z.infer<typeof injectionRequestSchema>;

export const injectionAnswerSchema = z.strictObject({
  /** `refused`: nothing was broken. `bit`: there is evidence. `silent`: it was injected and left none so far. */
  state: z.enum(['refused', 'bit', 'silent']),
  what: z.string(),
  architecture: z.string().optional(),
});

export type InjectionAnswer = z.infer<typeof injectionAnswerSchema>;

/** Breaks what was asked for, and resolves with what happened. */
export type InjectionHandler = (request: InjectionRequest) => Promise<InjectionAnswer>;

const POLL_MS = 50;

/** The run's side. */
export class InjectionDesk {
  /** Undefined while there is nothing to break. */
  handler: InjectionHandler | undefined;
  readonly #folder: string;
  readonly #underWay = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Opens in the run's folder. */
  static async open(directory: string): Promise<InjectionDesk> {
    const desk = new InjectionDesk(join(directory, INJECTION_FOLDER));
    await mkdir(desk.#folder, { recursive: true });
    desk.#timer = setInterval(() => void desk.#look(), POLL_MS);
    desk.#timer.unref();
    return desk;
  }

  /** Takes no more requests. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #look(): Promise<void> {
    const names = await readdir(this.#folder).catch(() => []);
    for (const name of names.filter((candidate) => candidate.endsWith('.request.json'))) {
      if (this.#underWay.has(name)) continue;
      this.#underWay.add(name);
      await this.#take(name);
    }
  }

  async #take(name: string): Promise<void> {
    const path = join(this.#folder, name);
    const answer = await this.#answer(path).catch(
      (error: unknown): InjectionAnswer => ({ state: 'refused', what: (error as Error).message }),
    );
    await writeWhole(path.replace(/\.request\.json$/, '.answer.json'), answer).catch(() => undefined);
  }

  async #answer(path: string): Promise<InjectionAnswer> {
    const request = injectionRequestSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    if (this.handler === undefined) {
      return { state: 'refused', what: 'the run is in no act with faults now: they go into its failure act' };
    }
    return this.handler(request);
  }
}

/**
 * The other terminal's side: asks, and waits for the answer; undefined if none comes in time. Error if there is no run
 * to ask.
 */
export async function askRun(
  directory: string,
  request: InjectionRequest,
  timeoutMs: number,
  sleep: (durationMs: number) => Promise<void>,
): Promise<InjectionAnswer | undefined> {
  const path = join(directory, INJECTION_FOLDER, `${request.id}.request.json`);
  await writeWhole(path, request);
  const answerPath = path.replace(/\.request\.json$/, '.answer.json');
  for (let waitedMs = 0; waitedMs < timeoutMs; waitedMs += POLL_MS) {
    const text = await readFile(answerPath, 'utf8').catch(() => undefined);
    if (text !== undefined) return injectionAnswerSchema.parse(JSON.parse(text));
    await sleep(POLL_MS);
  }
  return undefined;
}

/** A reader sees all of it or nothing. */
async function writeWhole(path: string, content: object): Promise<void> {
  await writeFile(`${path}.part`, JSON.stringify(content));
  await rename(`${path}.part`, path);
}
