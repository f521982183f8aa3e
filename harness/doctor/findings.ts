/**
 * What the doctor says: a finding for each thing that it looked at. Pure: facts in, findings out, so that every
 * judgement can be tested with facts made by hand.
 */

/**
 * `warning`: figures may be worse or noisier than they need be. `problem`: a run would fail, or its figures would be
 * wrong.
 */

interface Observation {
  /** What was looked at, such as `eviction`. */
  check: string;
  /** What was seen, as a clause. */
  found: string;
  /** Why it matters to a measurement. */
  why: string;
}

export type Finding = Observation & ({ level: 'ok' } | { level: 'warning' | 'problem'; remedy: string });

/** What there is to say of one subject: this machine, or a server. */
export interface Examination {
  /** `machine`, or the server as its flag names it: `store redis://localhost:6379/0`. */
  subject: string;
  findings: Finding[];
}

/** A finding whose level is the worst of the faults that hold; `ok` if none does. */
export function finding(
  seen: Observation,
  ...faults: readonly { level: 'warning' | 'problem'; when: boolean; remedy: string }[]
): Finding {
  const holding = faults.filter(({ when }) => when);
  const worst = holding.find(({ level }) => level === 'problem') ?? holding[0];
  return worst === undefined ? { ...seen, level: 'ok' } : { ...seen, level: worst.level, remedy: worst.remedy };
}

const CLOCK_WARNING_MS = 250;
const CLOCK_PROBLEM_MS = 60_000;

/** The difference between the server's clock and ours (server minus ours), known to `uncertainMs`. */
export function judgeClock(differenceMs: number, uncertainMs: number): Finding {
  const offMs = Math.max(0, Math.abs(differenceMs) - uncertainMs);
  const remedy = 'Let both machines keep time by NTP (chrony or systemd-timesyncd).';
  return finding(
    {
      check: 'clock',
      found: `${Math.abs(Math.round(differenceMs))} ms ${differenceMs < 0 ? 'behind' : 'ahead of'} this machine`,
      why: "the server's own time stamps, its expiry of data and its log files are set beside ours",
    },
    { level: 'problem', when: offMs > CLOCK_PROBLEM_MS, remedy },
    { level: 'warning', when: offMs > CLOCK_WARNING_MS, remedy },
  );
}

const SLOW_ROUND_TRIP_MS = 5;

/** Time of one small request and its answer. */
export function judgeRoundTrip(roundTripMs: number): Finding {
  return finding(
    {
      check: 'round trip',
      found: `${roundTripMs.toFixed(roundTripMs < 10 ? 1 : 0)} ms`,
      why: 'whoever waits for each answer is bounded by it, and every age of an answer contains it',
    },
    {
      level: 'warning',
      when: roundTripMs > SLOW_ROUND_TRIP_MS,
      remedy: 'Run omegabench nearer to the server, in the same network.',
    },
  );
}

export function hasProblem(examinations: readonly Examination[]): boolean {
  return examinations.some(({ findings }) => findings.some(({ level }) => level === 'problem'));
}
