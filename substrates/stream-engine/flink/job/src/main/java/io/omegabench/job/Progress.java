package io.omegabench.job;

/**
 * How far a partition has come: the sums over what was read of it. A marker carries it behind the rows to every subtask
 * of a keyed stage, so that what a subtask has of a partition is at least what its marker says.
 *
 * @param partition of the log
 * @param offset impressions read
 * @param countedEvents impressions that were not dropped
 * @param fingerprintSum sum of their fingerprints
 * @param lateDropped impressions that came too late
 * @param watermarkMs of the partition; `Long.MAX_VALUE` after its end, `Long.MIN_VALUE` before its first impression
 * @param ended nothing follows
 */
record Progress(
    int partition, long offset, long countedEvents, long fingerprintSum, long lateDropped, long watermarkMs,
    boolean ended) {}
