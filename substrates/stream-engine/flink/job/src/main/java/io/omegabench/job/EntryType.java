package io.omegabench.job;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** The type of entries, which only go from one operator to the next of the same chain: they are never serialized. */
final class EntryType {
  static final TypeInformation<ImpressionBlock> INSTANCE = new SerializerType<>(ImpressionBlock.class, new Chained());

  private EntryType() {}

  private static final class Chained extends RecordSerializer<ImpressionBlock> {
    @Override
    public ImpressionBlock createInstance() {
      throw unchained();
    }

    @Override
    public ImpressionBlock copy(ImpressionBlock from, ImpressionBlock reuse) {
      throw unchained();
    }

    @Override
    public void serialize(ImpressionBlock entry, DataOutputView target) {
      throw unchained();
    }

    @Override
    public ImpressionBlock deserialize(ImpressionBlock reuse, DataInputView source) {
      throw unchained();
    }

    @Override
    public TypeSerializerSnapshot<ImpressionBlock> snapshotConfiguration() {
      throw unchained();
    }

    private static UnsupportedOperationException unchained() {
      return new UnsupportedOperationException(
          "a stage that takes whole entries is not chained to the operator that reads them: switch chaining on");
    }
  }
}
