/** Bugs of keyed window state: counting, closing, handing over, checkpointing, restoring. */
import { type Mutant, mutant } from '../mutant.ts';

const ENGINE = 'substrates/stream-engine/embedded';
const WINDOWS = `${ENGINE}/partition-windows.ts`;
const TABLE = `${ENGINE}/window-table.ts`;
const HAND_OVER = `${ENGINE}/stages/window-hand-over.ts`;
const TASK = `${ENGINE}/stages/window-state-task.ts`;
const CHECKPOINTS = `${ENGINE}/checkpoint-store.ts`;
const SNAPSHOT = `${ENGINE}/window-snapshot.ts`;
const CODEC = `${ENGINE}/checkpoint-codec.ts`;

const WHOLE_BLOCK = 'window.table.countBlock(block, 0, block.count);';
/** The block that holds the sequence 3,000,000 of partition 1. */
const ONE_BLOCK = 'block.partition === 1 && block.firstSequence <= 3e6 && block.firstSequence + block.count > 3e6';

const counting: Mutant[] = [
  mutant(
    'one-event-more',
    'Of ten million events one is counted twice.',
    [WINDOWS, WHOLE_BLOCK, `${WHOLE_BLOCK} if (${ONE_BLOCK}) window.table.countBlock(block, 0, 1);`],
    'ten million',
    'doubleCounted is 1, predicted 0',
  ),
  mutant(
    'one-event-less',
    'Of ten million events one is not counted.',
    [WINDOWS, WHOLE_BLOCK, `window.table.countBlock(block, ${ONE_BLOCK} ? 1 : 0, block.count);`],
    'ten million',
    'lost is 1, predicted 0',
  ),
  {
    id: 'compensating-tweets',
    what: 'In each of two partitions one of five million events is counted for the tweet before it: the sums are right.',
    edits: [
      {
        file: TABLE,
        find: 'const lo = los[row] | 0;',
        replace: 'const lo = los[sequence === 3e6 ? row - 1 : row] | 0;',
      },
      {
        file: TABLE,
        find: 'const hi = his[row] | 0;',
        replace: 'const hi = his[sequence === 3e6 ? row - 1 : row] | 0;',
      },
    ],
    judge: 'ten million',
    expected: 'doubleCounted is 2, predicted 0; lost is 2, predicted 0',
  },
  mutant(
    'compensating-events',
    'Of ten million events one is lost and another of its tweet counted twice: the count is right.',
    [TABLE, 'let hash = sequence ^ key;', 'let hash = (sequence === 3000000 ? 2999999 : sequence) ^ key;'],
    'ten million',
    '2 keys have the right count of the wrong impressions',
  ),
  mutant(
    'watermark-off-by-one',
    'An event whose window is over by exactly the allowed lateness is still counted.',
    [
      WINDOWS,
      'allowedLatenessMs <= watermark)\n                this',
      'allowedLatenessMs < watermark)\n                this',
    ],
    'ten million',
    'lateDropped is',
  ),
  mutant(
    'late-events-dropped-silently',
    'Events that come too late are dropped and not reported.',
    [WINDOWS, 'this.#lateDroppedEvents += 1;', ';'],
    'run beta',
    'no fault: VIOLATION, lateDropped is 0, predicted',
  ),
  mutant(
    'late-events-dropped-all',
    'Events that come late but within the allowed lateness are dropped, and reported.',
    [WINDOWS, 'start + hourMs + allowedLatenessMs <= watermark', 'start + hourMs <= watermark'],
    'run omega-prime',
    'no fault: VIOLATION, lost is',
  ),
];

