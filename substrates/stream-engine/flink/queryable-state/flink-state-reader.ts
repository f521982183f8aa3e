/**
 * Answers from the window state of a Flink job, as `StateReader` demands of every engine.
 */
import type { WindowStateStage } from '../../../declaration.ts';
import type { KeyColumns } from '../../../key-value-store/key-value-store.ts';
import { StateAnswer, type StateAnswers, type StateReader } from '../../../query-service.ts';
import { answerOfAbsent } from '../absent-windows.ts';
import { distinctTweets } from './distinct-tweets.ts';
import type { LookupSink } from './lookup.ts';
import type { QueryableStateClient } from './queryable-state-client.ts';
import { counterAt, fingerprintAt, valueAt, windowStateName } from './window-values.ts';

export class FlinkStateReader implements StateReader {
  readonly #client: Pick<QueryableStateClient, 'look'>;
  readonly #state: string;
  readonly #absent: number;

  /** Reads the windows of stage `stage` of the declaration. */
  constructor(client: Pick<QueryableStateClient, 'look'>, stage: number, keep: WindowStateStage['keep']) {
    this.#client = client;
    this.#state = windowStateName(stage);
    this.#absent = answerOfAbsent(keep);
  }

  async read(keys: KeyColumns): Promise<StateAnswers> {
    const { count } = keys;
    const answers: StateAnswers = {
      answer: new Uint8Array(count).fill(StateAnswer.Unavailable),
      counter: new Uint32Array(count),
      fingerprint: new Int32Array(count),
    };
    // One lookup brings all hours of a tweet.
    const { lookup, firstRow, nextRow } = distinctTweets(keys);
    const absent = this.#absent;
    const { answer, counter, fingerprint } = answers;
    const sink: LookupSink = {
      found(index, bytes, at, length) {
        for (let row = firstRow[index] as number; row >= 0; row = nextRow[row] as number) {
          const value = valueAt(bytes, at, length, keys.hourStartMs[row] as number);
          answer[row] = value < 0 ? absent : StateAnswer.Held;
          if (value < 0) continue;
          counter[row] = counterAt(bytes, value);
          fingerprint[row] = fingerprintAt(bytes, value);
        }
      },
      absent(index) {
        for (let row = firstRow[index] as number; row >= 0; row = nextRow[row] as number) answer[row] = absent;
      },
      unavailable() {
        // As the answers are to begin with.
      },
    };
    await this.#client.look(this.#state, lookup, sink);
    return answers;
  }
}
