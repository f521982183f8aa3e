package io.omegabench.job;

import java.io.IOException;
import java.io.Serializable;

/**
 * A key/value store as the job writes it: exactly the rows that the stores of `substrates/key-value-store/` read. Calls
 * return when the store has acknowledged all rows, and throw if it has not; then some of the rows may be there.
 */
interface RowStore extends AutoCloseable {
  /** Replaces each row's value. Idempotent. */
  void upsert(Rows rows) throws IOException;

  /** Adds each row to its key, one command a row; equal keys are not merged. */
  void increment(Rows rows) throws IOException;

  /**
   * Adds each row to its key, and notes with it that the partition is applied up to `offset`, as far as the store can.
   *
   * @param readModifyWrite reads every counter, and writes it back: two commands a row
   */
  void incrementUpTo(Rows rows, boolean readModifyWrite, int partition, long offset) throws IOException;

  /** The offset up to which a partition is applied, as it was noted in one transaction with the rows; else 0. */
  long appliedOffset(int partition) throws IOException;

  StoreCounts counts();

  @Override
  void close();

  /** How a task opens its store. */
  interface Opener extends Serializable {
    RowStore open(Plan.Store store) throws IOException;
  }

  /** Opens a connection to a real one. */
  static RowStore open(Plan.Store store) throws IOException {
    if (store instanceof Plan.Redis redis) return new RedisRows(redis);
    return new CassandraRows((Plan.Cassandra) store);
  }
}
