/** Bugs of the checkers themselves: ledger, prediction, collecting of answers, audit, verdict. */
import { type Mutant, mutant } from '../mutant.ts';

const AUDIT = 'harness/audit/audit.ts';
const COLLECT = 'harness/audit/collect-answers.ts';
const VERDICT = 'harness/audit/verdict.ts';
const VERIFY = 'harness/audit/verify-log.ts';
const DIRECTOR = 'harness/faults/fault-director.ts';
const HOOKS = 'harness/faults/worker-hooks.ts';
const FAILURE_AUDIT = 'harness/run/failure-audit.ts';
const HELD = 'harness/audit/held-and-deleted.ts';
const RECORD = 'harness/run/fault-record.ts';

const WRONG = 'if (found !== expected || foundFingerprint !== expectedFingerprint) {';

const audit: Mutant[] = [
  mutant(
    'fingerprint-ignored',
    'The audit compares counts only.',
    [AUDIT, WRONG, 'if (found !== expected) {'],
    'planted errors',
    'another impression in its place, in beta: should be VIOLATION',
  ),
  mutant(
    'only-what-is-too-much',
    'The audit looks for keys that count too much only.',
    [AUDIT, WRONG, 'if (found > expected) {'],
    'planted errors',
    'one impression less, in beta: should be VIOLATION',
  ),
  mutant(
    'only-what-is-too-little',
    'The audit looks for keys that count too little only.',
    [AUDIT, WRONG, 'if (found < expected) {'],
    'planted errors',
    'one impression more, in beta: should be VIOLATION',
  ),
  mutant(
    'netted',
    'What is lost is set off against what is counted twice.',
    [
      AUDIT,
      'report.lost += under;',
      'report.lost += under; [report.doubleCounted, report.lost] = [Math.max(0, report.doubleCounted - report.lost), Math.max(0, report.lost - report.doubleCounted)];',
    ],
    'planted errors',
    'one lost, one of another tweet doubled, in beta: should be VIOLATION (doubleCounted is 1',
  ),
  mutant(
    'misplaced-is-nothing',
    'What is in the wrong hour is not an error.',
    [AUDIT, 'report.misplaced += over;', ';'],
    'planted errors',
    'an impression in the next hour, in beta: should be VIOLATION (misplaced is 1',
  ),
  mutant(
    'misplaced-excuses-all',
    'Too much in one hour and too little in another is misplaced, whatever the impressions.',
    [AUDIT, 'over === under && fingerprintExcess === 0', 'over === under'],
    'planted errors',
    'one lost, another of the tweet doubled in the next hour, in beta: should be VIOLATION (doubleCounted is 1',
  ),
  mutant(
    'phantoms-are-nothing',
    'Counts of tweets that the stream never had are not an error.',
    [AUDIT, 'report.phantom += over;', ';'],
    'planted errors',
    'three of a tweet of nowhere, in beta: should be VIOLATION',
  ),
  mutant(
    'last-tweets-not-audited',
    'The audit ends a few rows early.',
    [
      AUDIT,
      'while (truthRow < truth.count || answerRow < answers.count) {',
      'while (truthRow < truth.count - 20 || answerRow < answers.count - 20) {',
    ],
    'planted errors',
    'one impression less of the last tweet, in beta: should be VIOLATION',
  ),
  mutant(
    'repeated-rows-hidden',
    'A key that is answered twice is taken once.',
    [AUDIT, 'table.hourStartMs[row - 1] === table.hourStartMs[row]', 'false'],
    'planted errors',
    'a key that is answered twice: should be UNKNOWN',
  ),
  {
    id: 'empty-history-accepted',
    what: 'An audit of nothing passes.',
    edits: [
      { file: AUDIT, find: 'if (!(rows.count > 0))', replace: 'if (false)' },
      { file: AUDIT, find: 'if (report.keysAudited === 0)', replace: 'if (false)' },
      { file: VERDICT, find: 'if (!(report.keysAudited > 0))', replace: 'if (false)' },
    ],
    judge: 'planted errors',
    expected: 'an audit of nothing: should be UNKNOWN (the checker failed), was EXACT',
  },
  mutant(
    'neighbours-not-asked',
    'Answers for hours in which the truth has nothing are not looked at.',
    [
      FAILURE_AUDIT,
      'await collectAnswers(pipeline.query, truth, extra)',
      'await collectAnswers(pipeline.query, truth)',
    ],
    'planted errors',
    'two in an hour before the stream, in beta: should be VIOLATION',
  ),
  mutant(
    'last-chunk-not-asked',
    'The last answers are not asked for, and taken to be right.',
    [
      COLLECT,
      'for (let from = 0; from < asked.count; from += CHUNK_KEYS) {',
      'for (let from = CHUNK_KEYS; from < asked.count; from += CHUNK_KEYS) {',
    ],
    'run beta',
    'the answers has no rows',
  ),
  mutant(
    'unavailable-taken-as-zero',
    'A key that nobody answers is audited as 0.',
    [COLLECT, 'if (unavailable > 0) {', 'if (false) {'],
    'planted errors',
    'answers that are refused',
  ),
  mutant(
    'log-not-compared',
    'The log is read back, but its rows are not compared with the stream.',
    [VERIFY, 'if (row !== -1)', 'if (row === -2)'],
    'planted errors',
    'a changed impression in the log, in beta: should be INVALID',
  ),
];

