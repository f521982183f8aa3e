/** What a job that is over has left of its operators' last words. */
import type { StoreCounts } from '../../key-value-store/key-value-store.ts';
import { addCounts, zeroCounts } from '../../key-value-store/store-counts.ts';
import { parseProgress, type SubtaskProgress } from './job-progress.ts';

export interface LastWords {
  stage: number;
  subtask: number;
  progress: SubtaskProgress;
}

/** From the accumulators of a job, by name. */
export function lastWordsOf(accumulators: ReadonlyMap<string, string>): LastWords[] {
  return [...accumulators].flatMap(([name, text]) => {
    const [, stage, subtask] = /^progress-(\d+)-(\d+)$/.exec(name) ?? [];
    const progress = parseProgress(text);
    if (stage === undefined || subtask === undefined || progress === undefined) return [];
    return [{ stage: Number(stage), subtask: Number(subtask), progress }];
  });
}

/** What an operator has asked of its store, by the server's names where that is a server that counts. */
export function countsOf({ commands, roundTrips, reads, writes, sent }: SubtaskProgress): StoreCounts {
  return { commands, roundTrips, reads, writes, ...(sent === undefined ? {} : { sent }) };
}

export function sumOf(words: readonly LastWords[]): StoreCounts {
  const sum = zeroCounts();
  for (const { progress } of words) addCounts(sum, countsOf(progress));
  return sum;
}
