/** A world in memory without workers, and what a single process does in it. */
import { type MemoryRuntime, MemoryWorld } from '../../substrates/memory-runtime.ts';

export function plainWorld(seed = 1): MemoryWorld {
  return new MemoryWorld({ seed, startMs: 0, workerMain: async () => undefined });
}

/** Runs `body` as a process of a world of its own. */
export function inProcess<T>(body: (runtime: MemoryRuntime, world: MemoryWorld) => Promise<T>): Promise<T> {
  const world = plainWorld();
  return world.run(body(world.process(), world));
}
