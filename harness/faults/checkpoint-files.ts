/** Damages and removes what a job has left on disk for its workers' successors. */

import { mix32 } from '../../generators/random.ts';
import type { Files } from '../../substrates/runtime.ts';

/** Names of a partition's checkpoints of every stage that has some, newest first, by stage. */
export async function checkpointsOf(files: Files, directory: string, partition: number): Promise<string[][]> {
  const byStage = new Map<string, string[]>();
  for (const name of await files.list(directory)) {
    const stage = new RegExp(`^(s\\d+)-p${partition}-.*\\.checkpoint$`).exec(name)?.[1];
    if (stage !== undefined) byStage.set(stage, [name, ...(byStage.get(stage) ?? [])]);
  }
  return [...byStage.values()];
}

/** Names of everything that a partition is restored from: checkpoints, sealed windows, positions. */
export async function restorableFiles(files: Files, directory: string, partition: number): Promise<string[]> {
  const isOwn = new RegExp(`^s\\d+-p${partition}-.*\\.(checkpoint|window|position)$`);
  return (await files.list(directory)).filter((name) => isOwn.test(name));
}

/** Flips one bit somewhere in the file, the place drawn from the seed. False if there is no byte to flip. */
export async function flipBit(files: Files, path: string, seed: number): Promise<boolean> {
  const bytes = await files.read(path);
  if (bytes === undefined || bytes.length === 0) return false;
  const damaged = bytes.slice();
  const at = (mix32(seed ^ bytes.length) >>> 0) % damaged.length;
  damaged[at] = (damaged[at] as number) ^ 0x10;
  await files.write(path, [damaged]);
  return true;
}
