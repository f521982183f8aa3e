/**
 * The regression corpus: plans of simulations that have failed once, and some that were chosen because they are nasty.
 * Whole plans, one JSON line each, so that they stay what they are when seeds come to mean something else.
 */
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../environment/host-facts.ts';
import type { SimulationPlan } from './plan.ts';

export interface CorpusEntry {
  /** What went wrong, or why it was chosen. */
  why: string;
  plan: SimulationPlan;
}

function corpusPath(): string {
  return join(packageRoot(), 'test', 'corpus', 'simulation.ndjson');
}

/** Error if a line is no JSON; says which. */
export async function readCorpus(path = corpusPath()): Promise<CorpusEntry[]> {
  const lines = (await readFile(path, 'utf8')).split('\n');
  return lines.flatMap((line, i) => {
    if (line.trim() === '') return [];
    try {
      return [JSON.parse(line) as CorpusEntry];
    } catch (error) {
      throw new Error(`${path}:${i + 1} is no JSON: ${(error as Error).message}`);
    }
  });
}

/** Appends those that are not in it yet. */
export async function appendToCorpus(entries: readonly CorpusEntry[], path = corpusPath()): Promise<number> {
  const known = new Set((await readCorpus(path)).map(({ plan }) => JSON.stringify(plan)));
  const fresh = entries.filter(({ plan }) => !known.has(JSON.stringify(plan)));
  if (fresh.length > 0) await appendFile(path, fresh.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  return fresh.length;
}
