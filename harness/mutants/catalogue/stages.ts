/** Bugs of the stages that write a store event by event or hour by hour, and of the stores. */
import { type Mutant, mutant } from '../mutant.ts';

const ENGINE = 'substrates/stream-engine/embedded';
const INCREMENT = `${ENGINE}/stages/increment-store-task.ts`;
const DELETION = `${ENGINE}/stages/published-hours-deletion.ts`;
const JOB = `${ENGINE}/stages/batch-job-task.ts`;
const POSITION = `${ENGINE}/position-file.ts`;
const MEMORY = 'substrates/key-value-store/memory-store.ts';
const LMDB = 'substrates/key-value-store/lmdb/lmdb-store.ts';
const COUNTERS = 'substrates/key-value-store/lmdb/counter-table.ts';

const IN_TWO_HALVES =
  'await ((rows, fence, options) => Promise.all([[0, rows.count >> 1], [rows.count >> 1, rows.count]]' +
  '.map(([from, to]) => this.#store.increment({ count: to - from, tweetIdLo: rows.tweetIdLo.slice(from, to), ' +
  'tweetIdHi: rows.tweetIdHi.slice(from, to), hourStartMs: rows.hourStartMs.slice(from, to), ' +
  'counter: rows.counter.slice(from, to), fingerprint: rows.fingerprint.slice(from, to) }, fence, options))))' +
  '(this.#rows, fence, {';

const increments: Mutant[] = [
  mutant(
    'commit-before-write',
    'The position is committed before the store has the events.',
    [
      INCREMENT,
      "await hooks.failpoint('before-store', site);",
      "await this.#position.commit({ offset: events, value: partition }); await hooks.failpoint('before-store', site);",
    ],
    'run alpha',
    'crashes at before-store of stage 0: VIOLATION, lost is',
  ),
  mutant(
    'tail-dropped',
    'The last batch before the end of the stream is not written.',
    [INCREMENT, 'if (this.#rows.count > 0) {', 'if (this.#rows.count > 0 && !this.#ended) {'],
    'run alpha',
    'no fault: VIOLATION, lost is',
  ),
  mutant(
    'read-modify-write-race',
    'Two halves of a batch read the old counts at the same time and both write theirs.',
    [INCREMENT, 'await this.#store.increment(this.#rows, fence, {', IN_TWO_HALVES],
    'run alpha by read-modify-write',
    'no fault: VIOLATION, lost is',
  ),
  mutant(
    'batch-retried-after-success',
    'A batch that was acknowledged is written once more, as after a lost reply.',
    [
      INCREMENT,
      'this.#unwritten = false;',
      'this.#unwritten = events > 1000 && !this.again; this.again = events > 1000;',
    ],
    'run alpha',
    'no fault: VIOLATION, doubleCounted is',
  ),
  mutant(
    'older-position-file',
    'A restart takes the position of the oldest worker instead of the newest.',
    [POSITION, 'names.sort().reverse()', 'names.sort()'],
    'run alpha',
    'two crashes of one worker in stage 0: VIOLATION, doubleCounted is',
  ),
  mutant(
    'position-outside-the-write',
    'The position that should be one with the write covers a batch less.',
    [
      INCREMENT,
      "{ name: 'log-position', value: events }",
      "{ name: 'log-position', value: events - this.#rows.count }",
    ],
    'run alpha with its position in the store',
    'VIOLATION, doubleCounted is',
  ),
];

const jobs: Mutant[] = [
  mutant(
    'batch-reads-from-the-start',
    'After a restart the batch job reads the archive from its start.',
    [JOB, 'await this.#openReader(this.#offset);', 'await this.#openReader(0);'],
    'run batch',
    'keys differ from the predicted table',
  ),
  mutant(
    'batch-skips-the-hour-at-work',
    'After a restart the batch job goes on with the next hour.',
    [
      JOB,
      'this.#nextHourMs = Math.min(published, position.value) + ',
      'this.#nextHourMs = published + this.#context.settings.hourMs + ',
    ],
    'run batch',
    'keys differ from the predicted table',
  ),
  mutant(
    'cut-off-ignored',
    'The batch job counts what came after the cut-off.',
    [
      JOB,
      'return this.#byEventTime() ? this.#stage.cutOffMs : 0;',
      'return this.#byEventTime() ? this.#stage.cutOffMs + 30 : 0;',
    ],
    'run batch by event time',
    'keys differ from the predicted table',
  ),
  mutant(
    'published-before-loaded',
    'An hour is marked as published with its first chunk.',
    [
      JOB,
      'await this.#store.bulkLoad(rows, fence);',
      "await this.#store.bulkLoad(rows, fence, { name: 'published-hour', value: job.hourStartMs });",
    ],
    'live lambda',
    'answers are no prefix of their canary',
  ),
  mutant(
    'speed-hours-deleted-early',
    'The speed store forgets an hour before the batch view has it.',
    [DELETION, '- this.#keepHours * hourMs)', '+ hourMs)'],
    'live lambda',
    'answers are no prefix of their canary',
  ),
];

const stores: Mutant[] = [
  mutant(
    'fence-ignored',
    'The store takes writes of a worker that was declared dead.',
    [MEMORY, 'fence.epoch < raisedTo)', 'false)'],
    'run alpha',
    'a zombie, seed',
  ),
  mutant(
    'fence-ignored-by-lmdb',
    'LMDB takes writes of a worker that was declared dead.',
    [LMDB, 'fence.epoch < raisedTo)', 'false)'],
    'run on LMDB and files',
    'a zombie, seed',
  ),
  mutant(
    'version-compared-the-wrong-way',
    'An upsert is refused if it is newer.',
    [MEMORY, 'old.version <= version', 'old.version >= version'],
    'run beta',
    'no fault: VIOLATION, lost is',
  ),
  mutant(
    'version-compared-the-wrong-way-by-lmdb',
    'LMDB refuses an upsert if it is newer.',
    [COUNTERS, 'versionOf(old) > version', 'versionOf(old) < version'],
    'run on LMDB and files',
    'beta on LMDB, no fault: VIOLATION, lost is',
  ),
  mutant(
    'lost-update-in-a-batch',
    'Two increments of a key in one batch both start from the count before the batch.',
    [MEMORY, 'sumOf(this.#entry(key, staged), rows, row)', 'sumOf(this.#data.entries.get(key), rows, row)'],
    'run alpha',
    'no fault: VIOLATION, lost is',
  ),
  mutant(
    'lost-update-in-a-batch-by-lmdb',
    'LMDB by read-modify-write: two increments of a key in one batch both start from the count before it.',
    [LMDB, 'previous[row] === -1 ? row', 'true ? row'],
    'run on LMDB and files',
    'alpha by read-modify-write on LMDB, no fault: VIOLATION, lost is',
  ),
  mutant(
    'half-a-batch-applied',
    'A batch is applied without its last row.',
    [
      COUNTERS,
      'increment(rows) {\n        for (let row = 0; row < rows.count;',
      'increment(rows) {\n        for (let row = 0; row < rows.count - (rows.count === 100 ? 1 : 0);',
    ],
    'run on LMDB and files',
    'alpha on LMDB, no fault, from a filled log: VIOLATION, lost is',
  ),
  mutant(
    'stale-snapshot-read',
    'A reader of the store goes on seeing what was there at its first read.',
    [MEMORY, 'const entry = this.#data.entries.get(', 'const entry = (this.seen ??= new Map(this.#data.entries)).get('],
    'live alpha',
    'the last answers do not hold all canaries',
  ),
];

export const stageMutants: readonly Mutant[] = [...increments, ...jobs, ...stores];
