package io.omegabench.job;

/**
 * What is known of an impression by its identity and time alone: the same functions as in `generators/impression.ts`,
 * to the bit.
 */
final class Impressions {
  private Impressions() {}

  /** The finalizer of MurmurHash3: a permutation of the 32-bit integers. */
  static int mix32(int x) {
    int h = x;
    h = (h ^ (h >>> 16)) * 0x85ebca6b;
    h = (h ^ (h >>> 13)) * 0xc2b2ae35;
    return h ^ (h >>> 16);
  }

  /** The key of a partition's fingerprints for the sequences that share the high 32 bits of `sequence`. */
  static int fingerprintKey(int partition, long sequence) {
    return mix32(mix32(partition + 0x51ed270b) ^ (int) (sequence >>> 32));
  }

  /** A signed 15-bit hash of an impression's identity. */
  static int fingerprintOf(int key, long sequence) {
    return mix32((int) sequence ^ key) >> 17;
  }

  /** What an impression adds to its counter: the count in the low 32 bits, the fingerprint in the high ones. */
  static long incrementOf(int fingerprint) {
    return ((long) fingerprint << 32) + 1;
  }

  /** Impressions of a packed counter, unsigned. */
  static long countOf(long packed) {
    return packed & 0xffffffffL;
  }

  /** Sum of fingerprints of a packed counter. */
  static int fingerprintOf(long packed) {
    return (int) (packed >> 32);
  }

  /** The start of the window of `hourMs`, aligned to the epoch, that holds `timeMs`. */
  static long hourStartOf(long timeMs, long hourMs) {
    return Math.floorDiv(timeMs, hourMs) * hourMs;
  }
}