const prediction: Mutant[] = [
  mutant(
    'ledger-without-acknowledgements',
    'The ledger is not written after an acknowledgement: the prediction is too small.',
    [HOOKS, 'ledger.acknowledged(events)', 'Promise.resolve()'],
    'run alpha',
    'crashes at after-store-ack of stage 0: UNKNOWN, doubleCounted is predicted as 0 to',
  ),
  mutant(
    'ledger-without-sends',
    'The ledger is not written before a send: what was written and not acknowledged is not predicted.',
    [HOOKS, 'ledger.sending(events, transaction)', 'Promise.resolve()'],
    'run alpha',
    'a kill after a write, before its reply: VIOLATION, doubleCounted is',
  ),
  mutant(
    'prediction-counts-twice',
    'What a dead worker left is added to the prediction by every later restart.',
    [DIRECTOR, 'this.#left.set(key, {', '((_key, _left) => undefined)(key, {'],
    'run alpha',
    'a successor that is killed before its first write: VIOLATION, doubleCounted is',
  ),
  mutant(
    'deleted-hours-not-audited',
    'What the speed store has deleted is not audited.',
    [FAILURE_AUDIT, 'heldAndDeleted(held, deleted)', 'held'],
    'run lambda',
    'no fault: VIOLATION, as predicted: 296 in the wrong hour, 18 keys with compensating errors; speed store lost is',
  ),
  mutant(
    'saved-rows-counted-twice',
    'What was saved to be deleted is added to what the store still has.',
    [HELD, '?? 0) < ', '?? 0) * 0 < '],
    'run lambda',
    'speed store doubleCounted is',
  ),
  mutant(
    'fault-without-evidence',
    'A fault that left no evidence is taken for one that bit.',
    [VERDICT, 'fault.evidence.length === 0', 'false'],
    'planted errors',
    'a crash that never comes, in beta: should be INVALID',
  ),
  mutant(
    'evidence-made-up',
    'A planned crash is recorded as one that happened.',
    [RECORD, "if (record === undefined || exit?.signal !== 'SIGKILL')", 'if (false)'],
    'planted errors',
    'a crash that never comes, in beta: should be INVALID',
  ),
  mutant(
    'anything-up-to-the-prediction',
    'An error that was predicted and is smaller passes.',
    [VERDICT, 'found[figure] < atLeast || found[figure] > atMost', 'found[figure] > atMost'],
    'planted errors',
    'one repeated impression less, in alpha: should be VIOLATION',
  ),
  mutant(
    'anything-above-the-prediction',
    'An error that was predicted and is greater passes.',
    [VERDICT, 'found[figure] < atLeast || found[figure] > atMost', 'found[figure] < atLeast'],
    'planted errors',
    'in beta: should be VIOLATION',
  ),
  mutant(
    'unexplained-answers-not-judged',
    'Answers on the way that equal no prefix do not count in the verdict.',
    [VERDICT, 'unexplainedAnswers.count > 0) {', 'false) {'],
    'planted errors',
    'an unexplained answer on the way: should be VIOLATION',
  ),
  mutant(
    'predicted-table-not-compared',
    'Keys that differ from the predicted table are not an error.',
    [VERDICT, 'report.unexplained > 0) {', 'false) {'],
    'planted errors',
    'one impression more, in batch: should be VIOLATION (1 keys differ',
  ),
];

export const checkMutants: readonly Mutant[] = [...audit, ...prediction];
