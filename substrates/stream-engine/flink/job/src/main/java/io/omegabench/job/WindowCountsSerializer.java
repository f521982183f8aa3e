package io.omegabench.job;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Counters of a tweet in a snapshot, and in the answer to a query: the number of hours as an int, then for each its
 * start in milliseconds, the packed counter, and the packed counter that a store has acknowledged; all big-endian.
 */
final class WindowCountsSerializer extends RecordSerializer<WindowCounts> {
  static final WindowCountsSerializer INSTANCE = new WindowCountsSerializer();
  private static final int FIELDS = 3;

  @Override
  public WindowCounts createInstance() {
    return new WindowCounts();
  }

  /** State is copied by this when it changes while a snapshot is written. */
  @Override
  public WindowCounts copy(WindowCounts from) {
    return from.copy();
  }

  @Override
  public WindowCounts copy(WindowCounts from, WindowCounts reuse) {
    return from.copy();
  }

  @Override
  public void serialize(WindowCounts counts, DataOutputView target) throws IOException {
    long[] fields = counts.fields();
    target.writeInt(fields.length / FIELDS);
    for (long field : fields) target.writeLong(field);
  }

  @Override
  public WindowCounts deserialize(DataInputView source) throws IOException {
    long[] fields = new long[FIELDS * source.readInt()];
    for (int i = 0; i < fields.length; i++) fields[i] = source.readLong();
    return WindowCounts.of(fields);
  }

  @Override
  public WindowCounts deserialize(WindowCounts reuse, DataInputView source) throws IOException {
    return deserialize(source);
  }

  @Override
  public void copy(DataInputView source, DataOutputView target) throws IOException {
    int hours = source.readInt();
    target.writeInt(hours);
    for (int i = 0; i < FIELDS * hours; i++) target.writeLong(source.readLong());
  }

  @Override
  public TypeSerializerSnapshot<WindowCounts> snapshotConfiguration() {
    return new Snapshot();
  }

  /** What a savepoint says of the format: this one, which has no parameters; any other cannot be read. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<WindowCounts> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
