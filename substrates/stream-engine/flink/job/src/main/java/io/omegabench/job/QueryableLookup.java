package io.omegabench.job;

import java.util.function.LongFunction;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.queryablestate.client.state.serialization.KvStateSerializer;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.runtime.state.internal.InternalKvState;

/**
 * A queryable state that is looked up by a function that may be called from any thread. To clients it is a state as any
 * other: the key is a tweet id, there is no namespace, and the value has its serializer's bytes.
 */
final class QueryableLookup<V> implements InternalKvState<Long, VoidNamespace, V> {
  private final LongFunction<V> lookup;
  private final TypeSerializer<V> serializer;

  QueryableLookup(LongFunction<V> lookup, TypeSerializer<V> serializer) {
    this.lookup = lookup;
    this.serializer = serializer;
  }

  @Override
  public byte[] getSerializedValue(
      byte[] keyAndNamespace,
      TypeSerializer<Long> keySerializer,
      TypeSerializer<VoidNamespace> namespaceSerializer,
      TypeSerializer<V> valueSerializer)
      throws Exception {
    long key =
        KvStateSerializer.deserializeKeyAndNamespace(keyAndNamespace, keySerializer, namespaceSerializer).f0;
    V value = lookup.apply(key);
    return value == null ? null : KvStateSerializer.serializeValue(value, valueSerializer);
  }

  @Override
  public TypeSerializer<Long> getKeySerializer() {
    return LongSerializer.INSTANCE;
  }

  @Override
  public TypeSerializer<VoidNamespace> getNamespaceSerializer() {
    return VoidNamespaceSerializer.INSTANCE;
  }

  @Override
  public TypeSerializer<V> getValueSerializer() {
    return serializer;
  }

  @Override
  public void setCurrentNamespace(VoidNamespace namespace) {}

  @Override
  public StateIncrementalVisitor<Long, VoidNamespace, V> getStateIncrementalVisitor(int most) {
    throw new UnsupportedOperationException("a lookup cannot be enumerated");
  }

  @Override
  public void clear() {
    throw new UnsupportedOperationException("a lookup is only read");
  }
}
