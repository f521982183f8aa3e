package io.omegabench.job;

import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** A log record on the network: partition, kind, length, bytes, and of an impression three longs. */
final class LogRecordSerializer extends RecordSerializer<LogRecord> {
  static final LogRecordSerializer INSTANCE = new LogRecordSerializer();
  static final TypeInformation<LogRecord> TYPE = new SerializerType<>(LogRecord.class, INSTANCE);

  @Override
  public LogRecord createInstance() {
    return new LogRecord();
  }

  @Override
  public LogRecord copy(LogRecord from, LogRecord reuse) {
    reuse.partition = from.partition;
    reuse.isBlock = from.isBlock;
    reuse.bytes = from.bytes;
    reuse.tweetId = from.tweetId;
    reuse.sequence = from.sequence;
    reuse.eventTimeMs = from.eventTimeMs;
    return reuse;
  }

  @Override
  public void serialize(LogRecord record, DataOutputView target) throws IOException {
    target.writeInt(record.isBlock ? record.partition : ~record.partition);
    target.writeInt(record.bytes.length);
    target.write(record.bytes);
    if (record.isBlock) return;
    target.writeLong(record.tweetId);
    target.writeLong(record.sequence);
    target.writeLong(record.eventTimeMs);
  }

  @Override
  public LogRecord deserialize(LogRecord reuse, DataInputView source) throws IOException {
    int partition = source.readInt();
    reuse.isBlock = partition >= 0;
    reuse.partition = reuse.isBlock ? partition : ~partition;
    int length = source.readInt();
    if (length == 0) reuse.bytes = LogRecord.NO_BYTES;
    else if (reuse.bytes.length != length) reuse.bytes = new byte[length];
    source.readFully(reuse.bytes);
    if (reuse.isBlock) return reuse;
    reuse.tweetId = source.readLong();
    reuse.sequence = source.readLong();
    reuse.eventTimeMs = source.readLong();
    return reuse;
  }

  @Override
  public TypeSerializerSnapshot<LogRecord> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Its format has no parameters. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<LogRecord> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
