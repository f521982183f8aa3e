/**
 * What the generator process and its parent say to each other, as JSON: first the specification, then `go`, perhaps
 * `stop`.
 */
import type { StreamDescription } from '../../generators/impression-source.ts';
import type { EventLogBinding } from '../../substrates/event-log/event-log.ts';
import type { RepeatedRun } from '../faults/offer.ts';
import type { GeneratorProgress, GeneratorReport } from './generator.ts';

/** Everything that a generator process needs. */
export interface GeneratorSpecification {
  stream: StreamDescription;
  /** A log of files; the process is its writer. */
  log: EventLogBinding;
  /** Of the run's clock, which all its processes share. */
  epochOffsetMs: number;
  /** Appended a second time. */
  repeated?: readonly RepeatedRun[];
}

export interface GeneratorProcessReport extends GeneratorReport {
  /** User and system, from go to the end. */
  cpuSeconds: number;
}

export type ToGenerator =
  | { kind: 'specification'; specification: GeneratorSpecification }
  | { kind: 'go' }
  | { kind: 'stop' };

export type FromGenerator =
  | { kind: 'ready' }
  | { kind: 'progress'; progress: GeneratorProgress }
  | { kind: 'done'; report: GeneratorProcessReport }
  | { kind: 'failed'; message: string };
