/** Frames of the queryable-state protocol, byte for byte, and in whatever pieces they come. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  FrameError,
  RequestFrames,
  ResponseReader,
} from '../../../../../substrates/stream-engine/flink/queryable-state/frames.ts';
import { frame, requestOf, resultFrame } from './frame-bytes.ts';

const JOB = '000102030405060708090a0b0c0d0e0f';

function hex(text: string): Buffer {
  return Buffer.from(text.replace(/\/[^/]*\//g, '').replace(/\s/g, ''), 'hex');
}

describe('a request', () => {
  test('has the bytes that Flink’s own client sends', () => {
    const frames = new RequestFrames(JOB, 'window-0');
    const bytes = Buffer.alloc(frames.bytes + 3, 0xee);
    expect(frames.write(bytes, 2, 7, 0x99aabbcc, 0x01020304)).toBe(frames.bytes + 2);
    expect(bytes).toEqual(
      hex(
        `eeee /length 62/ 0000003e /version/ 79a1b710 /request/ 00000000 /id/ 0000000000000007 /job/ ${JOB}` +
          '/name/ 00000008 77696e646f772d30 /hash: 99aabbcc xor 01020304/ 98a8b8c8 /key and namespace/ 0000000a' +
          '0102030499aabbcc 2a 00 ee',
      ),
    );
  });

  test('carries any key', () => {
    const frames = new RequestFrames(JOB, 'a state');
    fc.assert(
      fc.property(fc.nat(0xffffffff), fc.nat(0xffffffff), fc.nat(0xffffffff), (id, lo, hi) => {
        const bytes = Buffer.alloc(frames.bytes);
        frames.write(bytes, 0, id, lo, hi);
        expect(requestOf(bytes.subarray(4))).toEqual({
          id: BigInt(id),
          job: JOB,
          state: 'a state',
          hash: lo ^ hi,
          key: BigInt.asIntN(64, (BigInt(hi) << 32n) | BigInt(lo)),
        });
      }),
    );
  });

  test.each(['', 'a job', JOB.toUpperCase(), `${JOB}0`])('is for a job, and %j is no id of one', (job) => {
    expect(() => new RequestFrames(job, 'counts')).toThrow(/32 hexadecimal digits/);
  });
});

function frameOf({ type, id, body }: { type: number; id: number; body: string }): Buffer {
  if (type === 1) return resultFrame(BigInt(id), Buffer.from(body));
  const head = Buffer.alloc(type === 2 ? 8 : 0);
  if (type === 2) head.writeBigInt64BE(BigInt(id));
  return frame(type, Buffer.concat([head, Buffer.from(body)]));
}

/** What a reader hands on, as texts. */
function heardFrom(chunks: readonly Buffer[]): string[] {
  const heard: string[] = [];
  const text = (bytes: Buffer, at: number, length: number) => bytes.toString('latin1', at, at + length);
  const reader = new ResponseReader({
    result: (id, bytes, at, length) => heard.push(`result ${id} ${text(bytes, at, length)}`),
    failure: (id, bytes, at, length) => heard.push(`failure ${id} ${text(bytes, at, length)}`),
    serverFailure: (bytes, at, length) => heard.push(`server failure ${text(bytes, at, length)}`),
  });
  for (const chunk of chunks) reader.push(chunk);
  return heard;
}

describe('answers', () => {
  test('are read from bytes written by hand', () => {
    const bytes = hex(
      '00000017 79a1b710 00000001 0000000000000005 00000003 616263' +
        '00000011 79a1b710 00000002 0000000000000006 ac' +
        '00000009 79a1b710 00000003 ac',
    );
    expect(heardFrom([bytes])).toEqual(['result 5 abc', 'failure 6 \xac', 'server failure \xac']);
  });

  test('are the same in whatever pieces they come', () => {
    const body = fc.string({ unit: 'binary-ascii', maxLength: 9000 });
    const answer = fc.record({ type: fc.constantFrom(1, 2, 3), id: fc.nat(0xffffffff), body });
    fc.assert(
      fc.property(fc.array(answer, { maxLength: 12 }), fc.array(fc.integer({ min: 1, max: 300 })), (answers, cuts) => {
        const bytes = Buffer.concat(answers.map(frameOf));
        const chunks: Buffer[] = [];
        for (let cut = 0, at = 0; at < bytes.length; cut++) {
          const to = at + (cuts[cut] ?? 1000);
          chunks.push(bytes.subarray(at, to));
          at = to;
        }
        const names = ['', 'result', 'failure'];
        const expected = answers.map(({ type, id, body }) =>
          type === 3 ? `server failure ${body}` : `${names[type]} ${id} ${body}`,
        );
        expect(heardFrom(chunks)).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  test.each<[what: string, bytes: Buffer, message: RegExp]>([
    ['HTTP', Buffer.from('HTTP/1.1 400 Bad Request\r\n'), /not the queryable-state protocol/],
    ['a frame shorter than its header', hex('00000004 79a1b710'), /not the queryable-state protocol/],
    ['another version', hex('00000014 79a1b711 00000001 0000000000000005 00000000'), /another version/],
    ['a request', frame(0, hex('0000000000000005 00000000')), /type 0 is not known/],
    ['a value that ends too soon', frame(1, hex('0000000000000005 00000002 61')), /not as long as its frame/],
    ['a value of negative length', frame(1, hex('0000000000000005 ffffffff')), /not as long as its frame/],
    ['an answer to nobody', frame(1, hex('00000005')), /shorter than its header/],
  ])('%s is no answer', (_, bytes, message) => {
    expect(() => heardFrom([bytes])).toThrow(FrameError);
    expect(() => heardFrom([bytes])).toThrow(message);
  });
});
