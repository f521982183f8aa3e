package io.omegabench.job;

import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The second way to state in flight: what has changed is upserted to a compacted topic at intervals. A record's key is
 * tweetId and hourStartMs, its value the packed counter, each a big-endian long; without a value, state has forgotten
 * the hour. A tweet's partition is that of the log. Values are totals: what is sent again after a restore does no harm.
 */
final class UpdatePublisher implements AutoCloseable {
  /** @param partitions of the log, and of the topic */
  record Settings(Properties client, String topic, int partitions, long intervalMs) implements Serializable {
    /** Null if the plan asks for none. */
    static Settings of(Plan plan) {
      return plan.stateUpdates()
          .map((asked) -> {
            Properties client = KafkaClients.properties(plan.log());
            return new Settings(client, asked.topic(), plan.log().partitions(), asked.intervalMs());
          })
          .orElse(null);
    }
  }

  /** What state holds of an hour of a tweet now; null if nothing. */
  interface Lookup {
    Long find(long tweetId, long hourStartMs) throws IOException;
  }

  private final Settings settings;
  private final ProcessingTimeService time;
  private final Lookup lookup;
  private final KafkaProducer<byte[], byte[]> producer;
  private final Map<Long, Set<Long>> changedByHour = new HashMap<>();
  /** Of the hour that was changed last. */
  private Set<Long> changed = Set.of();
  private long changedHourMs = Long.MIN_VALUE;
  private volatile Exception failure;

  private UpdatePublisher(Settings settings, ProcessingTimeService time, Lookup lookup) {
    this.settings = settings;
    this.time = time;
    this.lookup = lookup;
    Properties properties = new Properties();
    properties.putAll(settings.client());
    properties.put(ProducerConfig.LINGER_MS_CONFIG, "1");
    producer = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** Publishes at intervals from now on. */
  static UpdatePublisher open(Settings settings, ProcessingTimeService time, Lookup lookup) {
    UpdatePublisher publisher = new UpdatePublisher(settings, time, lookup);
    publisher.schedule();
    return publisher;
  }

  void changed(long tweetId, long hourStartMs) {
    if (hourStartMs != changedHourMs) {
      changedHourMs = hourStartMs;
      changed = changedByHour.computeIfAbsent(hourStartMs, (hour) -> new HashSet<>());
    }
    changed.add(tweetId);
  }

  /** Sends what has changed since the last time; returns before the brokers have it. */
  void publish() throws Exception {
    if (failure != null) throw new IOException("publishing state to topic " + settings.topic() + " failed", failure);
    for (Map.Entry<Long, Set<Long>> hour : changedByHour.entrySet()) {
      for (long tweetId : hour.getValue()) send(tweetId, hour.getKey(), lookup.find(tweetId, hour.getKey()));
    }
    changedByHour.clear();
    changedHourMs = Long.MIN_VALUE;
  }

  private void send(long tweetId, long hourStartMs, Long packed) {
    byte[] key = ByteBuffer.allocate(16).putLong(tweetId).putLong(hourStartMs).array();
    byte[] value = packed == null ? null : ByteBuffer.allocate(8).putLong(packed).array();
    int partition = (int) ((tweetId & 0xffffffffL) % settings.partitions());
    producer.send(new ProducerRecord<>(settings.topic(), partition, key, value), (metadata, error) -> {
      if (error != null) failure = error;
    });
  }

  private void schedule() {
    time.registerTimer(time.getCurrentProcessingTime() + settings.intervalMs(), (timestamp) -> {
      publish();
      schedule();
    });
  }

  @Override
  public void close() {
    producer.close();
  }
}
