package io.omegabench.job;

import java.util.Arrays;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.util.OutputTag;

/**
 * Decodes the log and expands its blocks into rows for the keyed stages, each partition at one subtask
 * (`partition % parallelism`), so that the watermark of every partition, and with it what is late, survives a restore.
 *
 * After an entry follow a watermark, the least of the subtask's partitions, and a marker with the partition's progress
 * for each subtask of a keyed stage. Entries themselves go to a side output, for the stages that need no key.
 */
final class ExpandOperator extends AbstractStreamOperator<Change>
    implements OneInputStreamOperator<LogRecord, Change>, LogDecoder.Entries {
  static final OutputTag<ImpressionBlock> ENTRIES = new OutputTag<>("entries", EntryType.INSTANCE);

  private final Plan.Settings settings;
  private final int partitions;
  /** 1 keeps all tweets. */
  private final int keepOneIn;
  private final int keyedParallelism;
  private final int maxParallelism;
  private final boolean hasEntryStages;

  private transient LogDecoder decoder;
  /** By partition; null for those of other subtasks. */
  private transient PartitionReading[] readings;
  private transient long[][] markerKeys;
  private transient ListState<long[]> saved;
  private transient Change change;
  private transient StreamRecord<Change> row;
  private transient StreamRecord<ImpressionBlock> entryRecord;
  private transient long watermarkMs;
  private transient boolean isTold;

  ExpandOperator(Plan plan) {
    settings = plan.settings();
    partitions = plan.log().partitions();
    keepOneIn = plan.keepOneIn();
    keyedParallelism = plan.parallelism();
    maxParallelism = plan.maxParallelism();
    hasEntryStages = plan.declaration().stages().stream().anyMatch(Plan.IncrementStage.class::isInstance);
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    ListStateDescriptor<long[]> descriptor =
        new ListStateDescriptor<>("partitions", PrimitiveArrayTypeInfo.LONG_PRIMITIVE_ARRAY_TYPE_INFO);
    saved = context.getOperatorStateStore().getUnionListState(descriptor);
    readings = new PartitionReading[partitions];
    int subtasks = getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks();
    int subtask = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
    for (int p = subtask; p < partitions; p += subtasks) readings[p] = new PartitionReading(p);
    if (!context.isRestored()) return;
    for (long[] packed : saved.get()) {
      PartitionReading reading = PartitionReading.unpack(packed);
      int p = reading.partition;
      if (p < partitions && readings[p] != null && reading.isAhead(readings[p])) readings[p] = reading;
    }
  }

  @Override
  public void open() throws Exception {
    super.open();
    decoder = new LogDecoder(this);
    markerKeys = MarkerKeys.of(partitions, maxParallelism, keyedParallelism);
    change = new Change();
    row = new StreamRecord<>(change);
    entryRecord = new StreamRecord<>(null);
    watermarkMs = Long.MIN_VALUE;
    // What was restored is told at once: of a partition that has ended nothing else will come.
    getProcessingTimeService().registerTimer(0, (timestamp) -> tellAll());
    isTold = false;
  }

  @Override
  public void processElement(StreamRecord<LogRecord> element) throws Exception {
    tellAll();
    decoder.accept(element.getValue());
  }

  @Override
  public long nextOffset(int partition) {
    return readingOf(partition).offset;
  }

  @Override
  public void onEntry(ImpressionBlock entry) throws Exception {
    PartitionReading reading = readingOf(entry.partition);
    entry.skipTo(reading.offset);
    if (entry.firstOffset + entry.from > reading.offset) throw gap(entry, reading.offset);
    if (entry.rows() > 0) expand(entry, reading);
    if (entry.kind == ImpressionBlock.Kind.END) reading.ended = true;
    if (hasEntryStages) output.collect(ENTRIES, entryRecord.replace(entry));
    tell(reading);
  }

  private PartitionReading readingOf(int partition) {
    PartitionReading reading = partition < partitions ? readings[partition] : null;
    if (reading == null) throw new IllegalStateException("partition " + partition + " belongs to another subtask");
    return reading;
  }

  /** Emits the rows that are not late, and sums them up. */
  private void expand(ImpressionBlock entry, PartitionReading reading) {
    long hourMs = settings.hourMs();
    long graceMs = hourMs + settings.allowedLatenessMs();
    long boundMs = settings.maxOutOfOrderMs();
    long greatestMs = reading.greatestMs;
    long hourStartMs = Impressions.hourStartOf(entry.eventTimeMs[entry.from], hourMs);
    long sequence = entry.firstSequence + entry.from;
    int key = Impressions.fingerprintKey(entry.partition, sequence);
    for (int i = entry.from; i < entry.to; i++, sequence++) {
      if ((int) sequence == 0) key = Impressions.fingerprintKey(entry.partition, sequence);
      long timeMs = entry.eventTimeMs[i];
      if (timeMs < hourStartMs || timeMs >= hourStartMs + hourMs) {
        hourStartMs = Impressions.hourStartOf(timeMs, hourMs);
      }
      if (greatestMs != Long.MIN_VALUE && hourStartMs + graceMs <= greatestMs - boundMs) {
        reading.lateDropped++;
      } else if (isKept(entry.tweetId[i])) {
        int fingerprint = Impressions.fingerprintOf(key, sequence);
        change.setRow(entry.tweetId[i], hourStartMs, Impressions.incrementOf(fingerprint));
        output.collect(row);
        reading.countedEvents++;
        reading.fingerprintSum += fingerprint;
      }
      if (timeMs > greatestMs) greatestMs = timeMs;
    }
    reading.greatestMs = greatestMs;
    reading.offset = entry.nextOffset();
  }

  private boolean isKept(long tweetId) {
    return keepOneIn == 1 || (tweetId & 0xffffffffL) % keepOneIn == 0;
  }

  /** Watermark and markers behind the rows of an entry. */
  private void tell(PartitionReading reading) {
    Progress progress = reading.progress(settings.maxOutOfOrderMs());
    for (long[] keys : markerKeys) {
      change.setMarker(keys[reading.partition], progress);
      output.collect(row);
    }
    raiseWatermark();
  }

  /** Tells, once and before anything is read, where each partition stands. */
  private void tellAll() {
    if (isTold) return;
    isTold = true;
    ImpressionBlock control = new ImpressionBlock();
    for (PartitionReading reading : readings) {
      if (reading == null) continue;
      tell(reading);
      ImpressionBlock.Kind kind = reading.ended ? ImpressionBlock.Kind.END : ImpressionBlock.Kind.HEARTBEAT;
      control.setControl(kind, reading.partition, reading.offset, 0);
      if (hasEntryStages) output.collect(ENTRIES, entryRecord.replace(control));
    }
  }

  private void raiseWatermark() {
    long least = Long.MAX_VALUE;
    for (PartitionReading reading : readings) {
      if (reading != null) least = Math.min(least, reading.watermarkMs(settings.maxOutOfOrderMs()));
    }
    if (least <= watermarkMs) return;
    watermarkMs = least;
    output.emitWatermark(new Watermark(least));
  }

  /** Watermarks come from the log alone. */
  @Override
  public void processWatermark(Watermark mark) {}

  @Override
  public void processWatermarkStatus(WatermarkStatus status) {}

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    decoder.drain();
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    saved.update(Arrays.stream(readings).filter((reading) -> reading != null).map(PartitionReading::packed).toList());
  }

  private static IllegalStateException gap(ImpressionBlock entry, long offset) {
    return new IllegalStateException(
        "partition " + entry.partition + " lacks impressions " + offset + " to " + (entry.firstOffset + entry.from - 1)
            + ": the topic has lost records, or the job was started from a state of another topic");
  }
}
