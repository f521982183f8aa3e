package io.omegabench.job;

import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * The first half of a batch job: counts the archive's entries that arrived in the job's time, in a table of bounded
 * size, and hands its sums on when it is full and at the end. By event time only impressions of the job's hour count.
 */
final class CombineOperator extends AbstractStreamOperator<Change>
    implements OneInputStreamOperator<LogRecord, Change>, BoundedOneInput, LogDecoder.Entries {
  /** 32 MiB. */
  private static final int MAX_TWEETS = 1 << 20;

  private final Plan.Batch job;
  private final boolean byEventTime;
  private final long hourMs;
  private final int keepOneIn;
  private final int partitions;

  private transient LogDecoder decoder;
  private transient TweetSums sums;
  /** By partition: what the log delivers again was read already. */
  private transient long[] nextOffsets;
  private transient StreamRecord<Change> sum;

  CombineOperator(Plan plan, Plan.Batch job, Plan.BatchStage stage) {
    this.job = job;
    byEventTime = stage.byEventTime();
    hourMs = plan.settings().hourMs();
    keepOneIn = plan.keepOneIn();
    partitions = plan.log().partitions();
  }

  @Override
  public void open() throws Exception {
    super.open();
    decoder = new LogDecoder(this);
    sums = new TweetSums(MAX_TWEETS);
    nextOffsets = new long[partitions];
    sum = new StreamRecord<>(new Change());
  }

  @Override
  public void processElement(StreamRecord<LogRecord> element) throws Exception {
    decoder.accept(element.getValue());
  }

  @Override
  public long nextOffset(int partition) {
    return nextOffsets[partition];
  }

  @Override
  public void onEntry(ImpressionBlock entry) {
    entry.skipTo(nextOffsets[entry.partition]);
    nextOffsets[entry.partition] = Math.max(nextOffsets[entry.partition], entry.nextOffset());
    if (entry.arrivalMs < job.arrivedFromMs() || entry.arrivalMs >= job.arrivedBeforeMs()) return;
    for (int i = entry.from; i < entry.to; i++) {
      long tweetId = entry.tweetId[i];
      if (byEventTime && Impressions.hourStartOf(entry.eventTimeMs[i], hourMs) != job.hourStartMs()) continue;
      if (keepOneIn != 1 && (tweetId & 0xffffffffL) % keepOneIn != 0) continue;
      long sequence = entry.firstSequence + i;
      int key = Impressions.fingerprintKey(entry.partition, sequence);
      if (sums.isFull()) handOn();
      sums.add(tweetId, Impressions.incrementOf(Impressions.fingerprintOf(key, sequence)));
    }
  }

  private void handOn() {
    sums.empty((tweetId, packed) -> {
      sum.getValue().setRow(tweetId, job.hourStartMs(), packed);
      output.collect(sum);
    });
  }

  @Override
  public void endInput() throws Exception {
    decoder.drain();
    handOn();
  }
}
