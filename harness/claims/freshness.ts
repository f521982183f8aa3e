/**
 * Age of the answers: instant below capacity, or one window old. Above its capacity every pipeline falls behind and its
 * answers age without end, so "instant" is judged at rates that were held: in the control phase of the failure act, and
 * in the steady act where it kept up.
 */
import { formatMs, formatRate, listing } from '../report/format.ts';
import type { Result } from '../results/schema.ts';
import { given, measured, notMeasured, untrustedAges } from './acts.ts';
import { decide, type Evaluate, type Judgement, notDecidedHere, notProven } from './claim.ts';
import { instantMs, latestMedianWindows, samplingSlack, sawtooth } from './thresholds.ts';

interface Phase {
  ratePerSecond: number;
  p99Ms: number;
  words: string;
}

/** Freshness p99 at every rate that the architecture held. The figure is the worst, in ms. */
export function instant(name: string): Evaluate {
  return (result) => {
    const phases: Phase[] = [];
    const unusable = [addControl(result, name, phases), addSteady(result, name, phases)];
    const reasons = unusable.filter((judgement) => judgement !== undefined);
    if (phases.length === 0) return reasons.find(({ verdict }) => verdict === 'not-proven') ?? reasons[0] ?? nothing;
    const told = phases.map(({ p99Ms, ratePerSecond, words }) => {
      return `${formatMs(p99Ms)} old at ${formatRate(ratePerSecond)} (${words})`;
    });
    const worstMs = Math.max(...phases.map(({ p99Ms }) => p99Ms));
    const limit = `instant is ${formatMs(instantMs)} at most.`;
    const behind = fellBehind(result, name);
    return decide(worstMs <= instantMs, `Answers were ${listing(told)}, p99; ${limit}${behind}`, worstMs);
  };
}

/** Median and greatest age against the window: a sawtooth. The figure is the median, in ms. */
export function oneWindowOld(name: string, window: string): Evaluate {
  return given(name, 'steady', (steady, result) => {
    const untrusted = untrustedAges(steady);
    if (untrusted !== undefined) return untrusted;
    const { hourMs } = result.config;
    const { p50, max } = steady.freshnessMs;
    const waits =
      p50 >= sawtooth.medianWindows * hourMs * samplingSlack && max >= sawtooth.mostWindows * hourMs * samplingSlack;
    const evidence =
      `Answers were ${formatMs(p50)} old in the median and ${formatMs(max)} at most, ` +
      `with ${window} of ${formatMs(hourMs)}.`;
    return decide(waits && p50 <= latestMedianWindows * hourMs, evidence, p50);
  });
}

const nothing = notDecidedHere('No act measured the age of its answers.');

/** Adds the control phase of the failure act, or says why it cannot serve. */
function addControl(result: Result, name: string, phases: Phase[]): Judgement | undefined {
  const failure = measured(result, name, 'failure');
  if (failure === undefined) return notMeasured(result, name, 'failure');
  if (failure.verdict === 'INVALID') return notProven(`The failure act proves nothing: ${failure.verdictReason}.`);
  const capacity = measured(result, name, 'capacity')?.eventsPerSecond;
  const ratePerSecond = failure.commonRatePerSecond;
  if (capacity !== undefined && capacity < ratePerSecond) {
    return notProven(`The control phase ran at ${formatRate(ratePerSecond)}, above the capacity of ${name}.`);
  }
  const p99Ms = failure.control.freshnessMs?.p99;
  if (p99Ms === undefined) return notProven('The control phase was too short for a probe.');
  phases.push({ ratePerSecond, p99Ms, words: 'control phase' });
  return undefined;
}

/** Adds the steady act, or says why it cannot serve. */
function addSteady(result: Result, name: string, phases: Phase[]): Judgement | undefined {
  const steady = measured(result, name, 'steady');
  if (steady === undefined) return notMeasured(result, name, 'steady');
  const untrusted = untrustedAges(steady);
  if (untrusted !== undefined) return untrusted;
  if (!steady.sustained)
    return notProven(`The only rate with an age is above the capacity.${fellBehind(result, name)}`);
  phases.push({ ratePerSecond: steady.offeredPerSecond, p99Ms: steady.freshnessMs.p99, words: 'steady act' });
  return undefined;
}

function fellBehind(result: Result, name: string): string {
  const steady = measured(result, name, 'steady');
  if (steady === undefined || steady.sustained) return '';
  const slope = formatRate(Math.max(0, steady.lagSlopeEventsPerSecond));
  return ` At ${formatRate(steady.offeredPerSecond)} it fell behind by ${slope}.`;
}