const handingOver: Mutant[] = [
  mutant(
    'window-shifted',
    'A closed window is written as the next hour.',
    [
      HAND_OVER,
      'rows.hourStartMs[rows.count] = window.hourStartMs;',
      'rows.hourStartMs[rows.count] = window.hourStartMs + this.#context.settings.hourMs;',
    ],
    'run beta',
    'no fault: VIOLATION',
  ),
  mutant(
    'key-dropped',
    'The last tweet of a window is not written.',
    [HAND_OVER, 'for (; next < ids.length &&', 'if (next === ids.length - 1) next++; for (; next < ids.length - 1 &&'],
    'run beta',
    'no fault: VIOLATION, lost is',
  ),
  mutant(
    'flush-doubled',
    'One chunk of an additive hand-over is written twice.',
    [
      HAND_OVER,
      'await this.#store.increment(this.#rows, fence, { noteTransaction });',
      'for (let i = 0; i < (running.next === 0 ? 2 : 1); i++) await this.#store.increment(this.#rows, fence, { noteTransaction });',
    ],
    'run additive beta',
    'no fault: VIOLATION, doubleCounted is',
  ),
  mutant(
    'flush-without-last-chunk',
    'A hand-over ends before its last chunk.',
    [
      HAND_OVER,
      'if (running.next < running.ids.length)\n            return;',
      'if (running.next + this.#maxKeys < running.ids.length)\n            return;',
    ],
    'run beta',
    'no fault: VIOLATION, lost is',
  ),
  mutant(
    'late-part-overwrites-total',
    'What came late is upserted alone, over the total of its window.',
    [
      HAND_OVER,
      "if (this.#mode === 'upsert')\n                window.table",
      "if (this.#mode === 'none')\n                window.table",
    ],
    'run beta',
    'no fault: VIOLATION, lost is',
  ),
  mutant(
    'late-part-never-written',
    'What came late is never handed over.',
    [HAND_OVER, "return window.phase === 'handed-over' && window.sealed", 'return false && window.sealed'],
    'run beta',
    'no fault: VIOLATION, lost is',
  ),
  mutant(
    'purge-before-acknowledgement',
    'A window leaves the state when it is sealed, whether the store has it or not.',
    [TASK, 'if (!window.sealed || !handedOver)', 'if (!window.sealed)'],
    'run omega',
    'no fault: VIOLATION, lost is',
  ),
  {
    id: 'drained-before-flushed',
    what: 'A pipeline says that it is drained while the last windows are still to be written.',
    edits: [
      { file: TASK, find: 'if (settling.length > 0) {', replace: 'if (settling.length > 0 && !this.#ended) {' },
      { file: TASK, find: 'if (this.#isHandingOver())', replace: 'if (!this.#ended && this.#isHandingOver())' },
    ],
    judge: 'run beta',
    expected: 'no fault: VIOLATION, lost is',
  },
];

const checkpointing: Mutant[] = [
  mutant(
    'shallow-snapshot',
    'A checkpoint shares its tables with ingestion: it holds events that came after its position.',
    [
      TASK,
      'const state = this.#capture();',
      'const state = this.#capture(); await runtime.sleep(12); ' +
        'for (const saved of state.windows) { const window = this.#windows.get(saved.hourStartMs); ' +
        "if (window !== undefined && !('file' in saved.rows)) saved.rows = window.table.pack(); }",
    ],
    'run omega',
    'VIOLATION, doubleCounted is',
  ),
  mutant(
    'checkpoint-ahead-of-state',
    'A checkpoint names a position that is one event further than its state.',
    [TASK, 'offset: this.#offset,\n            ended', 'offset: this.#offset + 1,\n            ended'],
    'run omega-prime',
    'VIOLATION, lost is',
  ),
  mutant(
    'checkpoint-forgets-late-rows',
    'A checkpoint does not hold what came late and is still to be handed over.',
    [SNAPSHOT, 'lateRows: window.late?.pack(),', 'lateRows: undefined,'],
    'run beta',
    'VIOLATION, lost is',
  ),
  mutant(
    'restore-forgets-late-dropped',
    'After a restore the events that were dropped before it are not reported any more.',
    [TASK, 'state.maxEventTimeMs, state.lateDroppedEvents,', 'state.maxEventTimeMs, 0,'],
    'run omega-prime',
    'VIOLATION, lateDropped is',
  ),
  mutant(
    'restore-ahead-of-time',
    'After a restore the watermark is an hour ahead: events that are in time are dropped.',
    [TASK, 'restore(state.maxEventTimeMs,', 'restore(state.maxEventTimeMs + this.#context.settings.hourMs,'],
    'run omega-prime',
    'VIOLATION, lost is',
  ),
  mutant(
    'newest-checkpoint-by-number',
    'The newest checkpoint is the one with the greatest number, of whatever worker.',
    [
      CHECKPOINTS,
      "name.endsWith('.checkpoint')).sort();",
      "name.endsWith('.checkpoint')).sort((a, b) => a.slice(-20).localeCompare(b.slice(-20)));",
    ],
    'run additive beta',
    'VIOLATION, doubleCounted is',
  ),
  mutant(
    'checkpoint-checksum-ignored',
    'A damaged checkpoint is restored.',
    [CODEC, 'if (view.getUint32(4, true) !== crc32(bytes.subarray(8)))', 'if (false)'],
    'run omega-prime',
    'the newest checkpoint damaged, then a kill: VIOLATION, doubleCounted is',
  ),
  mutant(
    'sealed-windows-not-restored',
    'A restore leaves out the windows that have files of their own.',
    [
      TASK,
      'windows.push(unpackWindow(saved, rows));',
      'if (named === undefined) windows.push(unpackWindow(saved, rows));',
    ],
    'run omega-prime',
    'VIOLATION, lost is',
  ),
];

export const stateMutants: readonly Mutant[] = [...counting, ...handingOver, ...checkpointing];
