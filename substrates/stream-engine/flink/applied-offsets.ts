/**
 * What increments have applied when their job falls: what the restored checkpoint does not cover of it is counted
 * twice.
 *
 * On Redis the job notes the offset of each partition in the same transaction as the increments, so it is known to the
 * event; after a restart the note goes back to what was restored and rises again, so it is read while the job stands
 * still. Elsewhere it lies between what the checkpoint covers and what the log has.
 */
import type { KeyValueStoreBinding } from '../../key-value-store/key-value-store.ts';

export interface Interval {
  atLeast: number;
  atMost: number;
}

interface Partition {
  /** As the note said last, and before the fall. */
  noted: number | undefined;
  /** What was counted at the last fall, and what was restored then. */
  fellAt: number;
  restoredTo: number;
}

export class AppliedOffsets {
  readonly #partitions: Partition[];
  readonly #read: (() => Promise<Map<number, number>>) | undefined;

  /** `read` reads the notes of all partitions; undefined where the store has none. */
  constructor(read: (() => Promise<Map<number, number>>) | undefined, partitions: number) {
    this.#partitions = Array.from({ length: partitions }, () => ({ noted: undefined, fellAt: 0, restoredTo: 0 }));
    this.#read = read;
  }

  /** The job stands still: what is noted now is what it has applied, but for a transaction that is still under way. */
  async note(): Promise<void> {
    const applied = await this.#read?.().catch(() => undefined);
    if (applied === undefined) return;
    this.#partitions.forEach((partition, index) => {
      partition.noted = Math.max(partition.noted ?? 0, applied.get(index) ?? 0);
    });
  }

  /**
   * What was applied when the job fell that goes on from `restoredTo` now. `lastSeen` is the last offset that it told
   * of itself before, `inLog` the end of the log.
   */
  restored(partition: number, restoredTo: number, lastSeen: number, inLog: number): Interval {
    const of = this.#partitions[partition] as Partition;
    const { noted, fellAt } = of;
    of.noted = undefined;
    let applied = { atLeast: restoredTo, atMost: Math.max(restoredTo, inLog) };
    if (noted !== undefined) {
      // A job that fell again before it wrote anything has left the note of the fall before.
      const isOld = noted === fellAt && of.restoredTo < fellAt && lastSeen <= of.restoredTo;
      const offset = isOld ? of.restoredTo : noted;
      applied = { atLeast: offset, atMost: offset };
      of.fellAt = noted;
    }
    of.restoredTo = restoredTo;
    return applied;
  }
}

/** How the notes in a store are read; undefined where there are none. */
export function notesIn(binding: KeyValueStoreBinding): (() => Promise<Map<number, number>>) | undefined {
  if (binding.kind !== 'redis') return undefined;
  return async () => {
    const { readForeignNumbers } = await import('../../key-value-store/redis/foreign-numbers.ts');
    return readForeignNumbers(binding, 'flink-applied');
  };
}
