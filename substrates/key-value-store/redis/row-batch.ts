/**
 * Batches of rows as commands. A row is one command to the server: HINCRBY, HSET or HDEL, or, in an hour where those
 * would be wrong (see `control.ts`), a script that looks at the row first.
 */
import type { KeyColumns, RedisClientKind, RowColumns } from '../key-value-store.ts';
import { type Control, type HourChanges, type HourEntry, PLAIN_HOUR, takesIncrements } from './control.ts';
import { isSmallIncrement, leavesRoom, valueText } from './counter-value.ts';
import { int64Text } from './int64-text.ts';
import type { CounterKey, KeySpace } from './key-space.ts';
import { type Lane, MAX_IN_FLIGHT } from './lane.ts';
import { ADD_WRAPPING, INCREMENT_MANY, REPLACE_OLDER, ScriptCalls } from './scripts.ts';

/** Increments of one call of the script: a millisecond or two, in which the server answers nobody else. */
const INCREMENTS_PER_CALL = 2000;

export interface RowBatch {
  readonly count: number;
  /** Most rows that may be staged before the lane is flushed. */
  readonly rowsPerFlush: number;
  /** What the batch makes of the entries of its hours. */
  plan(control: Control): HourChanges;
  /** Stages rows `[from, to)`; `control` is as it will be after the batch. */
  stage(lane: Lane, keys: KeySpace, control: Control, from: number, to: number): void;
}

/** Adds each row to its key. */
export function incrementBatch(rows: RowColumns, client: RedisClientKind): RowBatch {
  return {
    count: rows.count,
    rowsPerFlush: client === 'await-each' ? 1 : MAX_IN_FLIGHT,
    plan: (control) =>
      planHours(rows, control, isSmallIncrement, (entry = PLAIN_HOUR, small) =>
        small || entry.wide ? entry : { ...entry, wide: true },
      ),
    stage(lane, keys, control, from, to) {
      if (client === 'script') stageScript(lane, keys, control, rows, from, to);
      else stageIncrements(lane, keys, control, rows, from, to);
    },
  };
}

/** Replaces each row unless its version is greater. */
export function upsertBatch(rows: RowColumns, version: number): RowBatch {
  const text = String(version);
  return {
    count: rows.count,
    rowsPerFlush: MAX_IN_FLIGHT,
    plan: (control) =>
      planHours(rows, control, leavesRoom, (old, roomy) => {
        const entry = old ?? { baseVersion: version, greatestVersion: version, wide: false };
        const raised = version > entry.greatestVersion ? { ...entry, greatestVersion: version } : entry;
        return roomy || raised.wide ? raised : { ...raised, wide: true };
      }),
    stage(lane, keys, control, from, to) {
      const scripts = new ScriptCalls(lane);
      for (let row = from; row < to; row++) {
        const entry = entryOf(control, rows, row);
        const key = keyOf(keys, rows, row).text;
        const value = textOf(rows, row, version, entry);
        if (version >= entry.greatestVersion) lane.stage('HSET', key, fieldOf(rows, row), value);
        else scripts.stage(REPLACE_OLDER, [key], [fieldOf(rows, row), value, text, String(entry.baseVersion)]);
      }
    },
  };
}

/**
 * Replaces each row without looking. Without `versions` the version is 0; a version that is not a number stands for
 * that of the hour's plain values.
 */
export function putBatch(rows: RowColumns, versions?: Float64Array): RowBatch {
  return {
    count: rows.count,
    rowsPerFlush: MAX_IN_FLIGHT,
    plan: (control) =>
      planHours(rows, control, leavesRoom, (entry = PLAIN_HOUR, roomy) =>
        roomy || entry.wide ? entry : { ...entry, wide: true },
      ),
    stage(lane, keys, control, from, to) {
      for (let row = from; row < to; row++) {
        const entry = entryOf(control, rows, row);
        const given = versions === undefined ? 0 : (versions[row] as number);
        const version = Number.isNaN(given) ? entry.baseVersion : given;
        lane.stage('HSET', keyOf(keys, rows, row).text, fieldOf(rows, row), textOf(rows, row, version, entry));
      }
    },
  };
}

