/**
 * The event log on files, for one machine: a folder a partition, append-only segments of checksummed blocks. Any
 * process that has the binding can open it; readers and the writer of a partition share nothing but the files.
 */
import { statSync, unlinkSync } from 'node:fs';
import type { EventLog, EventLogBinding } from '../event-log.ts';
import { FileLogReader } from './reader.ts';
import { listSegments, SEGMENT_BYTES } from './segments.ts';
import { FileLogWriter } from './writer.ts';

export type FileLogBinding = Extract<EventLogBinding, { kind: 'files' }>;

export class FileLog implements EventLog {
  readonly binding: FileLogBinding;
  readonly partitions: number;
  readonly settings: Readonly<Record<string, string>>;
  readonly #segmentBytes: number;

  /** `segmentBytes`: a segment that has reached so many bytes is followed by another. */
  constructor(binding: FileLogBinding, options: { segmentBytes?: number } = {}) {
    this.binding = binding;
    this.partitions = binding.partitions;
    this.#segmentBytes = options.segmentBytes ?? SEGMENT_BYTES;
    this.settings = {
      engine: 'files',
      framing:
        'blocks of at most 4,096 impressions: 64-byte header, 12 bytes an impression; ' +
        `segments of ${Math.round(this.#segmentBytes / 1024 / 1024)} MiB`,
      checksum: 'CRC32 over each block, checked by every read',
      durability: 'survives process death; not power loss: no fsync',
    };
  }

  async openWriter(partition: number): Promise<FileLogWriter> {
    this.#assertPartition(partition);
    return new FileLogWriter(this.binding.directory, partition, this.#segmentBytes);
  }

  async openReader(partition: number, offset: number): Promise<FileLogReader> {
    this.#assertPartition(partition);
    return new FileLogReader(this.binding.directory, partition, offset);
  }

  /**
   * Removes the segments of a partition that hold nothing at or after `offset`; the last one always stays. Returns the
   * bytes freed. A reader that is inside a removed segment reads it to its end.
   */
  async removeLogBefore(partition: number, offset: number): Promise<number> {
    this.#assertPartition(partition);
    const segments = listSegments(this.binding.directory, partition);
    let freedBytes = 0;
    for (const [index, segment] of segments.entries()) {
      const next = segments[index + 1];
      if (next === undefined || next.firstOffset > offset) break;
      freedBytes += statSync(segment.path).size;
      unlinkSync(segment.path);
    }
    return freedBytes;
  }

  /** Nothing to do: writers and readers are closed by whoever opened them. */
  async close(): Promise<void> {}

  #assertPartition(partition: number): void {
    if (Number.isInteger(partition) && partition >= 0 && partition < this.partitions) return;
    throw new RangeError(`the log has partitions 0 to ${this.partitions - 1}, not ${partition}`);
  }
}
