/** The block format: what goes in comes out, and no damage of one byte goes unseen. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ImpressionBlock } from '../../../../generators/impression.ts';
import {
  BlockKind,
  blockBytes,
  checkBlock,
  createBlockBytes,
  decodeImpressions,
  encodeControl,
  encodeImpressions,
  MAX_BLOCK_BYTES,
} from '../../../../substrates/event-log/files/codec.ts';

const word = fc.integer({ min: 0, max: 0xffffffff });
const row = fc.tuple(word, word, word);
const time = fc.double({ min: -1e15, max: 1e15, noNaN: true });
const position = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

interface Case {
  block: ImpressionBlock;
  offset: number;
  arrivalMs: number;
}

const cases: fc.Arbitrary<Case> = fc
  .record({
    rows: fc.array(row, { minLength: 1, maxLength: 40 }),
    partition: fc.integer({ min: 0, max: 1000 }),
    firstSequence: position,
    offset: position,
    arrivalMs: time,
    minEventTimeMs: time,
    maxEventTimeMs: time,
  })
  .map(({ rows, offset, arrivalMs, ...rest }) => ({
    offset,
    arrivalMs,
    block: {
      ...rest,
      count: rows.length,
      tweetIdLo: Uint32Array.from(rows, ([lo]) => lo),
      tweetIdHi: Uint32Array.from(rows, ([, hi]) => hi),
      eventTimeDeltaMs: Uint32Array.from(rows, ([, , delta]) => delta),
    },
  }));

describe('the block codec', () => {
  test('a block of any rows is decoded to what was encoded', () => {
    const bytes = createBlockBytes(MAX_BLOCK_BYTES);
    fc.assert(
      fc.property(cases, ({ block, offset, arrivalMs }) => {
        const length = encodeImpressions(bytes, block, offset, arrivalMs);
        const check = checkBlock(bytes, 0, length);
        if (check.state !== 'whole') throw new Error(check.state);
        expect(check.header.bytes).toBe(length);
        expect(check.header.kind).toBe(BlockKind.Impressions);
        expect(check.header.firstOffset).toBe(offset);
        expect(check.header.arrivalMs).toBe(arrivalMs);
        expect(decodeImpressions(bytes, 0, check.header)).toEqual(block);
      }),
    );
  });

  test('a flipped byte at any place of a block is detected', () => {
    const bytes = createBlockBytes(MAX_BLOCK_BYTES);
    const flips = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(cases, flips, ({ block, offset, arrivalMs }, [place, flip]) => {
        const length = encodeImpressions(bytes, block, offset, arrivalMs);
        const at = place % length;
        bytes.bytes[at] = (bytes.bytes[at] as number) ^ flip;
        expect(checkBlock(bytes, 0, length).state).toBe('corrupt');
      }),
      { numRuns: 1000 },
    );
  });

  test('a beginning of a block is incomplete, at every length', () => {
    const bytes = createBlockBytes(MAX_BLOCK_BYTES);
    const block: ImpressionBlock = {
      partition: 0,
      firstSequence: 0,
      count: 3,
      tweetIdLo: Uint32Array.of(1, 2, 3),
      tweetIdHi: Uint32Array.of(4, 5, 6),
      eventTimeDeltaMs: Uint32Array.of(7, 8, 9),
      minEventTimeMs: 0,
      maxEventTimeMs: 0,
    };
    const length = encodeImpressions(bytes, block, 0, 0);
    expect(length).toBe(104);
    for (let end = 0; end < length; end++) expect(checkBlock(bytes, 0, end).state).toBe('incomplete');
    expect(checkBlock(bytes, 0, length).state).toBe('whole');
  });

  test('a control block is a header alone', () => {
    const bytes = createBlockBytes(MAX_BLOCK_BYTES);
    expect(encodeControl(bytes, BlockKind.End, 3, 17, 2.5)).toBe(64);
    expect(checkBlock(bytes, 0, 64)).toEqual({
      state: 'whole',
      header: {
        kind: BlockKind.End,
        bytes: 64,
        rows: 0,
        partition: 3,
        firstOffset: 17,
        firstSequence: 0,
        arrivalMs: 2.5,
        minEventTimeMs: 0,
        maxEventTimeMs: 0,
      },
    });
  });

  test('a block is 64 bytes and 12 a row, in whole multiples of 8', () => {
    expect([0, 1, 2, 3, 4096].map(blockBytes)).toEqual([64, 80, 88, 104, 49216]);
  });
});
