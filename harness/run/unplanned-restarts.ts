/**
 * Workers that were replaced although no fault had struck them: the figures of such an act are of another pipeline than
 * the one that was meant.
 */
import type { JobEvent } from '../../substrates/stream-engine/stream-engine.ts';

/** A sentence for each worker that fell silent and was replaced, or ended, while nothing was broken on purpose. */
export function unplannedRestarts(events: readonly JobEvent[], startMs: number): string[] {
  return events.flatMap((event) => {
    const at = `${((event.atMs - startMs) / 1000).toFixed(1)} s after the start`;
    if (event.kind === 'silent') return [`${silence(event.worker, event.silentMs)}, ${at}`];
    if (event.kind !== 'exited' || fellSilent(events, event)) return [];
    const how = errorOf(events, event) ?? event.signal ?? `code ${event.code}`;
    return [`worker ${event.worker} ended by itself (${how}) and was replaced, ${at}`];
  });
}

/** A sentence for each worker that fell silent, where workers are killed on purpose. */
export function unplannedSilence(events: readonly JobEvent[]): string[] {
  return events.flatMap((event) => (event.kind === 'silent' ? [silence(event.worker, event.silentMs)] : []));
}

function silence(worker: number, silentMs: number): string {
  return `worker ${worker} said nothing for ${(silentMs / 1000).toFixed(1)} s and was replaced though nothing had been done to it`;
}

/** The first line of what the worker said of its end. */
function errorOf(events: readonly JobEvent[], { worker, epoch }: JobEvent): string | undefined {
  const said = events.findLast(
    (event) => event.kind === 'note' && event.worker === worker && event.epoch === epoch && 'error' in event.note,
  );
  return said?.kind === 'note' ? String(said.note.error).split('\n')[0] : undefined;
}

function fellSilent(events: readonly JobEvent[], { worker, epoch }: JobEvent): boolean {
  return events.some((event) => event.kind === 'silent' && event.worker === worker && event.epoch === epoch);
}
