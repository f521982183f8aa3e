package io.omegabench.job;

/**
 * What the job knows of one partition of the log: where it stands, and the rule of lateness. Before an event the
 * watermark is the greatest event time before it in the partition minus the bound; it is a function of the log, so that
 * a replay, and another engine, drop the same events.
 */
final class PartitionReading {
  private static final int FIELDS = 7;

  final int partition;
  long offset;
  long countedEvents;
  long fingerprintSum;
  long lateDropped;
  long greatestMs = Long.MIN_VALUE;
  boolean ended;

  PartitionReading(int partition) {
    this.partition = partition;
  }

  /** `Long.MAX_VALUE` after the end, `Long.MIN_VALUE` before the first event. */
  long watermarkMs(long maxOutOfOrderMs) {
    if (ended) return Long.MAX_VALUE;
    return greatestMs == Long.MIN_VALUE ? Long.MIN_VALUE : greatestMs - maxOutOfOrderMs;
  }

  Progress progress(long maxOutOfOrderMs) {
    long watermarkMs = watermarkMs(maxOutOfOrderMs);
    return new Progress(partition, offset, countedEvents, fingerprintSum, lateDropped, watermarkMs, ended);
  }

  /** As it lies in the operator's state. */
  long[] packed() {
    return new long[] {partition, offset, countedEvents, fingerprintSum, lateDropped, greatestMs, ended ? 1 : 0};
  }

  static PartitionReading unpack(long[] packed) {
    if (packed.length != FIELDS) {
      throw new IllegalStateException("a partition in state has " + packed.length + " fields, not " + FIELDS);
    }
    PartitionReading reading = new PartitionReading((int) packed[0]);
    reading.offset = packed[1];
    reading.countedEvents = packed[2];
    reading.fingerprintSum = packed[3];
    reading.lateDropped = packed[4];
    reading.greatestMs = packed[5];
    reading.ended = packed[6] == 1;
    return reading;
  }

  /** True if this tells of more of the log than `other`, of the same partition. */
  boolean isAhead(PartitionReading other) {
    return offset > other.offset || (offset == other.offset && ended && !other.ended);
  }
}
