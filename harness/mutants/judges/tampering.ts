/** Changes what a run has left in a store or a log, by a known error. */
import type { ImpressionBlock } from '../../../generators/impression.ts';
import { tally } from '../../../generators/oracle.ts';
import { SyntheticStream } from '../../../generators/synthetic-stream.ts';
import type { StoreName } from '../../../substrates/declaration.ts';
import type { EventLog } from '../../../substrates/event-log/event-log.ts';
import { createRows, type KeyValueStore } from '../../../substrates/key-value-store/key-value-store.ts';
import { collectFromStore } from '../../audit/collect-answers.ts';
import { type Scene, STREAM } from './judged-run.ts';
import type { JudgeWorld } from './world.ts';

/** Newer than all workers. */
const NEWEST = { partition: 0, epoch: 1_000_000 };

export interface StoreRow {
  hourStartMs: number;
  tweetIdLo: number;
  tweetIdHi: number;
  counter: number;
  fingerprint: number;
}

/** What to add to which key; `rows` are those of the stream's second hour, the one that counts the most first. */
export type Change = (rows: readonly StoreRow[], all: readonly StoreRow[]) => readonly StoreRow[];

/** `counter` and `fingerprint` to be added to the row's key, `hours` later. */
export function add(row: StoreRow | undefined, counter: number, fingerprint: number, byMs = 0): StoreRow {
  if (row === undefined) throw new Error('the store has too few rows to plant an error');
  return { ...row, hourStartMs: row.hourStartMs + byMs, counter, fingerprint };
}

/** Makes the change in a store of a run that is over, in the name of a worker newer than all. */
export async function changeStore({ stores, source }: Scene, name: StoreName, change: Change): Promise<void> {
  const store = stores[name] as KeyValueStore;
  const all = await storeRows(store);
  const hourMs = source.startMs + source.hourMs;
  const greatest = all.filter((row) => row.hourStartMs === hourMs).sort((a, b) => b.counter - a.counter);
  for (const delta of change(greatest, all)) {
    const old = all.find((row) => isSameKey(row, delta));
    await store.bulkLoad(
      columnsOf({
        ...delta,
        counter: (old?.counter ?? 0) + delta.counter,
        fingerprint: (old?.fingerprint ?? 0) + delta.fingerprint,
      }),
      NEWEST,
    );
  }
}

/** Takes one impression away from a key that counts more than the stream has. */
export async function undoOneRepeat(scene: Scene): Promise<void> {
  const truth = tally(scene.source, { labelling: { by: 'event-time' } });
  const rows = await storeRows(scene.stores.serving as KeyValueStore);
  const repeated = rows.find((row) => {
    const at = truth.find(row.tweetIdLo, row.tweetIdHi, row.hourStartMs);
    return at !== -1 && row.counter > (truth.rows.counter[at] as number);
  });
  await changeStore(scene, 'serving', () => [add(repeated, -1, 7)]);
}

/** Leaves nothing in the serving store. */
export async function emptyStore({ stores }: Scene): Promise<void> {
  const store = stores.serving as KeyValueStore;
  await store.delete(await collectFromStore(store, 0, Number.MAX_SAFE_INTEGER), NEWEST);
}

/** Every answer from now on is marked as unavailable, though it is right. */
export async function refuse(scene: Scene): Promise<void> {
  const read = scene.query.read.bind(scene.query);
  scene.query.read = async (keys) => {
    const answers = await read(keys);
    answers.unavailable.fill(1);
    return answers;
  };
}

/** The last block of every partition is not appended. */
export function withoutTail(world: JudgeWorld): void {
  const source = new SyntheticStream(STREAM);
  onAppend(world, (block, _, partition) => block.firstSequence + block.count < source.length(partition));
}

/** Every writer of the log changes the tweet of one impression of the third block that it appends. */
export function withWrongLog(world: JudgeWorld): void {
  onAppend(world, (block, nth) => {
    if (nth === 3) block.tweetIdHi[0] = (block.tweetIdHi[0] as number) ^ 1;
    return true;
  });
}

/** Stands before every append, the n-th of its writer, and says whether it is to happen. */
function onAppend(
  world: JudgeWorld,
  before: (block: ImpressionBlock, nth: number, partition: number) => boolean,
): void {
  const open = world.logs.open.bind(world.logs);
  world.logs.open = (binding): EventLog => {
    const log = open(binding);
    const openWriter = log.openWriter.bind(log);
    log.openWriter = async (partition) => {
      const writer = await openWriter(partition);
      const append = writer.append.bind(writer);
      let blocks = 0;
      writer.append = async (block, arrivalMs) => {
        blocks += 1;
        if (before(block, blocks, partition)) await append(block, arrivalMs);
      };
      return writer;
    };
    return log;
  };
}

async function storeRows(store: KeyValueStore): Promise<StoreRow[]> {
  const rows = await collectFromStore(store, 0, Number.MAX_SAFE_INTEGER);
  return Array.from({ length: rows.count }, (_, row) => ({
    hourStartMs: rows.hourStartMs[row] as number,
    tweetIdLo: rows.tweetIdLo[row] as number,
    tweetIdHi: rows.tweetIdHi[row] as number,
    counter: rows.counter[row] as number,
    fingerprint: rows.fingerprint[row] as number,
  }));
}

function isSameKey(one: StoreRow, other: StoreRow): boolean {
  return (
    one.hourStartMs === other.hourStartMs && one.tweetIdLo === other.tweetIdLo && one.tweetIdHi === other.tweetIdHi
  );
}

function columnsOf(row: StoreRow): ReturnType<typeof createRows> {
  const rows = createRows(1);
  rows.count = 1;
  rows.hourStartMs[0] = row.hourStartMs;
  rows.tweetIdLo[0] = row.tweetIdLo;
  rows.tweetIdHi[0] = row.tweetIdHi;
  rows.counter[0] = row.counter;
  rows.fingerprint[0] = row.fingerprint;
  return rows;
}
