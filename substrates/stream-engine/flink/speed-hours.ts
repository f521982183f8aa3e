/**
 * Deletes hours from the speed store of a job on Flink once a batch job has published them, as the embedded engine's
 * workers do: from here, with the same rules, since the job itself only adds.
 */
import type { Declaration, IncrementStoreStage } from '../../declaration.ts';
import type { KeyValueStore } from '../../key-value-store/key-value-store.ts';
import type { Runtime } from '../../runtime.ts';
import type { WorkerHooks } from '../embedded/hooks.ts';
import { PublishedHoursDeletion } from '../embedded/stages/published-hours-deletion.ts';
import type { PipelineSettings } from '../stream-engine.ts';

const STEP_EVERY_MS = 100;

export interface SpeedHoursOptions {
  runtime: Runtime;
  settings: PipelineSettings;
  stage: number;
  partitions: number;
  store: KeyValueStore;
  published: KeyValueStore;
  keepHours: number;
  hooks: Pick<WorkerHooks, 'deleting'>;
  /** The hour that the stage has written last, in every partition. */
  writtenHourMs(): number;
}

/** The stage whose hours are deleted, and the store that tells of published ones; undefined if there is none. */
export function deletionOf({ stages }: Declaration):
  | {
      index: number;
      stage: IncrementStoreStage & { deleteAfterPublishedHours: number };
      published: 'serving' | 'speed';
    }
  | undefined {
  const index = stages.findIndex((stage) => stage.kind === 'increment-store' && stage.deleteAfterPublishedHours);
  const batch = stages.find((stage) => stage.kind === 'batch-job');
  const stage = stages[index];
  if (stage?.kind !== 'increment-store' || stage.deleteAfterPublishedHours === undefined) return undefined;
  if (batch === undefined) return undefined;
  const { deleteAfterPublishedHours } = stage;
  return { index, stage: { ...stage, deleteAfterPublishedHours }, published: batch.store };
}

export class SpeedHours {
  readonly #options: SpeedHoursOptions;
  #isStopped = false;

  constructor(options: SpeedHoursOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const { runtime, settings, stage, partitions, store, published, keepHours, hooks } = this.#options;
    const deletions = Array.from({ length: partitions }, (_, partition) => {
      const fence = { partition, epoch: 0 };
      const context = { clock: runtime.clock, hooks, settings, log: { partitions }, stage, partition, fence };
      return new PublishedHoursDeletion(context, store, published, keepHours);
    });
    while (!this.#isStopped) {
      for (const deletion of deletions) await deletion.step(this.#options.writtenHourMs());
      await runtime.sleep(STEP_EVERY_MS);
    }
  }

  stop(): void {
    this.#isStopped = true;
  }
}
