package io.omegabench.job;

import java.util.Arrays;

/**
 * The counters of one tweet, one an hour, each a packed long (fingerprint·2³² + count), and of each hour what a store
 * has acknowledged of it.
 *
 * One thread writes, others may read meanwhile: a counter is one long that is added to in place, and hours come and go
 * by an array that replaces the other. So a reader sees every counter as it was at some time, and never a half of it.
 */
final class WindowCounts {
  /** An hour in the array: its start in milliseconds, what was counted, and what was handed over of it. */
  private static final int FIELDS = 3;

  private static final long[] NONE = {};

  private volatile long[] fields;
  /** Set by whoever shows this object to readers; a copy of it is another object, and not shown yet. */
  boolean isPublished;

  WindowCounts() {
    this(NONE);
  }

  private WindowCounts(long[] fields) {
    this.fields = fields;
  }

  /** Hours as rows of three, as they lie in a snapshot. */
  static WindowCounts of(long[] fields) {
    return new WindowCounts(fields);
  }

  WindowCounts copy() {
    return new WindowCounts(fields.clone());
  }

  /** The hours at this moment, in rows of three (start, counted, handed over); not to be changed. */
  long[] fields() {
    return fields;
  }

  int size() {
    return fields.length / FIELDS;
  }

  /** Where an hour is, or -1. */
  int find(long hourStartMs) {
    long[] now = fields;
    for (int i = now.length - FIELDS; i >= 0; i -= FIELDS) if (now[i] == hourStartMs) return i / FIELDS;
    return -1;
  }

  /** Begins an hour with its first increment. */
  void append(long hourStartMs, long increment) {
    long[] now = fields;
    long[] next = Arrays.copyOf(now, now.length + FIELDS);
    next[now.length] = hourStartMs;
    next[now.length + 1] = increment;
    fields = next;
  }

  void add(int hour, long increment) {
    fields[FIELDS * hour + 1] += increment;
  }

  long hourStartMs(int hour) {
    return fields[FIELDS * hour];
  }

  long counted(int hour) {
    return fields[FIELDS * hour + 1];
  }

  long handedOver(int hour) {
    return fields[FIELDS * hour + 2];
  }

  /** All that was counted of an hour so far is acknowledged by a store. */
  void setHandedOver(int hour) {
    long[] now = fields;
    now[FIELDS * hour + 2] = now[FIELDS * hour + 1];
  }

  void remove(int hour) {
    long[] now = fields;
    long[] next = new long[now.length - FIELDS];
    System.arraycopy(now, 0, next, 0, FIELDS * hour);
    System.arraycopy(now, FIELDS * (hour + 1), next, FIELDS * hour, next.length - FIELDS * hour);
    fields = next;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof WindowCounts that && Arrays.equals(fields, that.fields);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(fields);
  }

  @Override
  public String toString() {
    return Arrays.toString(fields);
  }
}
