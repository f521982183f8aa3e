/** Results made by hand for the claims: the fixture with some figures changed, and the judgement of one claim on it. */
import type { Judgement } from '../../../harness/claims/claim.ts';
import { claims } from '../../../harness/claims/registry.ts';
import type { CapacityFigures, FailureFigures, SteadyFigures } from '../../../harness/results/acts.ts';
import { type ArchitectureResult, type Result, resultSchema } from '../../../harness/results/schema.ts';
import { uncountedServers } from '../../../harness/run/environment.ts';
import { resultFixture } from '../../support/result-fixture.ts';

interface Acts {
  capacity?: Partial<CapacityFigures>;
  steady?: Partial<SteadyFigures>;
  failure?: Partial<FailureFigures>;
}

/** The figures of some acts, by architecture; everything else is the fixture's. */
export type Changes = Record<string, Acts & Partial<Pick<ArchitectureResult, 'declaration' | 'rungs'>>>;

/** What the claim says of the fixture with these changes; the changed result is checked against the schema. */
export function judge(id: string, changes: Changes = {}, config: Partial<Result['config']> = {}): Judgement {
  return judgeResult(id, changed(changes, config));
}

export function judgeResult(id: string, result: Result): Judgement {
  const claim = claims.find((candidate) => candidate.id === id);
  if (claim === undefined) throw new Error(`there is no claim ${id}`);
  return claim.evaluate(resultSchema.parse(result));
}

export function verdictOf(id: string, changes: Changes = {}, config: Partial<Result['config']> = {}): string {
  return judge(id, changes, config).verdict;
}

export function changed(changes: Changes, config: Partial<Result['config']> = {}): Result {
  const result = resultFixture();
  result.config = { ...result.config, ...config };
  for (const [name, { capacity, steady, failure, ...rest }] of Object.entries(changes)) {
    const found = architectureOf(result, name);
    result.architectures[name] = {
      ...found,
      ...rest,
      capacity: { ...found.capacity, ...capacity } as ArchitectureResult['capacity'],
      steady: { ...found.steady, ...steady } as ArchitectureResult['steady'],
      failure: { ...found.failure, ...failure } as ArchitectureResult['failure'],
    };
  }
  return result;
}

/** The changed fixture as if a server of others had worked for it. */
export function onForeignServers(changes: Changes): Result {
  const result = changed(changes);
  result.warnings = uncountedServers({
    foreign: () => [
      { kind: 'flink', nodes: ['jobs:8081'], roles: ['engine'], ownership: 'foreign', survivesKill: true },
    ],
  });
  return result;
}

/** The fixture without some of its architectures. */
export function without(...names: string[]): Result {
  const result = resultFixture();
  for (const name of names) delete result.architectures[name];
  return result;
}

/** The figures of an act of the fixture, all of which are measured. */
export function capacityOf(name: string): CapacityFigures {
  return architectureOf(resultFixture(), name).capacity as CapacityFigures & { state: 'measured' };
}

export function steadyOf(name: string): SteadyFigures {
  return architectureOf(resultFixture(), name).steady as SteadyFigures & { state: 'measured' };
}

export function failureOf(name: string): FailureFigures {
  return architectureOf(resultFixture(), name).failure as FailureFigures & { state: 'measured' };
}

/** The fixture's control phase with another freshness p99. */
export function controlAt(name: string, p99: number): Partial<FailureFigures> {
  return { control: { ...failureOf(name).control, freshnessMs: { p50: 1, p99, max: p99 } } };
}

/** The fixture's faults with another failpoint, or none. */
export function faultsAt(name: string, failpoint?: string): FailureFigures['faults'] {
  return failureOf(name).faults.map((fault) => ({ ...fault, evidence: { ...fault.evidence, failpoint } }));
}

function architectureOf(result: Result, name: string): ArchitectureResult {
  const found = result.architectures[name];
  if (found === undefined) throw new Error(`the fixture has no architecture ${name}`);
  return found;
}
