package io.omegabench.job;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BatchStatementBuilder;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Statement;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Rows in Cassandra, as `substrates/key-value-store/cassandra/` lays them out: `(prefix)_values` for what replaces,
 * with the version as the timestamp; `(prefix)_counters` for increments; `(prefix)_hours`, by which a scan finds them.
 * Increments go one by one, those of a key after each other, and are never sent twice by the driver; upserts in batches
 * of one partition of Cassandra.
 */
final class CassandraRows implements RowStore {
  private static final int SHARDS = 16;
  private static final int ROWS_PER_BATCH = 400;
  /** The server counts by table. */
  private static final String WRITES = ".coordinator_write_latency";
  private static final int ROWS_IN_FLIGHT = 512;
  private static final int BATCHES_IN_FLIGHT = 32;
  /** As long as the driver waits for an answer, and more. */
  private static final long SETTLE_MS = 15_000;

  private final String place;
  private final StoreCounts counts = new StoreCounts();
  private final CqlSession session;
  private final PreparedStatement put;
  private final PreparedStatement increment;
  private final PreparedStatement putHour;
  private final Set<Long> listedHours = new HashSet<>();

  CassandraRows(Plan.Cassandra settings) throws IOException {
    place = "Cassandra at " + String.join(", ", settings.contactPoints()) + ", tables " + settings.prefix() + "_*";
    try {
      session = CassandraSessions.open(settings);
      String tables = quote(settings.keyspace()) + ".";
      String values = tables + quote(settings.prefix() + "_values");
      String counters = tables + quote(settings.prefix() + "_counters");
      String hours = tables + quote(settings.prefix() + "_hours");
      put = session.prepare(
          "INSERT INTO " + values + " (shard, hour, tweet, counter, fingerprint)"
              + " VALUES (?, ?, ?, ?, ?) USING TIMESTAMP ?");
      increment = session.prepare(
          "UPDATE " + counters + " SET counter = counter + ?, fingerprint = fingerprint + ?"
              + " WHERE shard = ? AND hour = ? AND tweet = ?");
      putHour = session.prepare("INSERT INTO " + hours + " (bucket, hour) VALUES (0, ?)");
    } catch (RuntimeException error) {
      throw unavailable("connecting", error);
    }
  }

  @Override
  public void upsert(Rows rows) throws IOException {
    List<BatchStatement> batches = batches(rows);
    AtomicLong sent = new AtomicLong();
    run("an upsert of " + rows.count + " rows", () -> {
      listHours(rows);
      sendAll(BATCHES_IN_FLIGHT, "values", sent, (flight) -> {
        for (BatchStatement batch : batches) flight.send(() -> send(batch, sent));
      });
    });
    counts.countWrites(batches.size(), rows.count);
  }

  @Override
  public void increment(Rows rows) throws IOException {
    AtomicLong sent = new AtomicLong();
    run("an increment of " + rows.count + " rows", () -> {
      listHours(rows);
      Map<Key, CompletionStage<AsyncResultSet>> last = new HashMap<>();
      sendAll(ROWS_IN_FLIGHT, "counters", sent, (flight) -> {
        for (int row = 0; row < rows.count; row++) {
          BoundStatement addition = addition(rows, row);
          Key key = new Key(rows.tweetId[row], rows.hourStartMs[row]);
          // A later increment must not overtake one before: the count would lack what came first.
          flight.send(() -> last.compute(key, (same, before) -> before == null
              ? send(addition, sent)
              : before.thenCompose((answer) -> send(addition, sent))));
        }
      });
    });
    counts.countWrites(rows.count, rows.count);
  }

  /** Cassandra has no transaction over a counter and anything else: no offset is noted. */
  @Override
  public void incrementUpTo(Rows rows, boolean readModifyWrite, int partition, long offset) throws IOException {
    if (readModifyWrite) throw new UnsupportedOperationException("read-modify-write needs Redis");
    increment(rows);
  }

