import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  decodeCheckpoint,
  decodeSealedRows,
  encodeCheckpoint,
  encodeSealedRows,
  type PartitionState,
  UnusableCheckpointError,
} from '../../../../substrates/stream-engine/embedded/checkpoint-codec.ts';
import { anyState } from '../../../support/partition-states.ts';

const example: PartitionState = {
  partition: 3,
  offset: 12_345_678_901,
  ended: false,
  maxEventTimeMs: 1_700_000_000_123,
  lateDroppedEvents: 4,
  countedEvents: 5,
  handedOverEvents: 2,
  windows: [
    {
      hourStartMs: 0,
      phase: 'closed',
      sealed: true,
      rows: Int32Array.of(1, 2, 3, -4),
      lateRows: Int32Array.of(1, 2, 1, 7),
    },
    { hourStartMs: 100, phase: 'open', sealed: false, rows: { file: 'w' }, lateRows: undefined },
  ],
};

describe('a checkpoint', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(anyState, (state) =>
        expect(decodeCheckpoint(encodeCheckpoint(state), state.partition)).toEqual(state),
      ),
    );
  });

  test.each([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 0, -1])(
    'keeps a greatest event time of %d',
    (time) => {
      const state = { ...example, maxEventTimeMs: time };
      expect(decodeCheckpoint(encodeCheckpoint(state), 3).maxEventTimeMs).toBe(time);
    },
  );

  test('is a copy of the rows, which may change while it is written', () => {
    const rows = Int32Array.of(1, 2, 3, 4);
    const bytes = encodeCheckpoint({ ...example, windows: [{ ...example.windows[1], rows } as never] });
    rows.fill(0);
    expect(decodeCheckpoint(bytes, 3).windows[0]?.rows).toEqual(Int32Array.of(1, 2, 3, 4));
  });

  test('is refused with any byte changed', () => {
    const whole = encodeCheckpoint(example);
    for (let at = 0; at < whole.length; at++) {
      for (const flip of [1, 0x80, 0xff]) {
        const damaged = whole.slice();
        damaged[at] = (damaged[at] as number) ^ flip;
        expect(() => decodeCheckpoint(damaged, 3)).toThrow(UnusableCheckpointError);
      }
    }
  });

  test('is refused when cut short anywhere, or with something behind it', () => {
    const whole = encodeCheckpoint(example);
    for (let length = 0; length < whole.length; length++) {
      expect(() => decodeCheckpoint(whole.slice(0, length), 3)).toThrow(UnusableCheckpointError);
    }
    expect(() => decodeCheckpoint(Uint8Array.of(...whole, 0), 3)).toThrow(UnusableCheckpointError);
  });

  test('is refused for another partition', () => {
    expect(() => decodeCheckpoint(encodeCheckpoint(example), 4)).toThrow(/of partition 3, not 4/);
  });
});

describe('a sealed window', () => {
  test('is read as it was written', () => {
    const rows = fc.array(fc.tuple(fc.integer(), fc.integer(), fc.integer(), fc.integer()));
    fc.assert(
      fc.property(rows, (tuples) => {
        const packed = Int32Array.from(tuples.flat());
        expect(decodeSealedRows(encodeSealedRows(packed), 'w')).toEqual(packed);
      }),
    );
  });

  test('is refused by name with a byte changed in its sum or rows, or when cut short', () => {
    const whole = encodeSealedRows(Int32Array.of(1, 2, 3, 4));
    const padding = [4, 5, 6, 7];
    for (let at = 0; at < whole.length; at++) {
      if (padding.includes(at)) continue;
      const damaged = whole.slice();
      damaged[at] = (damaged[at] as number) ^ 1;
      expect(() => decodeSealedRows(damaged, 'w')).toThrow(/sealed window w is damaged/);
    }
    for (let length = 0; length < whole.length; length++) {
      expect(() => decodeSealedRows(whole.slice(0, length), 'w')).toThrow(UnusableCheckpointError);
    }
  });
});
