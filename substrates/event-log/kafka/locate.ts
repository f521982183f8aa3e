/**
 * Finds the place of an impression in a partition. Kafka's offsets count records, ours count impressions, so an offset
 * is searched for: records that stand where their writer expected them (anchors) say their offset, and their offsets
 * ascend. From the last anchor before the impression on, a cursor counts.
 *
 * Records that Kafka holds twice are no anchors, because they stand elsewhere than their writer expected; the search
 * goes round them, and counting goes over them.
 */
import { EARLIEST, LATEST } from './calls.ts';
import type { Cluster } from './cluster.ts';
import { loadCodec } from './compression.ts';
import { fetchCall } from './data-calls.ts';
import { EntryDecoder, type StoredEntry, spanOf } from './entry-decoder.ts';
import { assertNoError, BadRecordError } from './kafka-errors.ts';
import type { Anchor } from './topic-cursor.ts';

/** The first entry of the batch that holds a position, without its columns. */
interface Probed {
  position: number;
  /** Kafka's offset after the batch. */
  nextPosition: number;
  /** Undefined if it is no anchor. */
  offset: number | undefined;
}

/**
 * The last anchor whose offset is below `offset`, or the start of the partition. Errors: the impressions before some
 * offset were removed by retention; no broker can be reached.
 */
export async function locate(cluster: Cluster, partition: number, offset: number): Promise<Anchor> {
  const [start, end] = await Promise.all([cluster.endOf(partition, EARLIEST), cluster.endOf(partition, LATEST)]);
  const first = await startAnchor(cluster, partition, start, end);
  if (offset < first.offset) {
    throw new RangeError(
      `partition ${partition} of the log begins at offset ${first.offset}, after ${offset}: ` +
        `the topic's retention removed that part; use a new topic with a longer retention`,
    );
  }
  return offset === first.offset ? first : search(cluster, partition, offset, first, end);
}

async function startAnchor(cluster: Cluster, partition: number, start: number, end: number): Promise<Anchor> {
  if (start === 0) return { position: 0, offset: 0 };
  const first = start < end ? await probe(cluster, partition, start) : undefined;
  if (first?.offset === undefined) {
    throw new RangeError(
      `partition ${partition} of topic ${cluster.topic} begins at Kafka offset ${start} and nothing says how many ` +
        'impressions were before: its start was removed by retention; use a new topic',
    );
  }
  return { position: first.position, offset: first.offset };
}

/** Narrows down by proportion and by halves in turn: few questions for an even log, never many. */
async function search(
  cluster: Cluster,
  partition: number,
  offset: number,
  first: Anchor,
  end: number,
): Promise<Anchor> {
  let low = first;
  /** Positions in `[from, to)` may hold a better anchor. */
  let from = first.position;
  let to = end;
  let toOffset: number | undefined;
  for (let turn = 0; from < to; turn++) {
    let guess = Math.floor((from + to) / 2);
    if (turn === 0) guess = to - 1;
    else if (turn % 2 === 1 && toOffset !== undefined && toOffset > low.offset) {
      const share = (offset - low.offset) / (toOffset - low.offset);
      guess = low.position + Math.floor(share * (to - low.position)) - 1;
    }
    const probed = await probe(cluster, partition, Math.min(Math.max(guess, from), to - 1));
    if (probed.offset !== undefined && probed.offset < offset) {
      if (probed.position > low.position) low = { position: probed.position, offset: probed.offset };
      from = probed.nextPosition;
    } else if (probed.position <= low.position) {
      from = probed.nextPosition;
    } else {
      to = probed.position;
      toOffset = probed.offset;
    }
  }
  return low;
}

async function probe(cluster: Cluster, partition: number, position: number): Promise<Probed> {
  const call = fetchCall(cluster.topic, [{ partition, position, maxBytes: 1 }]);
  const [answer] = await cluster.ask(partition, call, 'fetch');
  assertNoError(answer?.error ?? -1, `${call.what}, partition ${partition}`);
  const bytes = answer?.records ?? new Uint8Array();
  const { nextPosition, codecs } = spanOf(bytes);
  for (const codec of codecs) await loadCodec(codec);
  const entry = firstEntry(bytes);
  if (entry === undefined) return { position, nextPosition: nextPosition ?? position + 1, offset: undefined };
  const isAnchor = entry.statedPosition === entry.position && entry.partition === partition;
  return {
    position: entry.position,
    nextPosition: nextPosition ?? entry.nextPosition,
    offset: isAnchor ? entry.statedOffset : undefined,
  };
}

/** Undefined for what is no entry: whoever reads that place is told; the search goes round it. */
function firstEntry(bytes: Uint8Array): StoredEntry | undefined {
  const decoder = new EntryDecoder();
  decoder.load(bytes, 0);
  try {
    return decoder.next();
  } catch (error) {
    if (error instanceof BadRecordError) return undefined;
    throw error;
  }
}
