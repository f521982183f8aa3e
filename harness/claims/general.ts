/** The talk's claims about no architecture in particular: the scale, and access to what is being counted. */
import { formatMs, formatRate, listing } from '../report/format.ts';
import type { SteadyFigures } from '../results/acts.ts';
import type { Result } from '../results/schema.ts';
import { measured, notMeasured, untrustedAges } from './acts.ts';
import { type ClaimDefinition, decide, type Judgement, notDecidedHere, notProven } from './claim.ts';
import {
  immediateQueryMs,
  instantMs,
  reached,
  realHourMs,
  talkEventsPerSecond,
  talkTweetsPerSecond,
} from './thresholds.ts';
import { plural } from './words.ts';

const architecture = 'all';

export const generalClaims: ClaimDefinition[] = [
  {
    id: 'scale-rate',
    architecture,
    statement: '1 M+ impressions a second',
    evaluate: (result) => offered(result) ?? rateHeld(steadyActs(result)),
  },
  {
    id: 'scale-keys',
    architecture,
    statement: '100 M+ distinct tweets an hour',
    evaluate: keysHeld,
  },
  {
    id: 'latency-inflight',
    architecture,
    statement: 'low-latency access to the current in-flight aggregates',
    evaluate: inFlight,
  },
];

interface NamedSteady {
  name: string;
  steady: SteadyFigures;
}

/** Why this run does not bear on the talk's scale; undefined if it does. */
function offered(result: Result): Judgement | undefined {
  const acts = steadyActs(result);
  if (acts.length === 0) return notDecidedHere('No steady act was measured.');
  const most = Math.max(...acts.map(({ steady }) => steady.offeredPerSecond));
  if (most < reached * talkEventsPerSecond) {
    return notDecidedHere(`The stream was offered at ${formatRate(most)}; --rate 1M would decide.`);
  }
  if (punctual(acts).length === 0) return untrustedAges((acts[0] as NamedSteady).steady);
  return undefined;
}

/** At least one architecture reflects what is offered. The figure is the highest reflected rate. */
function rateHeld(acts: NamedSteady[]): Judgement {
  const held = punctual(acts).filter(isHeld);
  const behind = punctual(acts).filter((act) => !isHeld(act));
  const told = [
    ...(held.length === 0 ? [] : [`${names(held)} reflected ${rates(held)}`]),
    ...(behind.length === 0 ? [] : [`${names(behind)} fell behind at ${rates(behind)}`]),
  ];
  const most = Math.max(...punctual(acts).map(({ steady }) => steady.reflectedPerSecond));
  const offeredPerSecond = Math.max(...acts.map(({ steady }) => steady.offeredPerSecond));
  return decide(held.length > 0, `Of ${formatRate(offeredPerSecond)} offered, ${told.join('; ')}.`, most);
}

/** Distinct tweets a second (the figure), and whether a whole hour of them was there at once. */
function keysHeld(result: Result): Judgement {
  const noScale = offered(result);
  if (noScale !== undefined) return noScale;
  const acts = punctual(steadyActs(result));
  const keysOffered = Math.max(...acts.map(({ steady }) => steady.distinctPerEvent * steady.offeredPerSecond));
  if (keysOffered < reached * talkTweetsPerSecond) {
    return notDecidedHere(
      `The stream had ${formatRate(keysOffered)} distinct tweets; the talk’s has ${formatRate(talkTweetsPerSecond)}.`,
    );
  }
  const keysReflected = acts.map((act) => ({
    name: act.name,
    perSecond: isHeld(act) ? act.steady.distinctPerEvent * act.steady.reflectedPerSecond : 0,
  }));
  const held = keysReflected.filter(({ perSecond }) => perSecond >= reached * talkTweetsPerSecond);
  const figure = Math.max(...keysReflected.map(({ perSecond }) => perSecond));
  if (held.length === 0)
    return decide(false, `No architecture held ${formatRate(talkTweetsPerSecond)} distinct tweets.`, figure);
  const evidence = `${listing(held.map(({ name }) => name))} held ${formatRate(figure)} distinct tweets, 100 M an hour`;
  const { hourMs } = result.config;
  if (hourMs >= realHourMs) return decide(true, `${evidence}, for a whole hour.`, figure);
  const keys = plural(figure * (hourMs / 1000), 'tweet');
  return notProven(
    `${evidence}; but an hour lasted ${formatMs(hourMs)}, so ${keys} were there at once: --hour 1h would decide.`,
    figure,
  );
}

/** Age and query latency of the open window, read from state. The figure is the worst query latency, p99 in ms. */
function inFlight(result: Result): Judgement {
  const acts = steadyActs(result).filter(({ name }) => name === 'omega' || name === 'omega-prime');
  const first = acts[0];
  if (first === undefined) return notMeasured(result, 'omega-prime', 'steady');
  const judged = punctual(acts);
  if (judged.length === 0) return untrustedAges(first.steady) ?? notProven('The generator was late.');
  const held = judged.filter(({ steady }) => steady.sustained);
  if (held.length === 0)
    return notProven(`${names(judged)} fell behind at ${rates(judged)}, so the ages are those of a backlog.`);
  const told = held.map(({ name, steady: { freshnessMs, queryLatencyMs, offeredPerSecond } }) => {
    const answered = `${name} answered in ${formatMs(queryLatencyMs.p99)}`;
    return `${answered}, ${formatMs(freshnessMs.p99)} old at ${formatRate(offeredPerSecond)}`;
  });
  const holds = held.every(({ steady: { freshnessMs, queryLatencyMs, probes } }) => {
    return freshnessMs.p99 <= instantMs && queryLatencyMs.p99 <= immediateQueryMs && probes.wrong === 0;
  });
  const wrong = held.reduce((sum, { steady }) => sum + steady.probes.wrong, 0);
  const limits = `low is ${formatMs(immediateQueryMs)} and ${formatMs(instantMs)} at most`;
  const evidence = `${listing(told)} (p99), with ${plural(wrong, 'wrong answer')}; ${limits}.`;
  return decide(holds, evidence, Math.max(...held.map(({ steady }) => steady.queryLatencyMs.p99)));
}

/** Every architecture's, in the order of the result. */
function steadyActs(result: Result): NamedSteady[] {
  return Object.keys(result.architectures).flatMap((name) => {
    const steady = measured(result, name, 'steady');
    return steady === undefined ? [] : [{ name, steady }];
  });
}

function punctual(acts: NamedSteady[]): NamedSteady[] {
  return acts.filter(({ steady }) => untrustedAges(steady) === undefined);
}

/** Keeps up with what is offered, or with the talk's rate where more is offered. */
function isHeld({ steady }: NamedSteady): boolean {
  return steady.sustained || steady.reflectedPerSecond >= talkEventsPerSecond;
}

function names(acts: NamedSteady[]): string {
  return listing(acts.map(({ name }) => name));
}

function rates(acts: NamedSteady[]): string {
  return listing(acts.map(({ steady }) => formatRate(steady.reflectedPerSecond)));
}
