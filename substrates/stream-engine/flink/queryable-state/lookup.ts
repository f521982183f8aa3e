/** A multi-get on one keyed state, and what comes of each key. */

/** The keys to look up: integers of 64 bits as two halves, `count` of them. */
export interface LookupKeys {
  count: number;
  keyLo: Uint32Array;
  keyHi: Uint32Array;
}

/** Is told of every key, by its index, exactly once. */
export interface LookupSink {
  /** The serialized value lies in `[at, at + length)`, during the call only. */
  found(index: number, bytes: Buffer, at: number, length: number): void;
  /** The state has no value for the key. */
  absent(index: number): void;
  /** Nobody could say: the job is down, moves, or did not answer in time. */
  unavailable(index: number): void;
}
