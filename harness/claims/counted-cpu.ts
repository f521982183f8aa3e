/**
 * Whether a result's CPU figures hold all that worked: servers that others started work at a cost that nobody knows.
 */
import type { Result } from '../results/schema.ts';

/** What is not counted, as a sentence; undefined if everything is. */
export function uncountedCpu({ warnings }: Result): string | undefined {
  return warnings.find(({ code }) => code === 'server-cpu-unknown')?.message;
}
