package io.omegabench.job;

import java.nio.ByteBuffer;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * Kafka's records as they are; see `substrates/event-log/kafka/entry-decoder.ts`. A record with a key is an impression,
 * and the first of its block has the header `block`; any other is a block of the file log's format, with the header
 * `position`.
 */
final class LogRecordDeserializer implements KafkaRecordDeserializationSchema<LogRecord> {
  private static final int KEY_BYTES = 8;
  private static final int VALUE_BYTES = 16;

  @Override
  public void deserialize(ConsumerRecord<byte[], byte[]> from, Collector<LogRecord> out) {
    LogRecord record = new LogRecord();
    record.partition = from.partition();
    byte[] key = from.key();
    byte[] value = from.value();
    record.isBlock = key == null;
    if (record.isBlock) {
      if (value == null || from.headers().lastHeader("position") == null) throw foreign(from);
      record.bytes = value;
    } else {
      if (key.length != KEY_BYTES || value == null || value.length != VALUE_BYTES) throw foreign(from);
      Header block = from.headers().lastHeader("block");
      record.bytes = block == null ? LogRecord.NO_BYTES : block.value();
      record.tweetId = ByteBuffer.wrap(key).getLong();
      ByteBuffer identity = ByteBuffer.wrap(value);
      record.sequence = identity.getLong();
      record.eventTimeMs = identity.getLong();
    }
    out.collect(record);
  }

  private static IllegalStateException foreign(ConsumerRecord<byte[], byte[]> record) {
    return new IllegalStateException(
        "partition " + record.partition() + " of topic " + record.topic() + " has a record at " + record.offset()
            + " that is not of this log: does something else write to the topic?");
  }

  @Override
  public TypeInformation<LogRecord> getProducedType() {
    return LogRecordSerializer.TYPE;
  }
}
