/**
 * What the probes saw, one record a probe, and the figures of any window of the run: latency from the intended time,
 * outcomes, and availability by the second.
 *
 * The latency histogram holds probes that were answered, even if in part, and those that ran into the time-out, with
 * the time that they waited, because leaving them out would hide the slowest. A refusal (an error, all partitions
 * unavailable) has no latency.
 */
import { build, type Histogram } from 'hdr-histogram-js';

export interface ProbeRecord {
  intendedMs: number;
  sentMs: number;
  /** When it was answered or given up. */
  atMs: number;
  outcome: 'answered' | 'refused' | 'timed-out';
  partitions: number;
  /** Partitions that were answered, rightly or not. */
  answeredPartitions: number;
  /** Partitions whose answer is no prefix of the canary. */
  wrongPartitions: number;
}

export interface ProbeFigures {
  /** Intended probes. */
  probes: number;
  /** Probes that left a partition unanswered. */
  unanswered: number;
  /** Probes with an answer that is no prefix, in some partition. */
  wrong: number;
  /** Answered partitions of all partitions asked, over the window. */
  availability: number;
  /** From intended time to reply, in microseconds: what a user meets. */
  latencyUs: Histogram;
  /**
   * From sending to reply, in microseconds: without the wait for the probe before and the timer. Shown beside the
   * former, never instead.
   */
  serviceUs: Histogram;
  /** Availability of each second of the window in which a probe was due. */
  perSecond: { atMs: number; availability: number }[];
}

export class ProbeLog {
  readonly #records: ProbeRecord[] = [];

  add(record: ProbeRecord): void {
    this.#records.push(record);
  }

  get records(): readonly ProbeRecord[] {
    return this.#records;
  }

  /** Figures of the probes that were due in `[fromMs, toMs)`, or undefined if there was none. */
  figures(fromMs: number, toMs: number): ProbeFigures | undefined {
    const records = this.#records.filter(({ intendedMs }) => intendedMs >= fromMs && intendedMs < toMs);
    if (records.length === 0) return undefined;
    const latencyUs = microsecondHistogram();
    const serviceUs = microsecondHistogram();
    for (const record of records) {
      if (record.outcome === 'refused') continue;
      latencyUs.recordValue(microseconds(record.atMs - record.intendedMs));
      serviceUs.recordValue(microseconds(record.atMs - record.sentMs));
    }
    return {
      probes: records.length,
      unanswered: records.filter((record) => record.answeredPartitions < record.partitions).length,
      wrong: records.filter((record) => record.wrongPartitions > 0).length,
      availability: availabilityOf(records),
      latencyUs,
      serviceUs,
      perSecond: availabilityPerSecond(records, fromMs),
    };
  }
}

function availabilityPerSecond(records: readonly ProbeRecord[], fromMs: number): ProbeFigures['perSecond'] {
  const seconds = new Map<number, ProbeRecord[]>();
  for (const record of records) {
    const second = Math.floor((record.intendedMs - fromMs) / 1000);
    const list = seconds.get(second);
    if (list === undefined) seconds.set(second, [record]);
    else list.push(record);
  }
  return [...seconds]
    .sort(([a], [b]) => a - b)
    .map(([second, list]) => ({ atMs: fromMs + second * 1000, availability: availabilityOf(list) }));
}

function availabilityOf(records: readonly ProbeRecord[]): number {
  let asked = 0;
  let answered = 0;
  for (const record of records) {
    asked += record.partitions;
    answered += record.answeredPartitions;
  }
  return answered / asked;
}

/** Grows as needed: no value is clipped. */
function microsecondHistogram(): Histogram {
  return build({ bitBucketSize: 32, autoResize: true, lowestDiscernibleValue: 1, numberOfSignificantValueDigits: 3 });
}

function microseconds(durationMs: number): number {
  return Math.max(0, Math.round(durationMs * 1000));
}
