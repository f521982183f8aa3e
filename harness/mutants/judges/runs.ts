/** Judges that run one architecture through all its scenarios. */
import { type Judged, judgedRun, type RunPlan } from './judged-run.ts';
import { scenariosOf } from './scenarios.ts';
import { type Subject, subject } from './subjects.ts';

export type Judge = () => Promise<string[]>;

/** The same on the real store: a part of the scenarios of alpha, whose writes repeat, and of beta. */
export const lmdbRuns: Judge = () => {
  const plans = (['alpha', 'alpha by read-modify-write', 'beta'] as const).flatMap((name) =>
    scenariosOf(subject(name))
      .filter((plan) => /no fault|ack|zombie|seed 5|reply/.test(plan.name))
      .map((plan): RunPlan => ({ ...plan, name: `${name} on LMDB, ${plan.name}`, stores: 'lmdb' })),
  );
  return findingsOfRuns(plans);
};

/** Every run must be EXACT or as predicted. */
export function runsOf(name: Subject): Judge {
  return () => findingsOfRuns(scenariosOf(subject(name)));
}

export async function findingsOfRuns(plans: readonly RunPlan[]): Promise<string[]> {
  const findings: string[] = [];
  for (const plan of plans) {
    const judged = await judgedRun(plan);
    if (judged.verdict !== 'EXACT' && judged.verdict !== 'EXPECTED-ERROR') findings.push(inWords(judged));
  }
  return findings;
}

export function inWords({ name, verdict, reason }: Judged): string {
  return `${name}: ${verdict}, ${reason}`;
}
