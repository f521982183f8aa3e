/**
 * The event log in memory, for tests and simulation: a world of named logs that outlive the workers who open them. A
 * reader hands out columns of its own that the next read overwrites, so that code which holds on to them fails here as
 * it would on files.
 */
import { createBlock, type ImpressionBlock, MAX_BLOCK_ROWS, sliceBlock } from '../../generators/impression.ts';
import type { EventLog, EventLogBinding, LogEntry, LogReader, LogWriter } from './event-log.ts';

export type MemoryLogBinding = Extract<EventLogBinding, { kind: 'memory' }>;

/** One partition: its entries, and the offset that the next impression will have. */
interface MemoryPartition {
  entries: LogEntry[];
  offset: number;
}

/** All logs of one simulated world, by name. */
export class MemoryLogs {
  readonly #logs = new Map<string, MemoryPartition[]>();

  /** The log of that name; it begins to exist, empty, when it is first opened. */
  open(binding: MemoryLogBinding): EventLog {
    let partitions = this.#logs.get(binding.name);
    if (partitions === undefined) {
      partitions = Array.from({ length: binding.partitions }, () => ({ entries: [], offset: 0 }));
      this.#logs.set(binding.name, partitions);
    }
    if (partitions.length !== binding.partitions) {
      throw new RangeError(`memory log ${binding.name} has ${partitions.length} partitions, not ${binding.partitions}`);
    }
    return new MemoryLog(binding, partitions);
  }
}

class MemoryLog implements EventLog {
  readonly binding: MemoryLogBinding;
  readonly partitions: number;
  readonly settings = {
    engine: 'memory',
    framing: 'blocks of at most 4,096 impressions',
    checksum: 'none',
    durability: 'lost with the process',
  };
  readonly #partitions: MemoryPartition[];

  constructor(binding: MemoryLogBinding, partitions: MemoryPartition[]) {
    this.binding = binding;
    this.partitions = binding.partitions;
    this.#partitions = partitions;
  }

  async openWriter(partition: number): Promise<LogWriter> {
    return new MemoryLogWriter(partition, this.#partition(partition));
  }

  async openReader(partition: number, offset: number): Promise<LogReader> {
    return new MemoryLogReader(partition, this.#partition(partition), offset);
  }

  async close(): Promise<void> {}

  #partition(partition: number): MemoryPartition {
    const log = this.#partitions[partition];
    if (log === undefined) throw new RangeError(`the log has partitions 0 to ${this.partitions - 1}, not ${partition}`);
    return log;
  }
}

class MemoryLogWriter implements LogWriter {
  readonly #partition: number;
  readonly #log: MemoryPartition;
  #closed = false;

  constructor(partition: number, log: MemoryPartition) {
    this.#partition = partition;
    this.#log = log;
  }

  get offset(): number {
    return this.#log.offset;
  }

  async append(block: ImpressionBlock, arrivalMs: number): Promise<void> {
    if (!(block.count >= 1 && block.count <= MAX_BLOCK_ROWS)) {
      throw new RangeError(`a block holds 1 to ${MAX_BLOCK_ROWS} impressions, this one ${block.count}: cut it`);
    }
    if (block.partition !== this.#partition) {
      throw new RangeError(`a block of partition ${block.partition} was given to the writer of ${this.#partition}`);
    }
    const copy = createBlock(block.partition, block.count);
    copyBlock(copy, block);
    this.#push({ kind: 'impressions', offset: this.offset, arrivalMs, block: copy });
    this.#log.offset += block.count;
  }

  async heartbeat(arrivalMs: number): Promise<void> {
    this.#push({ kind: 'heartbeat', offset: this.offset, arrivalMs });
  }

  async end(arrivalMs: number): Promise<void> {
    this.#push({ kind: 'end', offset: this.offset, arrivalMs });
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #push(entry: LogEntry): void {
    if (this.#closed) throw new Error(`the log writer of partition ${this.#partition} is closed`);
    const last = this.#log.entries.at(-1);
    if (last?.kind === 'end') {
      throw new Error(`partition ${this.#partition} of the log has ended: nothing can follow its end`);
    }
    entry.arrivalMs = Math.max(entry.arrivalMs, last?.arrivalMs ?? -Infinity);
    this.#log.entries.push(entry);
  }
}

class MemoryLogReader implements LogReader {
  readonly #partition: number;
  readonly #log: MemoryPartition;
  readonly #columns: ImpressionBlock;
  #next: number;
  /** Rows of the next entry that are left out, because the reader was opened inside of it. */
  #skipRows = 0;
  #closed = false;

  constructor(partition: number, log: MemoryPartition, offset: number) {
    if (offset > log.offset) {
      throw new RangeError(
        `partition ${partition} of the log ends at offset ${log.offset}, before ${offset}: ` +
          'the log is shorter than the position to read from; is it the log of that run?',
      );
    }
    this.#partition = partition;
    this.#log = log;
    this.#columns = createBlock(partition);
    this.#next = firstEntryAt(log.entries, offset);
    const entry = log.entries[this.#next];
    if (entry !== undefined) this.#skipRows = offset - entry.offset;
  }

  async read(): Promise<LogEntry | undefined> {
    if (this.#closed) throw new Error(`the log reader of partition ${this.#partition} is closed`);
    const entry = this.#log.entries[this.#next];
    if (entry === undefined) return undefined;
    this.#next++;
    if (entry.kind !== 'impressions') return { ...entry };
    const skip = this.#skipRows;
    this.#skipRows = 0;
    const block = this.#lend(entry.block);
    if (skip === 0) return { ...entry, block };
    return { ...entry, offset: entry.offset + skip, block: sliceBlock(block, skip, block.count) };
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  /** The block in the reader's own columns. */
  #lend(block: ImpressionBlock): ImpressionBlock {
    const columns = this.#columns;
    copyBlock(columns, block);
    return {
      ...block,
      tweetIdLo: columns.tweetIdLo.subarray(0, block.count),
      tweetIdHi: columns.tweetIdHi.subarray(0, block.count),
      eventTimeDeltaMs: columns.eventTimeDeltaMs.subarray(0, block.count),
    };
  }
}

/** Index of the first entry that begins at `offset` or holds it, by bisection. */
function firstEntryAt(entries: readonly LogEntry[], offset: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = entries[middle] as LogEntry;
    const end = entry.kind === 'impressions' ? entry.offset + entry.block.count : entry.offset + 1;
    if (end > offset) high = middle;
    else low = middle + 1;
  }
  return low;
}

function copyBlock(into: ImpressionBlock, from: ImpressionBlock): void {
  into.firstSequence = from.firstSequence;
  into.count = from.count;
  into.tweetIdLo.set(from.tweetIdLo.subarray(0, from.count));
  into.tweetIdHi.set(from.tweetIdHi.subarray(0, from.count));
  into.eventTimeDeltaMs.set(from.eventTimeDeltaMs.subarray(0, from.count));
  into.minEventTimeMs = from.minEventTimeMs;
  into.maxEventTimeMs = from.maxEventTimeMs;
}
