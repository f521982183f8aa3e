import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { claims, evaluateClaims } from '../../../harness/claims/registry.ts';
import { type ArchitectureResult, claimSchema, type Result, resultSchema } from '../../../harness/results/schema.ts';
import { resultFixture } from '../../support/result-fixture.ts';

/** Ids and words of the list of the talk's claims. */
const listed: [string, string][] = [
  ['scale-rate', '1 M+ impressions a second'],
  ['scale-keys', '100 M+ distinct tweets an hour'],
  ['latency-inflight', 'low-latency access to the current in-flight aggregates'],
  ['batch-load', 'bulk load, 28 K/s on the KV store'],
  ['batch-efficient', 'bulk load can be very efficient'],
  ['batch-robust', 'robust: just restart failed partitions'],
  ['batch-idle', 'no resources used between batches'],
  ['batch-late', 'data availability = batch interval'],
  ['batch-order', 'not robust to out-of-order data; batch boundary errors'],
  ['batch-sessions', 'hard to compute session windows'],
  ['alpha-instant', 'data is available instantly'],
  ['alpha-simple', 'very simple'],
  ['alpha-order', 'handles out-of-order data naturally; best data so far for any hour'],
  ['alpha-bottleneck', 'the KV store becomes the bottleneck very quickly'],
  ['alpha-load', 'DB load proportional to input rate (2x?)'],
  ['alpha-failure', 'failures lead to multiple counting'],
  ['lambda-load', 'load on the KV store is low, effectively a bulk load'],
  ['lambda-instant', 'instant access'],
  ['lambda-cobble', 'can be built from existing systems'],
  ['lambda-cache', 'high load on the speed layer’s cache: a new bottleneck'],
  ['lambda-speed-wrong', 'hard to reason about correctness in the speed layer'],
  ['lambda-late-right', 'correct data comes very late'],
  ['lambda-boundary', 'still subject to batch boundary errors, hard sessions'],
  ['lambda-complex', 'complex and expensive'],
  ['beta-load', 'dramatically reduced load; relative to key cardinality, not input rate'],
  ['beta-correct', 'correct counts even in failure'],
  ['beta-boundary', 'no correctness issues at batch boundaries'],
  ['beta-frequency', 'the aggregate’s frequency can be tightened against batch'],
  ['beta-late', 'time until data is available = window size'],
  ['beta-idempotent', 'writes must be idempotent; not always possible'],
  ['omega-load', 'dramatically less load; proportional to the unique key rate'],
  ['omega-instant', 'correct data is available instantly'],
  ['omega-simple', 'still very simple'],
  ['omega-correct', 'correct in failure cases'],
  ['omega-open-only', 'only the current window’s state in the stream processor'],
  ['omega-merge', 'needs a separate KV store and a query service that merges'],
  ['omega-older', 'older data can be served in some failure scenarios'],
  ['prime-no-store', 'no external key/value store'],
  ['prime-scale', 'easy to scale: all state is local'],
  ['prime-instant', 'data is available instantly'],
  ['prime-simple', 'simple'],
  ['prime-correct', 'correct in failure cases'],
  ['prime-anything', 'any stateful streaming application, with the same guarantees'],
  ['prime-fits', 'total state must fit'],
  ['speedup', 'more than 100x over pushing state into a database'],
  ['exactly-once', 'consistency across log, processor and state'],
  ['duplicates-db', 'today’s set-ups may push duplicate changes to the database'],
  ['snapshots-cheap', 'asynchronous snapshots cost very little'],
  ['replay', 'changes between snapshots are replayed from the log'],
  ['upgrade', 'upgrade or roll back program and state together'],
  ['what-if', 'replay the stream with a modified program'],
  ['fork', 'fork off a variant of the state (A/B)'],
  ['late-early', 'out-of-order streams and late events are easier; early results beside correct ones'],
  ['demo', 'REST server and Grafana read window state directly'],
];

/** What no run of the three acts can decide, whatever it measures. */
const beyondThisRun = [
  'batch-idle',
  'batch-sessions',
  'lambda-cobble',
  'lambda-late-right',
  'beta-frequency',
  'prime-scale',
  'prime-anything',
  'upgrade',
  'what-if',
  'fork',
  'late-early',
  'demo',
];

const acts = ['capacity', 'steady', 'failure'] as const;
type ActName = (typeof acts)[number];
const fixture = resultFixture();
const architectureNames = Object.keys(fixture.architectures);

type Change = 'as it is' | 'invalid' | 'interrupted' | 'skipped' | 'zeros' | 'bare';
const actChanges: Change[] = ['as it is', 'invalid', 'interrupted', 'skipped', 'zeros', 'bare'];

/** Every number 0; what must be positive is left out elsewhere. */
function zeros<T>(value: T): T {
  if (typeof value === 'number') return 0 as T;
  if (Array.isArray(value)) return value.map(zeros) as T;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, zeros(field)])) as T;
}

function changeAct(found: ArchitectureResult, act: ActName, change: Change): ArchitectureResult {
  switch (change) {
    case 'as it is':
      return found;
    case 'invalid':
      return { ...found, [act]: { state: 'invalid', reasons: ['the disk was full'] } };
    case 'interrupted':
      return { ...found, [act]: { state: 'interrupted' } };
    case 'skipped':
      return { ...found, [act]: { state: 'skipped', reason: 'not asked for' } };
    case 'zeros':
      return { ...found, [act]: zeros(found[act]), rungs: zeros(found.rungs) };
    case 'bare':
      return { ...found, [act]: { ...found[act], ...bareOf(act) }, rungs: [] };
  }
}