  @Override
  public long appliedOffset(int partition) {
    return 0;
  }

  @Override
  public StoreCounts counts() {
    return counts;
  }

  @Override
  public void close() {
    session.close();
  }

  private record Key(long tweetId, long hourStartMs) {}

  static int shardOf(long tweetId) {
    int hi = (int) (tweetId >>> 32);
    return Impressions.mix32((int) tweetId ^ Impressions.mix32(hi ^ 0x5bd1e995)) & (SHARDS - 1);
  }

  /** What was sent counts, also if the task was cancelled meanwhile: the server has it. */
  private void sendAll(int most, String table, AtomicLong sent, Sending sending) throws InterruptedException {
    InFlight flight = new InFlight(most);
    try {
      sending.sendBy(flight);
      flight.finish();
    } finally {
      flight.settle(SETTLE_MS);
      counts.countSent(table + WRITES, sent.get());
    }
  }

  private CompletionStage<AsyncResultSet> send(Statement<?> statement, AtomicLong sent) {
    sent.incrementAndGet();
    return session.executeAsync(statement);
  }

  private BoundStatement addition(Rows rows, int row) {
    long packed = rows.packed[row];
    long tweet = rows.tweetId[row];
    return increment
        .bind(
            Impressions.countOf(packed),
            (long) Impressions.fingerprintOf(packed),
            shardOf(tweet),
            rows.hourStartMs[row],
            tweet)
        .setIdempotent(false);
  }

  /** Batches of one partition of Cassandra each, which the server applies as one mutation. */
  private List<BatchStatement> batches(Rows rows) {
    record Partition(int shard, long hourStartMs) {}
    Map<Partition, BatchStatementBuilder> open = new LinkedHashMap<>();
    List<BatchStatement> batches = new ArrayList<>();
    for (int row = 0; row < rows.count; row++) {
      int shard = shardOf(rows.tweetId[row]);
      Partition partition = new Partition(shard, rows.hourStartMs[row]);
      BatchStatementBuilder batch =
          open.computeIfAbsent(partition, (key) -> BatchStatement.builder(BatchType.UNLOGGED).setIdempotence(true));
      batch.addStatement(replacement(rows, row, shard));
      if (batch.getStatementsCount() == ROWS_PER_BATCH) batches.add(open.remove(partition).build());
    }
    open.values().forEach((batch) -> batches.add(batch.build()));
    return batches;
  }

  private BoundStatement replacement(Rows rows, int row, int shard) {
    long packed = rows.packed[row];
    return put.bind(
        shard,
        rows.hourStartMs[row],
        rows.tweetId[row],
        Impressions.countOf(packed),
        Impressions.fingerprintOf(packed),
        rows.versionMs[row] * 1000);
  }

  /** Lists hours before their first row is written, so that a scan finds them. No command of the pipeline. */
  private void listHours(Rows rows) {
    for (int row = 0; row < rows.count; row++) {
      long hour = rows.hourStartMs[row];
      if (row > 0 && hour == rows.hourStartMs[row - 1]) continue;
      if (!listedHours.add(hour)) continue;
      session.execute(putHour.bind(hour).setIdempotent(true));
      counts.countSent("hours" + WRITES, 1);
    }
  }

  private static String quote(String identifier) {
    return '"' + identifier.replace("\"", "\"\"") + '"';
  }

  /** Sends what is to be sent. */
  private interface Sending {
    void sendBy(InFlight flight) throws InterruptedException;
  }

  /** Work that may wait. */
  private interface Work {
    void run() throws InterruptedException;
  }

  private void run(String doing, Work work) throws IOException {
    try {
      work.run();
    } catch (RuntimeException error) {
      throw unavailable(doing, error);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException(place + ": " + doing + " was interrupted", interrupted);
    }
  }

  private IOException unavailable(String doing, RuntimeException error) {
    return new IOException(place + ": " + doing + " failed: " + error.getMessage(), error);
  }
}
