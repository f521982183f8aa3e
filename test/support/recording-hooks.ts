/** Hooks that crash nothing and tell the supervisor, once each, which failpoints every stage has passed. */
import { type CreateHooks, noHooks } from '../../substrates/stream-engine/embedded/hooks.ts';
import type { HooksBinding, JobEvent } from '../../substrates/stream-engine/stream-engine.ts';

export const recordingHooks: HooksBinding = { module: import.meta.url, data: null };

export const createHooks: CreateHooks = async (_runtime, worker) => {
  const passed = new Set<string>();
  return {
    ...noHooks,
    failpoint(name, { stage }) {
      const passing = `${stage} ${name}`;
      if (!passed.has(passing)) worker.note({ passing });
      passed.add(passing);
    },
  };
};

/** `stage failpoint` for each that was passed, sorted. */
export function passedFailpoints(events: readonly JobEvent[]): string[] {
  const passed = new Set<string>();
  for (const event of events) {
    if (event.kind === 'note' && typeof event.note.passing === 'string') passed.add(event.note.passing);
  }
  return [...passed].sort();
}
