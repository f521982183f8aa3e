/**
 * The figures that a claim may be judged on: those of an act that was measured as planned, of an architecture in the
 * form that the talk describes. Whatever is missing becomes a judgement that says why.
 */
import type { Declaration } from '../../substrates/declaration.ts';
import { formatMs } from '../report/format.ts';
import type { CapacityFigures, FailureFigures, SteadyFigures } from '../results/acts.ts';
import type { Result } from '../results/schema.ts';
import { type Evaluate, type Judgement, notDecidedHere, notProven } from './claim.ts';
import { punctualMs } from './thresholds.ts';

interface FiguresOf {
  capacity: CapacityFigures;
  steady: SteadyFigures;
  failure: FailureFigures;
}
type ActName = keyof FiguresOf;

/** The act's figures; undefined if it was not measured, and `notMeasured` then says why. */
export function measured<Act extends ActName>(result: Result, name: string, act: Act): FiguresOf[Act] | undefined {
  if (whyNot(result, name, act) !== undefined) return undefined;
  return result.architectures[name]?.[act] as FiguresOf[Act] | undefined;
}

/** The judgement where an act has no figures to judge on. */
export function notMeasured(result: Result, name: string, act: ActName): Judgement {
  return notDecidedHere(whyNot(result, name, act) ?? `The ${act} act of ${name} does not have that figure.`);
}

/** Undefined if there are figures. */
function whyNot(result: Result, name: string, act: ActName): string | undefined {
  const found = result.architectures[name];
  if (found === undefined) return `${name} was not part of this run.`;
  const form = otherForm(name, found.declaration);
  if (form !== undefined) return form;
  const outcome = found[act];
  switch (outcome.state) {
    case 'measured':
      return countedOf(outcome) > 0 ? undefined : `${name} counted nothing in the ${act} act.`;
    case 'invalid':
      return `The ${act} act of ${name} is invalid: ${outcome.reasons.join('; ')}.`;
    case 'interrupted':
      return `The ${act} act of ${name} was interrupted.`;
    case 'skipped':
      return `The ${act} act of ${name} was skipped: ${outcome.reason}.`;
  }
}

/** A rate or a number: only whether it is 0 matters, because then every other figure is about nothing. */
function countedOf(figures: CapacityFigures | SteadyFigures | FailureFigures): number {
  if ('reflectedEvents' in figures) return figures.reflectedEvents;
  return 'reflectedPerSecond' in figures ? figures.reflectedPerSecond : figures.eventsAudited;
}

/** Judges on the figures of one act, where they were measured. */
export function given<Act extends ActName>(
  name: string,
  act: Act,
  judge: (figures: FiguresOf[Act], result: Result) => Judgement,
): Evaluate {
  return (result) => {
    const figures = measured(result, name, act);
    return figures === undefined ? notMeasured(result, name, act) : judge(figures, result);
  };
}

/** A judgement if the ages of this act cannot be trusted: nobody asked, or the generator was too late. */
export function untrustedAges(steady: SteadyFigures): Judgement | undefined {
  if (steady.probes.count === 0) return notProven('No probe was made in the steady act.');
  const lateness = steady.generatorLatenessMs.p99;
  if (lateness <= punctualMs) return undefined;
  return notProven(
    `The generator was ${formatMs(lateness)} behind its schedule (p99; ${formatMs(punctualMs)} at most), ` +
      'so the stream was not offered as planned.',
  );
}

/** Options that turn an architecture into one that the talk's sentence is not about. */
function otherForm(name: string, declaration: Declaration): string | undefined {
  for (const stage of declaration.stages) {
    if (name === 'alpha' && stage.kind === 'increment-store' && stage.commit === 'with-write') {
      return 'This alpha commits its log position in the store’s own transaction, which the talk’s does not.';
    }
    if (name === 'beta' && addsOnClose(declaration)) {
      return 'This beta adds to the store when a window closes; the talk’s overwrites.';
    }
  }
  return undefined;
}

/** Whether a window is handed over by an increment, which a replay repeats. */
export function addsOnClose(declaration: Declaration): boolean {
  return declaration.stages.some((stage) => stage.kind === 'window-state' && stage.onClose.kind === 'increment');
}
