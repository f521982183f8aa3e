/**
 * When a stream starts, as people write it: a time on the wall, or a while from now. A stream starts with an hour of
 * its own length, because hours are aligned to the epoch.
 */
import { BenchError } from '../cli/bench-error.ts';
import type { Source } from './source.ts';
import { duration } from './units.ts';

/** Long enough to start a few commands. */
export const DEFAULT_START = 'now+10s';
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/;
/** What is proposed instead of a time that cannot be is so far ahead that it can be typed elsewhere too. */
const PROPOSED_AFTER_MS = 60_000;

export interface StartSurroundings {
  hourMs: number;
  /** On the wall. */
  nowMs: number;
  /** Whether other machines have to start at the same time. */
  isShared: boolean;
}

/**
 * Milliseconds since 1970. `now+10s` is the first start of an hour at or after then. Error for a time that is past or
 * not the start of an hour, and for one that depends on when the command is typed if others must know it.
 */
export function readStart(text: string, source: Source, { hourMs, nowMs, isShared }: StartSurroundings): number {
  const proposed = source.instead(spell(hourAtOrAfter(nowMs + PROPOSED_AFTER_MS, hourMs)));
  const fault = (code: 'OB_BAD_VALUE' | 'OB_CONFLICT', why: string, remedy: string): BenchError =>
    new BenchError(code, `${source.said(text)} ${why}`, remedy);
  const afterMs = /^now\+/.test(text) ? duration.parse(text.slice('now+'.length)) : undefined;
  if (afterMs !== undefined && afterMs >= 0) {
    if (!isShared) return hourAtOrAfter(nowMs + afterMs, hourMs);
    throw fault(
      'OB_CONFLICT',
      'is another time on each machine, and all shards of a stream start at once',
      `Give all of them the same time, such as ${proposed}.`,
    );
  }
  const startMs = ISO.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(startMs)) {
    const remedy = `Write a time with its zone, such as ${proposed}, or a while from now, such as ${source.instead(DEFAULT_START)}.`;
    throw fault('OB_BAD_VALUE', 'is no time', remedy);
  }
  if (startMs < nowMs) {
    throw fault(
      'OB_CONFLICT',
      `is past: it is ${spell(nowMs)} here`,
      `Try ${proposed}, and set the clock if it is wrong.`,
    );
  }
  if (startMs % hourMs !== 0) {
    const next = source.instead(spell(hourAtOrAfter(startMs, hourMs)));
    throw fault(
      'OB_CONFLICT',
      `is not the start of an hour of ${duration.format(hourMs)}`,
      `Try ${next}, or another --hour.`,
    );
  }
  return startMs;
}

function hourAtOrAfter(timeMs: number, hourMs: number): number {
  return Math.ceil(timeMs / hourMs) * hourMs;
}

/** Without milliseconds where there are none. */
function spell(timeMs: number): string {
  return new Date(timeMs).toISOString().replace('.000Z', 'Z');
}