/** The act's figures without what the schema lets be left out. */
function bareOf(act: ActName): object {
  if (act !== 'failure') return { store: {} };
  return { control: { store: {} }, faults: [], speed: undefined, recoveryMs: {} };
}

/** Every claim judged, and nothing in the words that is no figure. */
function expectSound(result: Result): void {
  const judged = evaluateClaims(resultSchema.parse(result));
  expect(judged).toHaveLength(listed.length);
  for (const claim of judged) {
    expect(claimSchema.parse(claim)).toEqual(claim);
    expect(claim.evidence).toMatch(/^[^\s].*\.$/s);
    expect(claim.evidence).not.toMatch(/NaN|Infinity|undefined|null|\[object/);
  }
}

describe('the registry of claims', () => {
  test('has every claim of the list, in its order and its words', () => {
    expect(claims.map(({ id, statement }) => [id, statement])).toEqual(listed);
  });

  test('names an architecture of the talk, or all', () => {
    const names = new Set(claims.map(({ architecture }) => architecture));
    expect(names).toEqual(new Set(['all', ...architectureNames]));
  });

  test('leaves to other runs exactly what needs sessions, sweeps, other programs or other systems', () => {
    const open = evaluateClaims(fixture).filter(({ verdict }) => verdict === 'not-decided-here');
    expect(open.map(({ id }) => id).filter((id) => id !== 'beta-idempotent')).toEqual(beyondThisRun);
  });

  test('carries id, architecture and statement into the result', () => {
    expect(evaluateClaims(fixture)[0]).toMatchObject({
      id: 'scale-rate',
      architecture: 'all',
      statement: '1 M+ impressions a second',
    });
  });
});

describe('no evaluator throws or speaks of what is no figure', () => {
  test('on the fixture', () => expectSound(fixture));

  test.each(architectureNames)('where %s was not part of the run', (name) => {
    const { [name]: _, ...architectures } = fixture.architectures;
    expectSound({ ...fixture, architectures });
  });

  test('where no architecture was part of the run, and then it decides nothing', () => {
    const empty = { ...fixture, architectures: {} };
    expectSound(empty);
    expect(new Set(evaluateClaims(empty).map(({ verdict }) => verdict))).toEqual(new Set(['not-decided-here']));
  });

  test.each(acts.flatMap((act) => actChanges.map((change) => [act, change] as const)))(
    'where the %s act of each architecture is %s',
    (act, change) => {
      const entries = Object.entries(fixture.architectures);
      const architectures = Object.fromEntries(entries.map(([name, found]) => [name, changeAct(found, act, change)]));
      expectSound({ ...fixture, architectures });
    },
  );

  test('where a configuration has no hours, no disorder, a trace, and the environment no calibration', () => {
    const { hours, ...config } = zeros(fixture.config);
    const environment = { ...zeros(fixture.environment), calibration: {} };
    expectSound({ ...fixture, config: { ...config, hours, trace: { path: 'trace.csv' } }, environment });
  });

  test('where acts and architectures are mixed at random', () => {
    const change = fc.constantFrom<Change>(...actChanges);
    const architecture = fc.option(fc.record({ capacity: change, steady: change, failure: change }));
    const mixture = fc.record(Object.fromEntries(architectureNames.map((name) => [name, architecture])));
    const property = fc.property(mixture, (chosen) => {
      const architectures: Result['architectures'] = {};
      for (const [name, changes] of Object.entries(chosen)) {
        const found = fixture.architectures[name];
        if (found === undefined || changes === null) continue;
        architectures[name] = acts.reduce((result, act) => changeAct(result, act, changes[act]), found);
      }
      expectSound({ ...fixture, architectures });
    });
    fc.assert(property, { numRuns: 60 });
  });
});

describe('an act that was not measured as planned decides nothing', () => {
  test.each(['invalid', 'interrupted', 'skipped'] as const)('%s', (change) => {
    const all = (act: ActName, found: ArchitectureResult) => changeAct(found, act, change);
    const entries = Object.entries(fixture.architectures);
    const changedAll = entries.map(([name, found]) => [name, acts.reduce((had, act) => all(act, had), found)]);
    const judged = evaluateClaims({ ...fixture, architectures: Object.fromEntries(changedAll) });
    const decided = judged.filter(({ verdict }) => verdict !== 'not-decided-here').map(({ id }) => id);
    // Simplicity is read off the declaration, whatever was measured.
    expect(decided).toEqual(['alpha-simple', 'omega-simple', 'prime-simple']);
  });

  test('and the reason stands in the evidence', () => {
    const found = fixture.architectures.alpha as ArchitectureResult;
    const architectures = { ...fixture.architectures, alpha: changeAct(found, 'failure', 'invalid') };
    const claim = evaluateClaims({ ...fixture, architectures }).find(({ id }) => id === 'alpha-failure');
    expect(claim?.verdict).toBe('not-decided-here');
    expect(claim?.evidence).toBe('The failure act of alpha is invalid: the disk was full.');
  });
});
