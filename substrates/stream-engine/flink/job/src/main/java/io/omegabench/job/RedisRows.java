package io.omegabench.job;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Rows on one Redis server, as plain values. A call is one pipeline: all commands are written, then all answers read.
 * Increments are one transaction, together with the offset up to which their partition is applied then.
 */
final class RedisRows implements RowStore {
  private static final int TIMEOUT_MS = 10_000;
  /** Of an hour whose values are plain numbers: see `substrates/key-value-store/redis/control.ts`. */
  private static final byte[] PLAIN_HOUR = "0 0".getBytes(US_ASCII);

  private final Plan.Redis settings;
  private final RedisKeys keys;
  private final StoreCounts counts = new StoreCounts();
  private final Connection connection;
  private final Set<Long> listedHours = new HashSet<>();
  /** Commands whose answers are still to be read. */
  private int pending;
  /** Those, by command. */
  private final int[] staged = new int[Command.values().length];

  RedisRows(Plan.Redis settings) throws IOException {
    this.settings = settings;
    keys = new RedisKeys(settings.prefix());
    DefaultJedisClientConfig.Builder config =
        DefaultJedisClientConfig.builder()
            .connectionTimeoutMillis(TIMEOUT_MS)
            .socketTimeoutMillis(TIMEOUT_MS)
            .database(settings.database())
            .ssl(settings.tls());
    Plan.Credentials credentials = settings.credentials();
    if (credentials != null) {
      if (!credentials.username().isEmpty()) config.user(credentials.username());
      config.password(credentials.password());
    }
    try {
      connection = new Connection(new HostAndPort(settings.host(), settings.port()), config.build());
    } catch (JedisException error) {
      throw unavailable("connecting", error);
    }
  }

  @Override
  public void upsert(Rows rows) throws IOException {
    run("an upsert of " + rows.count + " rows", () -> {
      listHours(rows);
      for (int row = 0; row < rows.count; row++) stageSet(rows, row, rows.packed[row]);
      finish();
    });
    counts.countWrites(1, rows.count);
  }

  @Override
  public void increment(Rows rows) throws IOException {
    run("an increment of " + rows.count + " rows", () -> {
      listHours(rows);
      stage(Command.MULTI);
      stageIncrements(rows);
      stage(Command.EXEC);
      finish();
    });
    counts.countWrites(1, rows.count);
  }

  @Override
  public void incrementUpTo(Rows rows, boolean readModifyWrite, int partition, long offset) throws IOException {
    run("an increment of " + rows.count + " rows", () -> {
      listHours(rows);
      long[] totals = readModifyWrite ? readTotals(rows) : null;
      stage(Command.MULTI);
      if (totals == null) stageIncrements(rows);
      else for (int row = 0; row < rows.count; row++) stageSet(rows, row, totals[row]);
      stage(Command.HSET, keys.applied, RedisKeys.number(partition), RedisKeys.number(offset));
      stage(Command.EXEC);
      finish();
    });
    if (readModifyWrite) counts.countReads(1, rows.count);
    counts.countWrites(1, rows.count);
  }

  @Override
  public long appliedOffset(int partition) throws IOException {
    long[] offset = {0};
    run("a read of what is applied", () -> {
      stage(Command.HGET, keys.applied, RedisKeys.number(partition));
      offset[0] = numberOf(finish().get(0));
    });
    return offset[0];
  }

  @Override
  public StoreCounts counts() {
    return counts;
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (JedisException error) {
      // What could not be sent any more is of a write that has failed. Thrown while a failed task is cleaned up, it
      // would end the whole task manager.
    }
  }

  /** What each row's counter is after it: rows of one key see each other. */
  private long[] readTotals(Rows rows) {
    for (int row = 0; row < rows.count; row++) {
      stage(Command.HGET, keys.counter(rows.hourStartMs[row], rows.tweetId[row]), RedisKeys.number(rows.tweetId[row]));
    }
    List<Object> values = finish();
    record Key(long tweetId, long hourStartMs) {}
    Map<Key, Long> totals = new HashMap<>();
    long[] after = new long[rows.count];
    for (int row = 0; row < rows.count; row++) {
      Key key = new Key(rows.tweetId[row], rows.hourStartMs[row]);
      Long before = totals.get(key);
      after[row] = (before == null ? numberOf(values.get(row)) : before) + rows.packed[row];
      totals.put(key, after[row]);
    }
    return after;
  }

  private void stageIncrements(Rows rows) {
    for (int row = 0; row < rows.count; row++) {
      byte[] key = keys.counter(rows.hourStartMs[row], rows.tweetId[row]);
      stage(Command.HINCRBY, key, RedisKeys.number(rows.tweetId[row]), RedisKeys.number(rows.packed[row]));
    }
  }

  private void stageSet(Rows rows, int row, long packed) {
    byte[] key = keys.counter(rows.hourStartMs[row], rows.tweetId[row]);
    stage(Command.HSET, key, RedisKeys.number(rows.tweetId[row]), RedisKeys.number(packed));
  }

  /** Lists hours before their first row is written, so that a scan finds them. No command of the pipeline. */
  private void listHours(Rows rows) {
    for (int row = 0; row < rows.count; row++) {
      long hour = rows.hourStartMs[row];
      if (row > 0 && hour == rows.hourStartMs[row - 1] || !listedHours.add(hour)) continue;
      stage(Command.HSETNX, keys.control, RedisKeys.hourField(hour), PLAIN_HOUR);
      boolean isNew = Long.valueOf(1).equals(finish().get(0));
      if (!isNew) continue;
      stage(Command.INCR, keys.edition);
      finish();
    }
  }

  private void stage(Command command, byte[]... arguments) {
    connection.sendCommand(command, arguments);
    pending++;
    staged[command.ordinal()]++;
  }

  /** All answers; the first refusal among them is thrown, also one inside of a transaction. */
  private List<Object> finish() {
    List<Object> answers = connection.getMany(pending);
    pending = 0;
    for (Command command : Command.values()) {
      int times = staged[command.ordinal()];
      if (times > 0) counts.countSent(command.name().toLowerCase(Locale.ROOT), times);
      staged[command.ordinal()] = 0;
    }
    for (Object answer : answers) throwIfRefused(answer);
    return answers;
  }

  private static void throwIfRefused(Object answer) {
    if (answer instanceof JedisException refused) throw refused;
    if (answer instanceof List<?> inner) inner.forEach(RedisRows::throwIfRefused);
  }

  private static long numberOf(Object answer) {
    return answer == null ? 0 : Long.parseLong(new String((byte[]) answer, US_ASCII));
  }

  private void run(String doing, Runnable work) throws IOException {
    try {
      work.run();
    } catch (JedisException error) {
      throw unavailable(doing, error);
    }
  }

  private IOException unavailable(String doing, JedisException error) {
    String place = "Redis at " + settings.host() + ":" + settings.port() + ", prefix " + settings.prefix();
    return new IOException(place + ": " + doing + " failed: " + error.getMessage(), error);
  }
}
