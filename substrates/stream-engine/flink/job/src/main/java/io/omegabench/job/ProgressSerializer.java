package io.omegabench.job;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * A progress in state, on the network and in the answer to a query: offset, countedEvents, fingerprintSum, lateDropped,
 * watermarkMs as big-endian longs, a byte that is 1 at the end, the partition as an int.
 */
final class ProgressSerializer extends TypeSerializerSingleton<Progress> {
  static final ProgressSerializer INSTANCE = new ProgressSerializer();
  private static final int BYTES = 5 * 8 + 1 + 4;

  @Override
  public boolean isImmutableType() {
    return true;
  }

  @Override
  public Progress createInstance() {
    return new Progress(0, 0, 0, 0, 0, Long.MIN_VALUE, false);
  }

  @Override
  public Progress copy(Progress from) {
    return from;
  }

  @Override
  public Progress copy(Progress from, Progress reuse) {
    return from;
  }

  @Override
  public int getLength() {
    return BYTES;
  }

  @Override
  public void serialize(Progress progress, DataOutputView target) throws IOException {
    target.writeLong(progress.offset());
    target.writeLong(progress.countedEvents());
    target.writeLong(progress.fingerprintSum());
    target.writeLong(progress.lateDropped());
    target.writeLong(progress.watermarkMs());
    target.writeByte(progress.ended() ? 1 : 0);
    target.writeInt(progress.partition());
  }

  @Override
  public Progress deserialize(DataInputView source) throws IOException {
    long offset = source.readLong();
    long countedEvents = source.readLong();
    long fingerprintSum = source.readLong();
    long lateDropped = source.readLong();
    long watermarkMs = source.readLong();
    boolean ended = source.readByte() == 1;
    return new Progress(source.readInt(), offset, countedEvents, fingerprintSum, lateDropped, watermarkMs, ended);
  }

  @Override
  public Progress deserialize(Progress reuse, DataInputView source) throws IOException {
    return deserialize(source);
  }

  @Override
  public void copy(DataInputView source, DataOutputView target) throws IOException {
    serialize(deserialize(source), target);
  }

  @Override
  public TypeSerializerSnapshot<Progress> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Its format has no parameters. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<Progress> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
