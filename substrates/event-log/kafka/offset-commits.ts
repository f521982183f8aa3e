/**
 * Kafka's offsets of what was read, committed now and then under a group named like the topic, so that the tools that
 * show consumer lag show ours. Nothing reads them back: positions are kept with the state. What fails here is let go.
 */
import { offsetCommitCall } from './calls.ts';
import type { Cluster } from './cluster.ts';

const COMMIT_EVERY_MS = 1000;

export class OffsetCommits {
  readonly #cluster: Cluster;
  readonly #positions = new Map<number, number>();
  readonly #changed = new Map<number, number>();
  #timer: NodeJS.Timeout | undefined;
  #committing: Promise<void> = Promise.resolve();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** Of several readers of a partition, the one that is farthest counts. */
  note(partition: number, position: number): void {
    if (position <= (this.#positions.get(partition) ?? 0)) return;
    this.#positions.set(partition, position);
    this.#changed.set(partition, position);
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#committing = this.#commit();
    }, COMMIT_EVERY_MS);
    this.#timer.unref();
  }

  /** No commit begins after this. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#positions.clear();
    await this.#committing;
  }

  async #commit(): Promise<void> {
    const { topic } = this.#cluster;
    const positions = new Map(this.#changed);
    this.#changed.clear();
    try {
      const coordinator = await this.#cluster.coordinatorOf(topic);
      await coordinator.request(offsetCommitCall(topic, topic, positions));
    } catch {
      // The next commit brings newer positions; lag tools show these later.
    }
  }
}
