/**
 * The open-loop schedule of a synthetic stream: impression n of every partition is due n·P·1000/rate milliseconds
 * after the start, whatever the system under test does. Offsets are kept relative to the start, where a double
 * resolves far below a microsecond; one multiplication of whole numbers and one division, so that they are the same
 * everywhere and never decrease.
 */

export class ArrivalSchedule {
  readonly startMs: number;
  /** Milliseconds between two impressions of a partition are `numeratorMs / ratePerSecond`. */
  readonly numeratorMs: number;
  readonly ratePerSecond: number;

  constructor(startMs: number, partitions: number, ratePerSecond: number) {
    this.startMs = startMs;
    this.numeratorMs = partitions * 1000;
    this.ratePerSecond = ratePerSecond;
  }

  /** Milliseconds from the start to the scheduled arrival of a sequence, with a fraction. */
  offsetMs(sequence: number): number {
    return (sequence * this.numeratorMs) / this.ratePerSecond;
  }

  arrivalMs(sequence: number): number {
    return this.startMs + this.offsetMs(sequence);
  }

  /** The least sequence that is due `offsetMs` after the start or later. */
  firstAtOrAfter(offsetMs: number): number {
    let sequence = Math.max(0, Math.ceil((offsetMs * this.ratePerSecond) / this.numeratorMs));
    while (sequence > 0 && this.offsetMs(sequence - 1) >= offsetMs) sequence--;
    while (this.offsetMs(sequence) < offsetMs) sequence++;
    return sequence;
  }

  /** Number of sequences with `arrivalMs(sequence) <= timeMs`, if the stream had no end. */
  dueBy(timeMs: number): number {
    let due = Math.max(0, Math.floor(((timeMs - this.startMs) * this.ratePerSecond) / this.numeratorMs));
    while (due > 0 && this.arrivalMs(due - 1) > timeMs) due--;
    while (this.arrivalMs(due) <= timeMs) due++;
    return due;
  }
}
