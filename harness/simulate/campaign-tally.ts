/** Sums up the outcomes of many simulations: verdicts, and which faults have bitten how often. */
import { findArchitecture } from '../../architectures/registry.ts';
import type { Verdict } from '../audit/verdict.ts';
import { failpointsOf } from './failpoints.ts';
import { STRIKE_KINDS, SURROUNDING_KINDS } from './fault-bites.ts';
import { CATALOGUE_KINDS } from './fault-draws.ts';
import type { SimulationOutcome } from './simulate.ts';

/** So many seeds are enough to ask whether each kind of fault has bitten. */
export const SEEDS_FOR_ALL_FAULTS = 100;
/** Of the simulations that have faults at all, the share with one during the recovery from another. */
const LEAST_SECOND_SHARE = 0.25;

export class CampaignTally {
  readonly verdicts: Record<Verdict, number> = { EXACT: 0, 'EXPECTED-ERROR': 0, VIOLATION: 0, INVALID: 0, UNKNOWN: 0 };
  /** Simulations that did not end as they must. */
  readonly failures: SimulationOutcome[] = [];
  readonly faults = new Map<string, { planned: number; bit: number }>();
  runs = 0;
  events = 0;
  virtualMs = 0;
  answersChecked = 0;
  secondsInRecovery = 0;
  readonly #seeds = new Set<number>();

  constructor(architectures: readonly string[]) {
    for (const kind of kindsOf(architectures)) this.faults.set(kind, { planned: 0, bit: 0 });
  }

  get seeds(): number {
    return this.#seeds.size;
  }

  add(outcome: SimulationOutcome): void {
    this.runs += 1;
    this.#seeds.add(outcome.seed);
    this.verdicts[outcome.verdict] += 1;
    this.events += outcome.events;
    this.virtualMs += outcome.virtualMs;
    this.answersChecked += outcome.answersChecked;
    if (outcome.secondInRecovery) this.secondsInRecovery += 1;
    if (outcome.verdict !== 'EXACT' && outcome.verdict !== 'EXPECTED-ERROR') this.failures.push(outcome);
    for (const { kind, bit } of outcome.faults) {
      const count = this.faults.get(kind) ?? { planned: 0, bit: 0 };
      this.faults.set(kind, { planned: count.planned + 1, bit: count.bit + (bit ? 1 : 0) });
    }
  }

  /** What makes the campaign prove less than it claims; empty if nothing does, or if it is too short to ask. */
  vacuities(): string[] {
    if (this.seeds < SEEDS_FOR_ALL_FAULTS) return [];
    const never = [...this.faults].filter(([, { bit }]) => bit === 0).map(([kind]) => `${kind} has never bitten`);
    const share = this.secondsInRecovery / this.runs;
    if (share >= LEAST_SECOND_SHARE) return never;
    return [...never, `only ${(100 * share).toFixed(0)} % had a second fault during recovery`];
  }
}

/** Every kind of fault that can strike one of the architectures. */
function kindsOf(architectures: readonly string[]): string[] {
  const stages = architectures.flatMap((name) => findArchitecture(name)?.stages ?? []);
  const crashes = new Set(stages.flatMap(failpointsOf).map((failpoint) => `crash at ${failpoint}`));
  return [...crashes, ...STRIKE_KINDS, ...CATALOGUE_KINDS, ...SURROUNDING_KINDS];
}
