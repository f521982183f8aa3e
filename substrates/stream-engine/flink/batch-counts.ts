/**
 * What a batch job has asked of its store. Gauges go with their tasks, so what they said last is kept; what they say at
 * the end the job leaves as accumulators.
 */
import type { StoreCounts } from '../../key-value-store/key-value-store.ts';
import { zeroCounts } from '../../key-value-store/store-counts.ts';
import { parseProgress } from './job-progress.ts';
import type { FlinkRest } from './rest/flink-rest.ts';
import type { JobDetails } from './rest/types.ts';

export class BatchCounts {
  readonly #rest: FlinkRest;
  readonly #job: string;
  readonly #seen = new Map<string, StoreCounts>();

  constructor(rest: FlinkRest, job: string) {
    this.#rest = rest;
    this.#job = job;
  }

  async look({ vertices }: JobDetails): Promise<void> {
    for (const { id } of vertices) {
      const names = (await this.#rest.metricNames(this.#job, id)).filter((name) => /\.batch-\d+\.progress$/.test(name));
      const values = await this.#rest.metrics(this.#job, id, names);
      for (const [name, text] of values) {
        const progress = parseProgress(text);
        if (progress === undefined) continue;
        const { commands, roundTrips, reads, writes } = progress;
        this.#seen.set(`${id} ${name}`, { commands, roundTrips, reads, writes });
      }
    }
  }

  async atTheEnd(): Promise<StoreCounts> {
    const sum = zeroCounts();
    for (const { commands, roundTrips, reads, writes } of this.#seen.values()) {
      sum.commands += commands;
      sum.roundTrips += roundTrips;
      sum.reads += reads;
      sum.writes += writes;
    }
    return sum;
  }
}
