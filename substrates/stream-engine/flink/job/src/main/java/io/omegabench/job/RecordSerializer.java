package io.omegabench.job;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** What the serializers of this job have in common: mutable records of no fixed length. */
abstract class RecordSerializer<T> extends TypeSerializerSingleton<T> {
  @Override
  public boolean isImmutableType() {
    return false;
  }

  @Override
  public T copy(T from) {
    return copy(from, createInstance());
  }

  @Override
  public int getLength() {
    return -1;
  }

  @Override
  public T deserialize(DataInputView source) throws IOException {
    return deserialize(createInstance(), source);
  }

  @Override
  public void copy(DataInputView source, DataOutputView target) throws IOException {
    serialize(deserialize(source), target);
  }
}
