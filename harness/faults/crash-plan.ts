/**
 * Planned crashes: where a worker shall kill itself with SIGKILL. A trigger is a failpoint of one partition and how
 * often it must be passed; counting begins at an offset. Crashes of one worker fire in order, each once in a run.
 */
import type { Declaration, Stage } from '../../substrates/declaration.ts';
import type { Failpoint } from '../../substrates/stream-engine/embedded/hooks.ts';

export interface PlannedCrash {
  id: string;
  failpoint: Failpoint;
  partition: number;
  /** The stage that must pass the failpoint; any, if absent. */
  stage?: number;
  /**
   * Hits count from this offset on; for `position` it is the offset itself: everything before it was read, nothing from
   * it on.
   */
  fromOffset: number;
  /** Fires at this hit, from 1. */
  hit: number;
}

/** What the victim wrote down before it died. */
export interface CrashRecord {
  id: string;
  worker: number;
  epoch: number;
  stage: number;
  partition: number;
  offset: number;
  hit: number;
  atMs: number;
}

/** In words, for reports. */
export function describeCrash(crash: PlannedCrash): string {
  if (crash.failpoint === 'position') return `SIGKILL at offset ${crash.fromOffset} of partition ${crash.partition}`;
  const hit = crash.hit === 1 ? 'the first' : `the ${ordinal(crash.hit)}`;
  const where = `${crash.failpoint} of partition ${crash.partition}`;
  return `SIGKILL at ${hit} ${where}${crash.fromOffset > 0 ? ` from offset ${crash.fromOffset} on` : ''}`;
}

function ordinal(n: number): string {
  const suffix = n % 100 >= 11 && n % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${n}${suffix}`;
}

/**
 * How many events crashes can leave in doubt, none if they are all at failpoints of a worker with one partition:
 * between two failpoints nothing is in flight, but for a checkpoint that is written beside the steps.
 */
export function doubtAfter(crashes: readonly Pick<PlannedCrash, 'failpoint'>[]): { inDoubt?: number } {
  const atFailpoints = crashes.length > 0 && crashes.every(({ failpoint }) => failpoint !== 'mid-snapshot');
  return atFailpoints ? { inDoubt: 0 } : {};
}

/**
 * The crashes of the failure act: one at a stream position that is the same for all, then one at the failpoint that is
 * worst for each stage (the moment between a write and the commit of its position, the middle of a hand-over, of a
 * load, of a snapshot), and for state that is never handed over a second one while it restores.
 *
 * All strike the worker of one partition: `positionOffset` is the first crash's; hits of the second count from
 * `worstFromOffset` on.
 */
export function crashesOf(
  declaration: Declaration,
  partition: number,
  positionOffset: number,
  worstFromOffset: number,
): PlannedCrash[] {
  const position: PlannedCrash = {
    id: 'position',
    failpoint: 'position',
    partition,
    fromOffset: positionOffset,
    hit: 1,
  };
  const worst = declaration.stages.flatMap((stage, index) =>
    worstFailpoints(stage).map(
      (failpoint): PlannedCrash => ({
        id: declaration.stages.length === 1 ? failpoint : `${failpoint} (${stage.kind})`,
        failpoint,
        partition,
        stage: index,
        fromOffset: failpoint === 'during-restore' ? 0 : worstFromOffset,
        hit: 1,
      }),
    ),
  );
  return [position, ...worst];
}

function worstFailpoints(stage: Stage): Failpoint[] {
  switch (stage.kind) {
    case 'increment-store':
      return ['after-store-ack'];
    case 'batch-job':
      return ['mid-publish'];
    case 'window-state':
      return stage.onClose.kind === 'nothing' ? ['mid-snapshot', 'during-restore'] : ['mid-flush'];
  }
}
