/**
 * Where Flink keeps a key: its key group by the hash of the key, and the subtask that owns the key group. Both must be
 * computed exactly as Flink does it, because the client names the hash and the job chooses keys by their owner.
 */
const { imul } = Math;

/** Flink's `MathUtils.murmurHash`: a non-negative 32-bit integer. */
export function murmurHash(code: number): number {
  let hash = imul(code, 0xcc9e2d51);
  hash = (hash << 15) | (hash >>> 17);
  hash = imul(hash, 0x1b873593);
  hash = (hash << 13) | (hash >>> 19);
  hash = (imul(hash, 5) + 0xe6546b64) ^ 4;
  hash = imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  hash ^= hash >>> 16;
  // The one integer that has no positive counterpart.
  return hash === -2147483648 ? 0 : Math.abs(hash);
}

/** Java's `Long.hashCode` of a key given as its two halves. */
export function longHashCode(keyLo: number, keyHi: number): number {
  return keyLo ^ keyHi;
}

export function keyGroupOf(keyLo: number, keyHi: number, maxParallelism: number): number {
  return murmurHash(longHashCode(keyLo, keyHi)) % maxParallelism;
}

/** The subtask that owns a key group. */
export function subtaskOf(keyGroup: number, maxParallelism: number, parallelism: number): number {
  return Math.floor((keyGroup * parallelism) / maxParallelism);
}

/**
 * The keys under which a subtask keeps the progress markers, by partition: the first non-negative integers that the
 * subtask owns, in ascending order.
 */
export function markerKeysOf(
  subtask: number,
  partitions: number,
  maxParallelism: number,
  parallelism: number,
): Uint32Array {
  const keys = new Uint32Array(partitions);
  for (let key = 0, found = 0; found < partitions; key++) {
    if (subtaskOf(keyGroupOf(key, 0, maxParallelism), maxParallelism, parallelism) === subtask) keys[found++] = key;
  }
  return keys;
}
