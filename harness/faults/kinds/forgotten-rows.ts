/** What a killed server has forgotten: what its stores held before, less what they hold afterwards, row by row. */
import type { StoreName } from '../../../substrates/declaration.ts';
import {
  type KeyValueStore,
  type RowColumns,
  StoreUnavailableError,
} from '../../../substrates/key-value-store/key-value-store.ts';
import type { Runtime } from '../../../substrates/runtime.ts';
import { collectFromStore } from '../../audit/collect-answers.ts';
import { sumRows } from '../../audit/sum-rows.ts';
import { encodeDeletedRows, readRowFiles } from '../deleted-rows.ts';
import type { FaultContext } from '../fault.ts';
import { isStore, type ServerFacts } from '../proxy/servers.ts';

/** Rows by store. */
export type Held = Partial<Record<StoreName, RowColumns>>;

/** Two readings that are equal were taken at rest. */
const BETWEEN_READINGS_MS = 100;
const MOST_READINGS = 20;
/** A client has connected again by then. */
const REACHABLE_WITHIN_MS = 20_000;
const RETRY_MS = 50;

/** What the stores on the server hold, while nobody writes. Error if it does not come to rest. */
export async function heldAtRest(
  { stores = {}, runtime }: Pick<FaultContext, 'stores' | 'runtime'>,
  { roles }: Pick<ServerFacts, 'roles'>,
): Promise<Held> {
  const held: Held = {};
  for (const role of roles) {
    const store = isStore(role) ? stores[role] : undefined;
    if (isStore(role) && store !== undefined) held[role] = await rowsAtRest(store, role, runtime);
  }
  return held;
}

async function rowsAtRest(store: KeyValueStore, name: StoreName, runtime: Runtime): Promise<RowColumns> {
  let before = await allRows(store, runtime);
  for (let reading = 1; reading < MOST_READINGS; reading++) {
    await runtime.sleep(BETWEEN_READINGS_MS);
    const now = await allRows(store, runtime);
    if (isEqual(before, now)) return now;
    before = now;
  }
  throw new Error(
    `the ${name} store was still being written after ${MOST_READINGS} readings: what it holds is unknown`,
  );
}

/** Sorted, so that two readings can be compared. */
async function allRows(store: KeyValueStore, runtime: Runtime): Promise<RowColumns> {
  const untilMs = runtime.clock.nowMs() + REACHABLE_WITHIN_MS;
  for (;;) {
    try {
      return sumRows([{ rows: await collectFromStore(store, 0, Number.MAX_SAFE_INTEGER) }]);
    } catch (error) {
      if (!(error instanceof StoreUnavailableError) || runtime.clock.nowMs() > untilMs) throw error;
    }
    await runtime.sleep(RETRY_MS);
  }
}

function isEqual(a: RowColumns, b: RowColumns): boolean {
  if (a.count !== b.count) return false;
  for (let row = 0; row < a.count; row++) {
    if (a.counter[row] !== b.counter[row] || a.fingerprint[row] !== b.fingerprint[row]) return false;
    if (a.tweetIdLo[row] !== b.tweetIdLo[row] || a.tweetIdHi[row] !== b.tweetIdHi[row]) return false;
    if (a.hourStartMs[row] !== b.hourStartMs[row]) return false;
  }
  return true;
}

export function whatWasForgotten(before: Held, after: Held): Held {
  const forgotten: Held = {};
  for (const [name, rows] of Object.entries(before) as [StoreName, RowColumns][]) {
    const left = after[name];
    forgotten[name] = left === undefined ? rows : sumRows([{ rows }, { rows: left, minus: true }]);
  }
  return forgotten;
}

/** For the prediction, beside what other faults made stores forget. Resolves with how many events it was. */
export async function writeForgotten(
  { director, runtime }: Pick<FaultContext, 'director' | 'runtime'>,
  forgotten: Held,
): Promise<number> {
  let events = 0;
  for (const [name, rows] of Object.entries(forgotten) as [StoreName, RowColumns][]) {
    if (rows.count === 0) continue;
    // A key that is forgotten a second time is in one row: of several files the last would stand alone.
    const earlier = await readRowFiles(runtime.files, director.directory, `${name}-pserver`, '.lost');
    const all = sumRows([{ rows: earlier }, { rows }]);
    await runtime.files.write(`${director.directory}/${name}-pserver.lost`, [encodeDeletedRows(all)]);
    for (let row = 0; row < rows.count; row++) events += rows.counter[row] as number;
  }
  return events;
}
