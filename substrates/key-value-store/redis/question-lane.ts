/**
 * Reads and questions to one server: a lane that is opened when it is needed and after it has failed, and whose callers
 * take turns. Nothing here changes a counter, so a question that failed may always be asked again.
 */
import type { StoreCounts } from '../key-value-store.ts';
import { countSent } from '../store-counts.ts';
import { type Lane, MAX_IN_FLIGHT, type Reply } from './lane.ts';
import { explainReply } from './refusals.ts';
import { countScripts, firstError, unavailable } from './shard.ts';

export class QuestionLane {
  readonly #counts: StoreCounts;
  readonly #openLane: () => Promise<Lane>;
  #lane: Lane | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(counts: StoreCounts, openLane: () => Promise<Lane>) {
    this.#counts = counts;
    this.#openLane = openLane;
  }

  /**
   * The replies to `count` commands, of which `stage` stages the i-th. With `snapshot` they are one transaction. Rejects
   * with `StoreUnavailableError`, or with `RedisRefusedError` for the first error among the replies.
   */
  ask(count: number, stage: (lane: Lane, i: number) => void, snapshot = false): Promise<Reply[]> {
    const done = this.#turn.then(() => this.#ask(count, stage, snapshot));
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** The reply to one command. */
  async askOne(name: string, ...args: string[]): Promise<Reply> {
    const [reply] = await this.ask(1, (lane) => lane.stage(name, ...args));
    return reply as Reply;
  }

  close(): void {
    this.#closed = true;
    this.#lane?.close();
  }

  async #ask(count: number, stage: (lane: Lane, i: number) => void, snapshot: boolean): Promise<Reply[]> {
    try {
      const lane = await this.#ready();
      if (snapshot) lane.stage('MULTI');
      const replies: Reply[] = [];
      for (let i = 0; i < count; i++) {
        if (lane.staged >= MAX_IN_FLIGHT) replies.push(...(await lane.flush()));
        stage(lane, i);
      }
      if (snapshot) lane.stage('EXEC');
      for (const reply of await lane.flush()) replies.push(reply);
      const answers = snapshot ? replies.at(-1) : replies;
      const refused = firstError(replies) ?? (Array.isArray(answers) ? firstError(answers) : undefined);
      if (refused !== undefined) throw explainReply(refused, 'Redis');
      for (const [name, times] of lane.takeTally()) countSent(this.#counts, name, times);
      return answers as Reply[];
    } catch (error) {
      this.#lane?.close();
      throw unavailable(error, 'no');
    }
  }

  async #ready(): Promise<Lane> {
    if (this.#closed) throw new Error('key/value store on Redis: this handle was closed');
    if (this.#lane?.usable !== true) this.#lane = await this.#openLane();
    return this.#lane;
  }
}

/** Calls a script by its text, for what is done rarely. */
export async function askScript(
  lane: QuestionLane,
  counts: StoreCounts,
  text: string,
  keys: readonly string[],
  args: readonly string[],
): Promise<void> {
  const reply = await lane.askOne('EVAL', text, String(keys.length), ...keys, ...args);
  countScripts(counts, [reply]);
}
