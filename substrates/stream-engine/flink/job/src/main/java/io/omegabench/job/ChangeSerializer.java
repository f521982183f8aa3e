package io.omegabench.job;

import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** A row on the network is three longs; a marker its key, a long that is no hour, and the progress. */
final class ChangeSerializer extends RecordSerializer<Change> {
  static final ChangeSerializer INSTANCE = new ChangeSerializer();
  static final TypeInformation<Change> TYPE = new SerializerType<>(Change.class, INSTANCE);
  private static final long NO_HOUR = Long.MIN_VALUE;

  @Override
  public Change createInstance() {
    return new Change();
  }

  @Override
  public Change copy(Change from, Change reuse) {
    reuse.setRow(from.tweetId, from.hourStartMs, from.increment);
    reuse.progress = from.progress;
    return reuse;
  }

  @Override
  public void serialize(Change change, DataOutputView target) throws IOException {
    target.writeLong(change.tweetId);
    if (change.isMarker()) {
      target.writeLong(NO_HOUR);
      ProgressSerializer.INSTANCE.serialize(change.progress, target);
    } else {
      target.writeLong(change.hourStartMs);
      target.writeLong(change.increment);
    }
  }

  @Override
  public Change deserialize(Change reuse, DataInputView source) throws IOException {
    long key = source.readLong();
    long hourStartMs = source.readLong();
    if (hourStartMs == NO_HOUR) return reuse.setMarker(key, ProgressSerializer.INSTANCE.deserialize(source));
    return reuse.setRow(key, hourStartMs, source.readLong());
  }

  @Override
  public TypeSerializerSnapshot<Change> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Its format has no parameters. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<Change> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
