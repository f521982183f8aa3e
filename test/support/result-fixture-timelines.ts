/** Timelines of the made-up result: ten rows a second over 20 s, with the age that each kind of architecture shows. */
import type { PercentilesMs, Timeline } from '../../harness/results/figures.ts';

const hourMs = 5000;
const stepMs = 100;
const actMs = 20_000;
const crashesAtMs = [10_000, 15_000];
const outageMs = 240;

/** `per-hour`: answers reach as far as the last closed hour, published some time after its end. */
export type Freshness = { kind: 'instant'; ageMs: number } | { kind: 'per-hour'; afterCloseMs: number };

/** Age of the answers when nothing stands in the way. */
export function ageAt(freshness: Freshness, timeMs: number): number {
  if (freshness.kind === 'instant') return freshness.ageMs * (1 + 0.4 * ripple(timeMs));
  const publishedHours = Math.floor((timeMs - freshness.afterCloseMs) / hourMs);
  return timeMs - Math.max(0, publishedHours) * hourMs + 1;
}

export function steadyTimeline(
  freshness: Freshness,
  offeredPerSecond: number,
  reflectedPerSecond: number,
  serving?: number,
  speed?: number,
): Timeline {
  const behind = 1 - reflectedPerSecond / offeredPerSecond;
  return {
    ...columns(offeredPerSecond, (atMs) => ageAt(freshness, atMs) + behind * atMs, freshness, serving, speed, behind),
    marks: [],
  };
}

export function failureTimeline(
  freshness: Freshness,
  ratePerSecond: number,
  of: { serving?: number; speed?: number; unexplainedPerSecond?: number },
): Timeline {
  const { serving, speed, unexplainedPerSecond = 0 } = of;
  const marks = crashesAtMs.map((fromMs, i) => ({
    kind: 'fault' as const,
    label: i === 0 ? 'kill at position' : 'kill at failpoint',
    fromMs,
    toMs: fromMs + 610,
  }));
  const control = { kind: 'phase' as const, label: 'control', fromMs: 5000, toMs: 10_000 };
  const shown = columns(
    ratePerSecond,
    (atMs) => ageAt(freshness, atMs) + outageAge(atMs),
    freshness,
    serving,
    speed,
    0,
  );
  const inCrash = (atMs: number) => crashesAtMs.some((crash) => Math.floor(atMs / 1000) === Math.floor(crash / 1000));
  return {
    ...shown,
    availability: shown.atMs.map((atMs) => (inCrash(atMs) ? 0.875 : 1)),
    unexplainedAnswersPerSecond: shown.atMs.map((atMs) => (atMs < (crashesAtMs[0] ?? 0) ? 0 : unexplainedPerSecond)),
    marks: [control, ...marks],
  };
}

function columns(
  offeredPerSecond: number,
  age: (atMs: number) => number,
  freshness: Freshness,
  serving: number | undefined,
  speed: number | undefined,
  behind: number,
): Omit<Timeline, 'marks'> {
  const atMs = Array.from({ length: actMs / stepMs }, (_, i) => (i + 1) * stepMs);
  const offeredEvents = atMs.map((time) => (time / 1000) * offeredPerSecond);
  const load = (perEvent: number) =>
    atMs.map((time) => perEvent * offeredPerSecond * (1 - behind) * burst(time, freshness));
  return {
    stepMs,
    atMs,
    freshnessMs: atMs.map(age),
    queryLatencyMs: atMs.map((time) => 0.4 * (1 + 0.5 * ripple(time))),
    offeredEvents,
    reflectedEvents: atMs.map((time) => Math.max(0, ((time - age(time)) / 1000) * offeredPerSecond)),
    ...(serving === undefined ? {} : { servingCommandsPerSecond: load(serving) }),
    ...(speed === undefined ? {} : { speedCommandsPerSecond: load(speed) }),
  };
}

/** After a crash answers age until the first answer, and are fresh again when the worker has caught up. */
function outageAge(atMs: number): number {
  for (const crash of crashesAtMs) {
    const since = atMs - crash;
    if (since >= 0 && since <= 610) return since <= outageMs ? since + 1 : 610 - since + outageMs * 0.6;
  }
  return 0;
}

function burst(atMs: number, freshness: Freshness): number {
  if (freshness.kind === 'instant') return 1;
  return atMs % hourMs < 1000 ? 5 : 0;
}

/** Between -1 and 1, the same in every run. */
function ripple(timeMs: number): number {
  return Math.sin(timeMs / 170) * Math.cos(timeMs / 390);
}

export function percentilesOf(values: readonly (number | null)[]): PercentilesMs {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  const at = (rank: number) => sorted[Math.min(sorted.length - 1, Math.floor(rank * sorted.length))] as number;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}
