package io.omegabench.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;

class WindowCountsTest {
  private static final WindowCountsSerializer SERIALIZER = WindowCountsSerializer.INSTANCE;

  private static WindowCounts counts() {
    WindowCounts counts = new WindowCounts();
    counts.append(1000, Impressions.incrementOf(-2));
    counts.append(2000, Impressions.incrementOf(3));
    counts.add(1, Impressions.incrementOf(4));
    counts.setHandedOver(0);
    return counts;
  }

  @Test
  void lieInBytesAsTheContractSays() throws Exception {
    DataOutputSerializer out = new DataOutputSerializer(16);
    SERIALIZER.serialize(counts(), out);
    String first = "00000000000003e8" + "fffffffe00000001" + "fffffffe00000001";
    String second = "00000000000007d0" + "0000000700000002" + "0000000000000000";
    assertEquals("00000002" + first + second, HexFormat.of().formatHex(out.getCopyOfBuffer()));
  }

  @Test
  void areReadBackAsTheyWere() throws Exception {
    DataOutputSerializer out = new DataOutputSerializer(16);
    SERIALIZER.serialize(counts(), out);
    DataOutputSerializer copy = new DataOutputSerializer(16);
    SERIALIZER.copy(new DataInputDeserializer(out.getCopyOfBuffer()), copy);
    assertEquals(counts(), SERIALIZER.deserialize(new DataInputDeserializer(copy.getCopyOfBuffer())));
  }

  @Test
  void aCopyIsNeitherSharedNorPublished() {
    WindowCounts counts = counts();
    counts.isPublished = true;
    WindowCounts copy = SERIALIZER.copy(counts);
    assertNotSame(counts.fields(), copy.fields());
    assertEquals(counts, copy);
    assertEquals(false, copy.isPublished);
  }

  @Test
  void aSavepointIsReadByTheSameFormatOnly() throws Exception {
    DataOutputSerializer out = new DataOutputSerializer(16);
    TypeSerializerSnapshot.writeVersionedSnapshot(out, SERIALIZER.snapshotConfiguration());
    TypeSerializerSnapshot<WindowCounts> old =
        TypeSerializerSnapshot.readVersionedSnapshot(
            new DataInputDeserializer(out.getCopyOfBuffer()), getClass().getClassLoader());
    assertTrue(SERIALIZER.snapshotConfiguration().resolveSchemaCompatibility(old).isCompatibleAsIs());
    TypeSerializerSnapshot<?> other = ProgressSerializer.INSTANCE.snapshotConfiguration();
    @SuppressWarnings("unchecked")
    TypeSerializerSnapshot<WindowCounts> foreign = (TypeSerializerSnapshot<WindowCounts>) other;
    assertTrue(SERIALIZER.snapshotConfiguration().resolveSchemaCompatibility(foreign).isIncompatible());
  }

  @Test
  void forgetOneHourAndKeepTheOthers() {
    WindowCounts counts = counts();
    counts.append(3000, 1);
    counts.remove(1);
    assertEquals(-1, counts.find(2000));
    assertEquals(1000, counts.hourStartMs(counts.find(1000)));
    assertEquals(1, counts.counted(counts.find(3000)));
  }
}
