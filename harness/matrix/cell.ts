/** A cell of the fault matrix: one architecture after one fault, and whether that is what must come of it. */
import type { Declaration } from '../../substrates/declaration.ts';
import { withoutUserinfo } from '../config/redact.ts';
import { expectedOf, type FaultDefinition, type Outcome, spellExpected, whyNot } from '../faults/fault.ts';
import { whyForbidden } from '../faults/permission.ts';
import type { ServerFacts } from '../faults/proxy/servers.ts';
import type { FailureAct, FailureFigures, Verdict } from '../results/acts.ts';

export interface Cell {
  row: string;
  kind: string;
  architecture: string;
  expected: string;
  /** `ERROR`: the run of the cell ended by an error that is not its job's, and nothing is known of the counts. */
  verdict: Verdict | 'NOT-APPLICABLE' | 'ERROR';
  /** What was found, or why there is nothing to find. */
  found: string;
  /** Why the cell is not as expected; absent if it is. */
  differs?: string;
  /** Why earlier runs of the cell proved nothing; absent if the first one did. */
  invalidBefore?: string[];
  /** What shows that the fault bit. */
  evidence?: string[];
  figures?: Pick<
    FailureFigures,
    'doubleCounted' | 'lost' | 'misplaced' | 'lateDropped' | 'unexplained' | 'keysAudited'
  > & {
    speed?: { doubleCounted: number; lost: number };
  };
}

/** The cell of a fault that has nothing to strike, or may not; undefined if it may. `servers`: those of the runs. */
export function notApplicable(
  definition: FaultDefinition,
  declaration: Declaration,
  servers: readonly ServerFacts[] = [],
): Cell | undefined {
  const reason =
    whyNot(definition, declaration, servers) ?? whyForbidden([{ kind: definition.kind }], [declaration], servers);
  if (reason === undefined) return undefined;
  const { row, kind } = definition;
  return {
    row,
    kind,
    architecture: declaration.name,
    expected: 'not-applicable',
    verdict: 'NOT-APPLICABLE',
    found: reason,
  };
}

export function cellOf(
  definition: FaultDefinition,
  declaration: Declaration,
  act: FailureAct,
  servers: readonly ServerFacts[] = [],
): Cell {
  const { row, kind } = definition;
  const named = {
    row,
    kind,
    architecture: declaration.name,
    expected: spellExpected(definition, declaration, servers),
  };
  if (act.state === 'skipped' || act.state === 'interrupted' || act.verdict === undefined) {
    const why = act.state === 'skipped' ? act.reason : act.state === 'invalid' ? act.reasons.join('; ') : 'interrupted';
    return { ...named, verdict: 'INVALID', found: why, differs: `no verdict: ${why}` };
  }
  const figures = act as FailureFigures;
  const { verdict, verdictReason, faults } = figures;
  const { doubleCounted, lost, misplaced, lateDropped, unexplained, keysAudited, speed } = figures;
  const differs = differenceOf(expectedOf(definition, declaration, servers), figures);
  return {
    ...named,
    verdict,
    found: verdictReason,
    ...(differs === undefined ? {} : { differs }),
    evidence: faults.map(({ evidence, bit }) => (bit ? (evidence.what ?? 'it bit') : 'none')),
    figures: {
      doubleCounted,
      lost,
      misplaced,
      lateDropped,
      unexplained,
      keysAudited,
      ...(speed === undefined ? {} : { speed: { doubleCounted: speed.doubleCounted, lost: speed.lost } }),
    },
  };
}

/** The cell of a run that ended by an error of something else than its job: never as expected. */
export function failedCell(
  definition: FaultDefinition,
  declaration: Declaration,
  error: unknown,
  servers: readonly ServerFacts[] = [],
): Cell {
  const { row, kind } = definition;
  // Messages of clients may have the URL that they were given.
  const found = withoutUserinfo(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  const expected = spellExpected(definition, declaration, servers);
  const differs = `the run failed: ${found}`;
  return { row, kind, architecture: declaration.name, expected, verdict: 'ERROR', found, differs };
}

/** Why an act is not what must come of the fault; undefined if it is. */
function differenceOf(expected: ReturnType<typeof expectedOf>, figures: FailureFigures): string | undefined {
  if (expected === 'not-applicable') return 'the fault has nothing to strike, and was run';
  if (figures.verdict !== 'EXACT' && figures.verdict !== 'EXPECTED-ERROR') {
    return `${figures.verdict}: ${figures.verdictReason}`;
  }
  const sent = figures.faults.reduce((sum, { evidence }) => sum + (evidence.events ?? 0), 0);
  const final = differenceOfCounts(expected.final, { ...figures, sent });
  if (final !== undefined || expected.speed === undefined || figures.speed === undefined) return final;
  const ofSpeed = { ...figures.speed, misplaced: 0, lateDropped: 0, verdictReason: figures.verdictReason, sent };
  // A speed store drops nothing and goes by event time.
  const speed = differenceOfCounts(expected.speed, ofSpeed);
  return speed === undefined ? undefined : `speed store: ${speed}`;
}

interface Counts {
  doubleCounted: number;
  lost: number;
  misplaced: number;
  lateDropped: number;
  verdictReason: string;
  /** Events that the source has sent twice. */
  sent: number;
}

function differenceOfCounts(expected: Outcome, counts: Counts): string | undefined {
  const { doubleCounted, lost, misplaced, lateDropped, sent } = counts;
  const is = `${doubleCounted} counted twice, ${lost} lost, ${misplaced} misplaced, ${lateDropped} dropped`;
  const complaint = (wanted: string): string => `${wanted} expected, found ${is}`;
  switch (expected) {
    case 'exact':
    case 'stale':
      return doubleCounted + lost + lateDropped === 0 ? undefined : complaint('no error');
    case 'may-repeat':
      return lost + lateDropped === 0 ? undefined : complaint('at most double counts');
    case 'repeats':
      return doubleCounted > 0 && lost + lateDropped === 0 ? undefined : complaint('double counts alone');
    case 'loses':
      return lost > 0 && doubleCounted + lateDropped <= lost ? undefined : complaint('losses');
    case 'rises':
      return doubleCounted - lost === sent ? undefined : complaint(`a rise by ${sent}`);
    case 'drops':
      return lateDropped > 0 && doubleCounted + lost === 0 ? undefined : complaint('late drops alone');
    case 'misplaces':
      return misplaced > 0 && lateDropped === 0 ? undefined : complaint('misplaced counts');
    case 'fail-stop':
      return counts.verdictReason.includes('the job stopped') ? undefined : 'a job that refuses to go on was expected';
  }
}
