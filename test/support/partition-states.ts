/** States of a partition as checkpoints hold them. */
import fc from 'fast-check';
import type { CheckpointWindow, PartitionState } from '../../substrates/stream-engine/embedded/checkpoint-codec.ts';

const rows = fc
  .array(fc.tuple(fc.integer(), fc.integer(), fc.integer(), fc.integer()), { maxLength: 5 })
  .map((tuples) => Int32Array.from(tuples.flat()));

const window: fc.Arbitrary<CheckpointWindow> = fc.record({
  hourStartMs: fc.maxSafeInteger(),
  phase: fc.constantFrom('open', 'closed', 'handed-over'),
  sealed: fc.boolean(),
  rows: fc.oneof(rows, fc.record({ file: fc.string() })),
  lateRows: fc.option(rows, { nil: undefined }),
});

export const anyState: fc.Arbitrary<PartitionState> = fc.record({
  partition: fc.nat(1000),
  offset: fc.maxSafeNat(),
  ended: fc.boolean(),
  maxEventTimeMs: fc.oneof(fc.maxSafeInteger(), fc.constantFrom(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)),
  lateDroppedEvents: fc.maxSafeNat(),
  countedEvents: fc.maxSafeNat(),
  handedOverEvents: fc.maxSafeNat(),
  windows: fc.array(window, { maxLength: 4 }),
});

/** An empty state at an offset, to tell checkpoints apart. */
export function stateAt(offset: number, windows: CheckpointWindow[] = []): PartitionState {
  return {
    partition: 0,
    offset,
    ended: false,
    maxEventTimeMs: Number.NEGATIVE_INFINITY,
    lateDroppedEvents: 0,
    countedEvents: 0,
    handedOverEvents: 0,
    windows,
  };
}