export function deleteBatch(rows: KeyColumns): RowBatch {
  return {
    count: rows.count,
    rowsPerFlush: MAX_IN_FLIGHT,
    plan: () => new Map(),
    stage(lane, keys, _control, from, to) {
      for (let row = from; row < to; row++) lane.stage('HDEL', keyOf(keys, rows, row).text, fieldOf(rows, row));
    },
  };
}

/** A tweet's field: its id. */
export function fieldOf(keys: KeyColumns, row: number): string {
  return int64Text(keys.tweetIdHi[row] as number, keys.tweetIdLo[row] as number);
}

export function keyOf(space: KeySpace, keys: KeyColumns, row: number): CounterKey {
  return space.counter(keys.hourStartMs[row] as number, keys.tweetIdLo[row] as number, keys.tweetIdHi[row] as number);
}

function stageIncrements(
  lane: Lane,
  keys: KeySpace,
  control: Control,
  rows: RowColumns,
  from: number,
  to: number,
): void {
  const scripts = new ScriptCalls(lane);
  let hourStartMs = Number.NaN;
  let entry = PLAIN_HOUR;
  let plain = true;
  for (let row = from; row < to; row++) {
    const hour = rows.hourStartMs[row] as number;
    if (hour !== hourStartMs) {
      hourStartMs = hour;
      entry = entryOf(control, rows, row);
      plain = takesIncrements(entry);
    }
    const lo = rows.tweetIdLo[row] as number;
    const hi = rows.tweetIdHi[row] as number;
    const key = keys.counter(hour, lo, hi);
    if (plain) lane.stageIncrement(key, hi, lo, rows.fingerprint[row] as number, rows.counter[row] as number);
    else stageWrapping(scripts, key, rows, row, entry);
  }
}

function stageScript(lane: Lane, keys: KeySpace, control: Control, rows: RowColumns, from: number, to: number): void {
  const scripts = new ScriptCalls(lane);
  let hashes: string[] = [];
  let args: string[] = [];
  const call = (): void => {
    if (hashes.length > 0) scripts.stage(INCREMENT_MANY, hashes, args);
    hashes = [];
    args = [];
  };
  for (let row = from; row < to; row++) {
    const entry = entryOf(control, rows, row);
    const key = keyOf(keys, rows, row);
    if (!takesIncrements(entry)) {
      stageWrapping(scripts, key, rows, row, entry);
      continue;
    }
    hashes.push(key.text);
    args.push(fieldOf(rows, row), int64Text(rows.fingerprint[row] as number, rows.counter[row] as number));
    if (hashes.length === INCREMENTS_PER_CALL) call();
  }
  call();
}

function stageWrapping(scripts: ScriptCalls, key: CounterKey, rows: RowColumns, row: number, entry: HourEntry): void {
  const values = [String(rows.counter[row]), String(rows.fingerprint[row])];
  scripts.stage(ADD_WRAPPING, [key.text], [fieldOf(rows, row), ...values, String(entry.baseVersion)]);
}

function textOf(rows: RowColumns, row: number, version: number, entry: HourEntry): string {
  return valueText(rows.counter[row] as number, rows.fingerprint[row] as number, version, entry.baseVersion);
}

/** Every hour of a batch has an entry once the batch was planned. */
function entryOf(control: Control, rows: KeyColumns, row: number): HourEntry {
  const entry = control.entry(rows.hourStartMs[row] as number);
  if (entry === undefined) throw new Error('a batch for Redis was staged that was not planned');
  return entry;
}

/**
 * The entries that change. `next` gives the entry of an hour after a row of it, from the one before (undefined: there
 * is none) and whether the row's values are `modest`.
 */
function planHours(
  rows: RowColumns,
  control: Control,
  modest: (counter: number, fingerprint: number) => boolean,
  next: (entry: HourEntry | undefined, modest: boolean) => HourEntry,
): HourChanges {
  const changes = new Map<number, HourEntry>();
  let hourStartMs = Number.NaN;
  let entry: HourEntry | undefined;
  for (let row = 0; row < rows.count; row++) {
    const hour = rows.hourStartMs[row] as number;
    const isModest = modest(rows.counter[row] as number, rows.fingerprint[row] as number);
    if (hour === hourStartMs && (isModest || entry?.wide === true)) continue;
    hourStartMs = hour;
    const before = changes.get(hour) ?? control.entry(hour);
    entry = next(before, isModest);
    if (entry !== before) changes.set(hour, entry);
  }
  return changes;
}
