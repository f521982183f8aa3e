/** Bugs on the ways of the data that are no counting: the log, its writers and readers, and the query service. */
import { type Mutant, mutant } from '../mutant.ts';

const QUERY = 'substrates/query-service.ts';
const TASK = 'substrates/stream-engine/embedded/stages/window-state-task.ts';
const WORKER = 'substrates/stream-engine/embedded/worker.ts';
const READER = 'substrates/event-log/files/reader.ts';
const CODEC = 'substrates/event-log/files/codec.ts';
const MEMORY_LOG = 'substrates/event-log/memory-log.ts';
const FAILURE_AUDIT = 'harness/run/failure-audit.ts';
const CUTTER = 'harness/load/block-cutter.ts';

const queries: Mutant[] = [
  mutant(
    'merge-order-reversed',
    'Omega reads the store first and then the state: a window that moves in between is seen in neither.',
    [
      QUERY,
      'const fromState = await state.read(keys);',
      'const early = store === undefined ? undefined : await this.#fromStore(store, keys); ' +
        'const fromState = await state.read(keys); if (early !== undefined) store = { multiGet: async (some, into) => { ' +
        'for (let i = 0, row = 0; i < some.count; i++, row++) { while (keys.tweetIdLo[row] !== some.tweetIdLo[i] || ' +
        'keys.tweetIdHi[row] !== some.tweetIdHi[i] || keys.hourStartMs[row] !== some.hourStartMs[i]) row++; ' +
        'into.counter[i] = early.counter[row]; into.fingerprint[i] = early.fingerprint[row]; } } };',
    ],
    'live omega',
    'answers are no prefix of their canary',
  ),
  {
    id: 'merge-adds',
    what: 'Omega adds the state and the store where it should choose.',
    edits: [
      { file: QUERY, find: 'fromState.answer[row] !== StateAnswer.Held);', replace: 'true);' },
      {
        file: QUERY,
        find: 'answers.counter[row] = fromStore.counter[i];',
        replace: 'answers.counter[row] += fromStore.counter[i];',
      },
      {
        file: QUERY,
        find: 'answers.fingerprint[row] = fromStore.fingerprint[i];',
        replace: 'answers.fingerprint[row] += fromStore.fingerprint[i];',
      },
    ],
    judge: 'live omega',
    expected: 'answers are no prefix of their canary',
  },
  mutant(
    'unknown-window-answered-as-held',
    'State answers 0 for windows that it does not have, and the store is not asked.',
    [TASK, 'into.answer[row] = StateAnswer.NotHeld;', 'into.answer[row] = StateAnswer.Held;'],
    'run omega',
    'no fault: UNKNOWN, the checker failed: the answers has no rows',
  ),
  mutant(
    'batch-view-before-published',
    'Lambda takes the batch view before it is published.',
    [QUERY, 'return newest !== undefined &&', 'return true ||'],
    'live lambda',
    'the answers are not of now',
  ),
  {
    id: 'lambda-adds',
    what: 'Lambda adds the batch view and the speed view where it should choose.',
    edits: [
      {
        file: QUERY,
        find: 'into.counter[row] = from.counter[i];',
        replace: 'into.counter[row] += from.counter[i];',
      },
      {
        file: QUERY,
        find: 'into.fingerprint[row] = from.fingerprint[i];',
        replace: 'into.fingerprint[row] += from.fingerprint[i];',
      },
    ],
    judge: 'run lambda',
    expected: 'no fault: VIOLATION, doubleCounted is',
  },
  mutant(
    'frozen-clock',
    'The clock of a worker stands still: no hour is ever over.',
    [
      WORKER,
      'clock: { nowMs: () => this.#runtime.clock.nowMs() +',
      'clock: { nowMs: () => (this.frozenMs ??= this.#runtime.clock.nowMs()) +',
    ],
    'run batch',
    'no fault: INVALID, not drained',
  ),
];

const logs: Mutant[] = [
  mutant(
    'block-skipped-at-segment-roll',
    'A reader leaves out the first block of every segment.',
    [
      READER,
      'if (header.partition !== this.#partition || header.firstOffset !== this.#offset) {',
      'if (window.at === 0 && window.position === 0 && this.#offset > 0 && !this.rolled?.has(this.#offset)) { ' +
        '(this.rolled ??= new Set()).add(this.#offset); this.#advance(header); return this.#nextHeader(); } if (false) {',
    ],
    'run beta',
    'INVALID, the log is not the stream',
  ),
  mutant(
    'resume-skips-a-row',
    'A reader that is opened inside a block begins one impression too late.',
    [
      READER,
      'this.#skipRows = offset - header.firstOffset;',
      'this.#skipRows = offset - header.firstOffset + (offset > header.firstOffset ? 1 : 0);',
    ],
    'run alpha',
    'VIOLATION, lost is',
  ),
  mutant(
    'resume-skips-a-row-in-memory',
    'A reader of the log in memory that is opened inside a block begins one impression too late.',
    [
      MEMORY_LOG,
      'this.#skipRows = offset - entry.offset;',
      'this.#skipRows = offset - entry.offset + (offset > entry.offset ? 1 : 0);',
    ],
    'log',
    'a reader of memory opened at',
  ),
  mutant(
    'block-checksum-ignored',
    'A damaged block of the log is taken for good.',
    [CODEC, '!== from.words[at / 4]) {', '=== -1) {'],
    'log',
    'a flipped bit in the arrival time of a block: verified',
  ),
  mutant(
    'shorter-log-verified',
    'A log that ends before the stream does is verified.',
    [FAILURE_AUDIT, '|| !found.ended) {', '&& false) {'],
    'planted errors',
    'a log without its tail, in beta: should be INVALID',
  ),
  mutant(
    'producer-drops-the-tail',
    'The generator does not append the last block of a partition.',
    [CUTTER, 'if (this.#next >= this.length)', 'if (this.#next >= this.length - 60)'],
    'run beta',
    'INVALID, the log is not the stream: partition',
  ),
  mutant(
    'producer-repeats-a-block',
    'The generator appends a block twice.',
    [
      CUTTER,
      'this.#next += rows;',
      'if (this.#next > 0 && this.#next < 300) await this.#writer.append(this.#block, arrivalMs); this.#next += rows;',
    ],
    'run beta',
    'INVALID, the log is not the stream: partition',
  ),
];

export const readingMutants: readonly Mutant[] = [...queries, ...logs];
