import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeResponse,
} from '../../../../substrates/stream-engine/embedded/state-protocol.ts';
import { columnsOf, row } from '../../../support/store-rows.ts';

const keys = fc.array(fc.record({ id: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), hour: fc.maxSafeInteger() }));
const answers = fc.array(fc.record({ answer: fc.nat(2), counter: fc.nat(0xffffffff), fingerprint: fc.integer() }));

describe('a query', () => {
  test('arrives as it was sent, also where its columns are longer than its count', () => {
    fc.assert(
      fc.property(keys, (list) => {
        const sent = columnsOf(list.map(({ id, hour }) => row(id, hour)));
        const received = decodeRequest(encodeRequest(sent));
        expect(received.count).toBe(list.length);
        for (const column of ['tweetIdLo', 'tweetIdHi', 'hourStartMs'] as const) {
          expect([...received[column]]).toEqual([...sent[column].subarray(0, list.length)]);
        }
      }),
    );
  });

  test('of a wrong length is refused', () => {
    const frame = encodeRequest(columnsOf([row(1n, 2), row(3n, 4)]));
    for (let length = 0; length < frame.length; length++) {
      expect(() => decodeRequest(frame.slice(0, length))).toThrow(/is not a multi-get/);
    }
    expect(() => decodeRequest(Uint8Array.of(...frame, 0))).toThrow(/is not a multi-get/);
  });
});

describe('an answer', () => {
  test('arrives as it was sent', () => {
    fc.assert(
      fc.property(answers, (list) => {
        const sent = {
          answer: Uint8Array.from(list, (one) => one.answer),
          counter: Uint32Array.from(list, (one) => one.counter),
          fingerprint: Int32Array.from(list, (one) => one.fingerprint),
        };
        expect(decodeResponse(encodeResponse(sent), list.length)).toEqual(sent);
      }),
    );
  });

  test('of a wrong length, or to another number of keys, is refused', () => {
    const frame = encodeResponse({
      answer: Uint8Array.of(1, 2),
      counter: Uint32Array.of(3, 4),
      fingerprint: Int32Array.of(5, 6),
    });
    for (let length = 0; length < frame.length; length++) {
      expect(() => decodeResponse(frame.slice(0, length), 2)).toThrow(/does not answer 2 keys/);
    }
    expect(() => decodeResponse(frame, 3)).toThrow(/does not answer 3 keys/);
    expect(() => decodeResponse(frame, 1)).toThrow(/does not answer 1 keys/);
  });
});
