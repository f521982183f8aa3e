package io.omegabench.job;

import java.io.IOException;
import java.io.Serializable;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the job is to do: a declaration and what it is bound to, as `substrates/stream-engine/flink/` hands it over.
 * Nothing here knows an architecture; it is the stage vocabulary of `substrates/declaration.ts`.
 *
 * @param keepOneIn only tweets with low 32 bits divisible by this are counted; 1 counts all
 */
record Plan(
    Declaration declaration,
    Settings settings,
    Log log,
    Map<String, Store> stores,
    int parallelism,
    int maxParallelism,
    Mode mode,
    Checkpoints checkpoints,
    Optional<InJob> inJob,
    int keepOneIn,
    Optional<StateUpdates> stateUpdates) {

  record Declaration(String name, List<Stage> stages) implements Serializable {}

  sealed interface Stage extends Serializable permits IncrementStage, WindowStage, BatchStage {}

  record IncrementStage(String store, boolean readModifyWrite, boolean commitWithWrite, int maxBatchEvents)
      implements Stage {}

  enum OnClose {
    UPSERT,
    INCREMENT,
    NOTHING
  }

  /** @param store null if nothing is handed over */
  record WindowStage(boolean keepAll, boolean queryable, OnClose onClose, String store, int maxFlushKeys)
      implements Stage {}

  record BatchStage(String store, boolean byEventTime, int maxLoadKeys) implements Stage {}

  record Settings(long hourMs, long maxOutOfOrderMs, long allowedLatenessMs) implements Serializable {}

  /** @param credentials null if none are needed */
  record Log(List<String> brokers, String topic, int partitions, boolean tls, Credentials credentials)
      implements Serializable {}

  record Credentials(String username, String password) implements Serializable {
    @Override
    public String toString() {
      return username;
    }
  }

  sealed interface Store extends Serializable permits Redis, Cassandra {}

  /** @param credentials null if none are needed */
  record Redis(String host, int port, int database, boolean tls, Credentials credentials, String prefix)
      implements Store {}

  /** @param credentials null if none are needed */
  record Cassandra(
      List<String> contactPoints,
      String dataCenter,
      String keyspace,
      String prefix,
      String consistency,
      boolean tls,
      Credentials credentials)
      implements Store {}

  sealed interface Mode extends Serializable permits Stream, Batch {}

  record Stream() implements Mode {}

  /** One job of a batch stage: what arrived in [from, before), in these ranges of Kafka's offsets, end exclusive. */
  record Batch(int stage, long hourStartMs, long arrivedFromMs, long arrivedBeforeMs, List<Range> ranges)
      implements Mode {}

  record Range(int partition, long fromPosition, long toPosition) implements Serializable {}

  /** @param intervalMs 0 switches them off */
  record Checkpoints(long intervalMs, boolean unaligned, boolean rocksdb, Optional<String> directory) {}

  /** A generator inside the job in place of the log. */
  record InJob(long eventsPerPartition, long tweets) implements Serializable {}

  record StateUpdates(String topic, long intervalMs) implements Serializable {}

  /** From the argument of the job. Throws `IllegalArgumentException` naming what is missing or wrong. */
  static Plan parse(String base64url) {
    try {
      return PlanReader.read(Base64.getUrlDecoder().decode(base64url));
    } catch (IOException error) {
      throw new IllegalArgumentException("--plan is no JSON in base64url: " + error.getMessage(), error);
    }
  }

  /** The store of that name. */
  Store store(String name) {
    Store store = stores.get(name);
    if (store == null) throw new IllegalArgumentException("the plan binds no " + name + " store");
    return store;
  }

  String jobName() {
    String name = "omegabench-" + declaration.name() + "-" + log.topic();
    return mode instanceof Batch batch ? name + "-hour-" + batch.hourStartMs() : name;
  }
}
