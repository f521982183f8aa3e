/**
 * What an architecture answers is changed by a known error before it is audited, and the verdict must say which, to the
 * event. Where other judges ask whether the pipelines are right, this one asks whether the checks would notice.
 */
import { createRows, type RowColumns } from '../../../substrates/key-value-store/key-value-store.ts';
import { auditAnswers } from '../../audit/audit.ts';
import { type Evidence, judge, type UnexplainedEvidence, type Verdict } from '../../audit/verdict.ts';
import type { PlannedCrash } from '../../faults/crash-plan.ts';
import { type Judged, judgedRun, type RunPlan, STREAM } from './judged-run.ts';
import { type Subject, subject } from './subjects.ts';
import {
  add,
  type Change,
  changeStore,
  emptyStore,
  refuse,
  undoOneRepeat,
  withoutTail,
  withWrongLog,
} from './tampering.ts';

interface Planted {
  name: string;
  verdict: Verdict;
  /** Everything that the reason must say. */
  says: readonly string[];
  run: () => Promise<Omit<Judged, 'name'>>;
}

type How = Partial<RunPlan> & { in?: Subject; store?: 'serving' | 'speed'; change?: Change };

/** A run with a change of a store after the drain, or with another error. */
function planted(error: string, verdict: Verdict, says: readonly string[], how: How): Planted {
  const { in: subjectName = 'beta', store = 'serving', change, ...plan } = how;
  const name = `${error}, in ${subjectName}`;
  const run = () =>
    judgedRun({
      name,
      declaration: subject(subjectName),
      seed: 1,
      arrival: 'filled',
      ...(change === undefined ? {} : { afterDrain: (scene) => changeStore(scene, store, change) }),
      ...plan,
    });
  return { name, verdict, says, run };
}

const { hourMs } = STREAM;
const crash = (failpoint: PlannedCrash['failpoint'], hit: number): PlannedCrash[] => [
  { id: failpoint, failpoint, partition: 0, fromOffset: 0, hit },
];
const oneMore: Change = ([row]) => [add(row, 1, 77)];
const oneLess: Change = ([row]) => [add(row, -1, -77)];
const oneDoubled = 'doubleCounted is 1, predicted 0';
const oneLost = 'lost is 1, predicted 0';

const ONE_MORE = planted('one impression more', 'VIOLATION', [oneDoubled], { change: oneMore });

const PLANTED: readonly Planted[] = [
  ONE_MORE,
  planted('one impression less', 'VIOLATION', [oneLost], { change: oneLess }),
  planted('another impression in its place', 'VIOLATION', ['1 keys have the right count of the wrong impressions'], {
    change: ([row]) => [add(row, 0, 77)],
  }),
  planted('an impression in the next hour', 'VIOLATION', ['misplaced is 1, predicted 0'], {
    change: ([row]) => [add(row, -1, -77), add(row, 1, 77, hourMs)],
  }),
  planted('one lost, another of the tweet doubled in the next hour', 'VIOLATION', [oneDoubled, oneLost], {
    change: ([row]) => [add(row, -1, -77), add(row, 1, 78, hourMs)],
  }),
  planted('one lost, one of another tweet doubled', 'VIOLATION', [oneDoubled, oneLost], {
    change: ([row, other]) => [add(row, -1, -77), add(other, 1, 77)],
  }),
  planted('two in an hour before the stream', 'VIOLATION', ['doubleCounted is 2, predicted 0'], {
    change: ([row]) => [add(row, 2, 5, -2 * hourMs)],
  }),
  planted('three of a tweet of nowhere', 'VIOLATION', ['3 impressions of tweets that the stream never had'], {
    change: ([row]) => [add(row && { ...row, tweetIdHi: 0 }, 3, 5)],
  }),
  planted('one impression more', 'VIOLATION', ['1 keys differ from the predicted table'], {
    in: 'batch',
    change: oneMore,
  }),
  planted('one repeated impression less', 'VIOLATION', ['doubleCounted is 99, predicted 100'], {
    in: 'alpha',
    crashes: crash('after-store-ack', 2),
    afterDrain: undoOneRepeat,
  }),
  planted('one impression more', 'VIOLATION', [oneDoubled], { in: 'lambda', store: 'speed', change: oneMore }),
  planted('a crash that never comes', 'INVALID', ['left no evidence that it bit'], {
    crashes: crash('mid-flush', 1e6),
  }),
  planted('a changed impression in the log', 'INVALID', ['the log is not the stream'], { prepare: withWrongLog }),
  planted('a log without its tail', 'INVALID', ['the log is not the stream: partition'], { prepare: withoutTail }),
  planted('answers that are refused', 'UNKNOWN', ['unavailable'], { afterDrain: refuse }),
  planted('one impression less of the last tweet', 'VIOLATION', [oneLost], {
    change: (_, all) => [add(all.toSorted((a, b) => b.tweetIdHi - a.tweetIdHi || b.tweetIdLo - a.tweetIdLo)[0], -1, 7)],
  }),
  planted('answers of nothing', 'UNKNOWN', ['no rows'], {
    in: 'alpha',
    afterDrain: emptyStore,
  }),
  {
    name: 'an unexplained answer on the way',
    verdict: 'VIOLATION',
    says: ['1 answers on the way are unexplained'],
    run: async () => verdictOnTables(fiveImpressions(1), fiveImpressions(1), { count: 1 }),
  },
  { name: 'an audit of nothing', verdict: 'UNKNOWN', says: ['the checker failed'], run: auditOfNothing },
  { name: 'a key that is answered twice', verdict: 'UNKNOWN', says: ['two rows'], run: keyTwice },
];

export async function plantedErrors(): Promise<string[]> {
  const findings: string[] = [];
  for (const { name, verdict, says, run } of PLANTED) {
    const judged = await run();
    if (judged.verdict === verdict && says.every((words) => judged.reason.includes(words))) continue;
    findings.push(`${name}: should be ${verdict} (${says.join('; ')}), was ${judged.verdict} (${judged.reason})`);
  }
  return findings;
}

/** The canary of the suite: a run with one impression too many, which must be condemned. */
export async function canaryRun(): Promise<string[]> {
  const { verdict, reason } = await ONE_MORE.run();
  const isCondemned = verdict === ONE_MORE.verdict && reason.includes(oneDoubled);
  return isCondemned ? [`${ONE_MORE.name}: ${verdict}, ${reason}`] : [];
}

async function auditOfNothing(): Promise<Omit<Judged, 'name'>> {
  return verdictOnTables(createRows(0), createRows(0));
}

async function keyTwice(): Promise<Omit<Judged, 'name'>> {
  return verdictOnTables(fiveImpressions(1), fiveImpressions(2));
}

/** The same key so many times. */
function fiveImpressions(times: number): RowColumns {
  const rows = createRows(times);
  rows.count = times;
  rows.counter.fill(5);
  return rows;
}

function verdictOnTables(
  truth: RowColumns,
  answers: RowColumns,
  unexplainedAnswers?: UnexplainedEvidence,
): Omit<Judged, 'name'> {
  const evidence: Evidence = {
    report: undefined,
    lateDropped: 0,
    predicted: { doubleCounted: 0, lost: 0, misplaced: 0, lateDropped: 0 },
    promises: { exact: true },
    unexplainedAnswers,
    faults: [],
    invalidBecause: [],
  };
  try {
    return judge({ ...evidence, report: auditAnswers(truth, answers) });
  } catch (error) {
    return judge({ ...evidence, failure: error instanceof Error ? error.message : String(error) });
  }
}
