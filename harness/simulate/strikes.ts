/** Strikes worker processes of a simulated world from outside, and notes which strikes met somebody. */
import type { JobEvent, RunningJob } from '../../substrates/stream-engine/stream-engine.ts';
import type { Strike } from './plan.ts';
import type { SimulatedWorld, WorkerProcess } from './simulated-world.ts';

/** What a strike did. */
export interface StrikeRecord {
  strike: Strike;
  /** The process that it met, alive. */
  met: WorkerProcess | undefined;
}

/** Resolves when every strike has been made, and everybody who was stopped goes on again. */
export async function strike(
  world: SimulatedWorld,
  startMs: number,
  strikes: readonly Strike[],
  job: RunningJob,
): Promise<StrikeRecord[]> {
  return Promise.all(strikes.map((one) => make(world, startMs, one, job)));
}

async function make(world: SimulatedWorld, startMs: number, one: Strike, job: RunningJob): Promise<StrikeRecord> {
  switch (one.kind) {
    case 'kill': {
      await world.delay(startMs + one.atMs - world.nowMs());
      const met = aliveOf(world, one.worker);
      met?.runtime.kill();
      return { strike: one, met };
    }
    case 'pause': {
      await world.delay(startMs + one.atMs - world.nowMs());
      const met = aliveOf(world, one.worker);
      met?.runtime.pause();
      await world.delay(one.durationMs);
      met?.runtime.continue();
      return { strike: one, met };
    }
    case 'kill-successor': {
      const successor = await successorAfter(job, one.exit);
      if (successor === undefined) return { strike: one, met: undefined };
      await world.delay(one.afterMs);
      const met = aliveOf(world, successor.worker);
      // Whoever came before it may still be there.
      if (met === undefined || met.epoch < successor.epoch) return { strike: one, met: undefined };
      met.runtime.kill();
      return { strike: one, met };
    }
  }
}

function aliveOf(world: SimulatedWorld, worker: number): WorkerProcess | undefined {
  const newest = world.newest(worker);
  return newest?.runtime.alive ? newest : undefined;
}

/** The life that is started after so many ends of workers; undefined if the job is drained before that. */
async function successorAfter(job: RunningJob, exit: number): Promise<{ worker: number; epoch: number } | undefined> {
  const ended = (): JobEvent[] => job.events.filter((event) => event.kind === 'exited');
  const started = (): JobEvent | undefined => {
    const first = ended()[exit - 1];
    if (first === undefined) return undefined;
    return job.events.find(
      (event) => event.kind === 'started' && event.worker === first.worker && event.epoch > first.epoch,
    );
  };
  const appeared = new Promise<JobEvent | undefined>((resolve) => {
    const look = (): void => {
      const event = started();
      if (event !== undefined) resolve(event);
    };
    job.onEvent(look);
    look();
  });
  return Promise.race([appeared, job.drained().then(started)]);
}
