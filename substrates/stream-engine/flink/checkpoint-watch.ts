/** The checkpoints of a job, over all that it was submitted as: how many, how large, and what the newest is. */
import type { CheckpointFigures } from '../stream-engine.ts';
import type { FlinkRest } from './rest/flink-rest.ts';
import type { JobDetails } from './rest/types.ts';

interface Figures {
  completed: number;
  failed: number;
  meanBytes: number;
}

export class CheckpointWatch {
  readonly #rest: FlinkRest;
  readonly #byJob = new Map<string, Figures>();
  #longestPauseMs = 0;
  /** Flink's number of the checkpoint that was looked at last, and its job. */
  #seen = '';
  #latest: string | undefined;

  constructor(rest: FlinkRest) {
    this.#rest = rest;
  }

  /** Where the newest is that Flink has told of. */
  get latest(): string | undefined {
    return this.#latest;
  }

  /** A savepoint, which is the newest until there is a checkpoint. */
  beginsFrom(location: string): void {
    this.#latest = location;
  }

  /** Bytes are those of a mean checkpoint, as often as there was one: Flink keeps a short history. */
  figures(): Required<CheckpointFigures> {
    const sum = { count: 0, bytes: 0, longestPauseMs: Math.round(this.#longestPauseMs), failed: 0 };
    for (const { completed, failed, meanBytes } of this.#byJob.values()) {
      sum.count += completed;
      sum.failed += failed;
      sum.bytes += Math.round(meanBytes * completed);
    }
    return sum;
  }

  async look(job: string, vertices: JobDetails['vertices']): Promise<void> {
    const { completed, failed, latest, history } = await this.#rest.checkpoints(job);
    const sizes = history.filter(({ status }) => status === 'COMPLETED').map(({ stateBytes }) => stateBytes);
    const meanBytes = sizes.length === 0 ? 0 : sizes.reduce((a, b) => a + b, 0) / sizes.length;
    this.#byJob.set(job, { completed, failed, meanBytes });
    if (latest === undefined) return;
    this.#latest = latest.location;
    const name = `${job} ${latest.id}`;
    if (name === this.#seen) return;
    this.#seen = name;
    for (const { id } of vertices) {
      this.#longestPauseMs = Math.max(this.#longestPauseMs, await this.#rest.checkpointPauseMs(job, latest.id, id));
    }
  }
}
