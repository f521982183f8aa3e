/**
 * The event log: partitioned, append-only, replayable from any offset. What is in the log is the truth of a run.
 *
 * An entry is a block of impressions or a control block (a heartbeat, or the end of the stream), with the time at which
 * the log took it. An offset counts impressions of the partition in the log, so duplicates in the log have offsets of
 * their own.
 */
import type { ImpressionBlock } from '../../generators/impression.ts';
import type { Credentials } from '../credentials.ts';
import type { Via } from '../via.ts';

export type LogEntry =
  | { kind: 'impressions'; offset: number; arrivalMs: number; block: ImpressionBlock }
  /**
   * Says that the partition is alive and that nothing arrived before `arrivalMs` that is not at an offset below
   * `offset`.
   */
  | { kind: 'heartbeat'; offset: number; arrivalMs: number }
  /** No impression follows: the watermark is +∞ from here on. */
  | { kind: 'end'; offset: number; arrivalMs: number };

/** What another process needs to open the same log; plain JSON. */
export type EventLogBinding =
  | { kind: 'files'; directory: string; partitions: number }
  | KafkaLogBinding
  | { kind: 'memory'; name: string; partitions: number };

/** A topic of its own on a Kafka cluster. */
export interface KafkaLogBinding {
  kind: 'kafka';
  /** `host:port` of each broker to ask first. */
  brokers: string[];
  topic: string;
  partitions: number;
  /** `block`: a record carries a columnar block. `event`: a record is one impression. */
  framing: 'block' | 'event';
  codec: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';
  tls: boolean;
  credentials?: Credentials;
  /** Another way to brokers. */
  via?: Via;
}

/** The log cannot be reached now; the same call, or the next one of a reader, may succeed later. */
export class LogUnavailableError extends Error {
  override readonly name = 'LogUnavailableError';
}

export interface EventLog {
  readonly binding: EventLogBinding;
  readonly partitions: number;
  /** Named settings for the report: what was promised (durability, checksum, framing). */
  readonly settings: Readonly<Record<string, string>>;
  /** One writer a partition at a time; a torn end that a dead writer left is cut first. */
  openWriter(partition: number): Promise<LogWriter>;
  /**
   * Reads from the impression at `offset` on, which may lie inside a block. Error if it lies beyond the end of the log.
   */
  openReader(partition: number, offset: number): Promise<LogReader>;
  close(): Promise<void>;
}

export interface LogWriter {
  /** Offset that the next impression will have. */
  readonly offset: number;
  /**
   * Arrival is never earlier than the partition's last: the greater of `arrivalMs` and that is stored. The block is
   * copied.
   */
  append(block: ImpressionBlock, arrivalMs: number): Promise<void>;
  heartbeat(arrivalMs: number): Promise<void>;
  end(arrivalMs: number): Promise<void>;
  close(): Promise<void>;
}

export interface LogReader {
  /**
   * The next entry, or undefined when there is none yet (call again later; a reader waits for nobody). The entry's
   * columns are valid until the next call. Error with partition, offset and file if a block is corrupt.
   */
  read(): Promise<LogEntry | undefined>;
  close(): Promise<void>;
}
