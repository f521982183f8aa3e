/** Load on a store against its keys: one write for each distinct (tweet, hour) is the least that holds them. */
import { formatPerEvent, formatRate, formatRatio } from '../report/format.ts';
import type { SteadyFigures } from '../results/acts.ts';
import { given } from './acts.ts';
import { decide, type Evaluate, notProven, ratio } from './claim.ts';
import { bulkLoadTolerance, keyLoadTolerance, orderOfMagnitude, talkEventsPerSecond } from './thresholds.ts';

interface KeyLoad {
  commandsPerEvent: number;
  /** Commands for each distinct (tweet, hour). */
  commandsPerKey: number;
  /** Commands a second at the talk's rate. */
  atTalkRate: number;
  words: string;
}

/** Undefined if the act has no such figure, or the stream no keys. */
function keyLoadOf(steady: SteadyFigures): KeyLoad | undefined {
  const serving = steady.store.serving;
  if (serving === undefined) return undefined;
  const { commandsPerEvent } = serving;
  const commandsPerKey = ratio(commandsPerEvent, serving.expectedCommandsPerEvent ?? steady.distinctPerEvent);
  if (commandsPerKey === undefined || commandsPerEvent === 0) return undefined;
  const atTalkRate = commandsPerEvent * talkEventsPerSecond;
  const words =
    `${formatPerEvent(commandsPerEvent)} commands an event, ` +
    `${formatPerEvent(commandsPerKey)} for each distinct tweet and hour: ` +
    `${formatRate(atTalkRate)} at ${formatRate(talkEventsPerSecond)}`;
  return { commandsPerEvent, commandsPerKey, atTalkRate, words };
}

/** A bulk load: one write per key. The figure is commands a second at the talk's rate. */
export function bulkLoad(name: string): Evaluate {
  return given(name, 'steady', (steady) => {
    const load = keyLoadOf(steady);
    if (load === undefined) return noLoad;
    const { writesPerSecond = 0, peakCommandsPerSecond } = steady.store.serving ?? {};
    const measured = ` It wrote ${formatRate(writesPerSecond)} in the mean${peak(peakCommandsPerSecond)}.`;
    return decide(
      isOnePerKey(load, bulkLoadTolerance),
      `The serving store took ${load.words}.${measured}`,
      load.atTalkRate,
    );
  });
}

/** One write per key, and an order of magnitude fewer than one an event. The figure is commands an event. */
export function dramaticallyLessLoad(name: string): Evaluate {
  return given(name, 'steady', (steady) => {
    const load = keyLoadOf(steady);
    if (load === undefined) return noLoad;
    const fewer = 1 / load.commandsPerEvent;
    const evidence =
      `The store took ${load.words}; ${formatRatio(fewer)} fewer than one increment an event. ` +
      'Keys grow with the rate here; sweeps of each alone would tell them apart.';
    const holds = isOnePerKey(load, keyLoadTolerance) && fewer >= orderOfMagnitude;
    return decide(holds, evidence, load.commandsPerEvent);
  });
}

const noLoad = notProven('The store’s load per event was not to be had: nothing was written, or no key was seen.');

function isOnePerKey(load: KeyLoad, tolerance: number): boolean {
  return Math.abs(load.commandsPerKey - 1) <= tolerance;
}

function peak(commandsPerSecond: number | undefined): string {
  return commandsPerSecond === undefined ? '' : `, ${formatRate(commandsPerSecond)} in its busiest second`;
}
