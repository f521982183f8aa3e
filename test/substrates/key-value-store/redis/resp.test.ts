import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { KeySpace } from '../../../../substrates/key-value-store/redis/key-space.ts';
import type { Reply } from '../../../../substrates/key-value-store/redis/lane.ts';
import { RespParser } from '../../../../substrates/key-value-store/redis/resp-parser.ts';
import { RespWriter } from '../../../../substrates/key-value-store/redis/resp-writer.ts';

/** A reply as the server writes it. */
function encode(reply: Reply): string {
  if (reply === null) return '$-1\r\n';
  if (reply instanceof Error) return `-${reply.message}\r\n`;
  if (typeof reply === 'number') return `:${reply}\r\n`;
  if (typeof reply === 'string')
    return reply === 'QUEUED' ? '+QUEUED\r\n' : `$${Buffer.byteLength(reply)}\r\n${reply}\r\n`;
  return `*${reply.length}\r\n${reply.map(encode).join('')}`;
}

const { reply: anyReply } = fc.letrec<{ reply: Reply }>((tie) => ({
  reply: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.maxSafeInteger(),
    fc.constant<Reply>('QUEUED'),
    fc.constant<Reply>(null),
    fc.constantFrom<Reply>(new Error('OOM command not allowed'), new Error('ERR x')),
    fc.array(tie('reply'), { maxLength: 4 }),
  ),
}));

function parse(chunks: readonly Buffer[]): Reply[] {
  const replies: Reply[] = [];
  const parser = new RespParser((reply) => void replies.push(reply));
  for (const chunk of chunks) parser.push(chunk);
  return replies;
}

describe('replies', () => {
  test('are the same however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(anyReply, { maxLength: 6 }), fc.array(fc.nat(), { maxLength: 12 }), (replies, cuts) => {
        const bytes = Buffer.from(replies.map(encode).join(''));
        const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
        const chunks = places.slice(1).map((end, i) => bytes.subarray(places[i] as number, end));
        expect(parse(chunks)).toEqual(replies);
      }),
      { numRuns: 500 },
    );
  });

  test('come as soon as they are whole, byte by byte too', () => {
    const bytes = Buffer.from('+OK\r\n+QUEUED\r\n*2\r\n:-12\r\n*-1\r\n$0\r\n\r\n*0\r\n-ERR no\r\n');
    const replies = parse(Array.from(bytes, (byte) => Buffer.of(byte)));
    expect(replies).toEqual(['OK', 'QUEUED', [-12, null], '', [], new Error('ERR no')]);
  });

  test('of another protocol are refused', () => {
    expect(() => parse([Buffer.from('HTTP/1.1 400 Bad Request\r\n')])).toThrow(/is this a Redis server/);
  });
});

describe('commands', () => {
  test('are arrays of strings with their lengths in bytes', () => {
    const writer = new RespWriter();
    writer.command('SET', ['ä', '']);
    expect(Buffer.from(writer.take()).toString()).toBe('*3\r\n$3\r\nSET\r\n$2\r\nä\r\n$0\r\n\r\n');
    expect(writer.take()).toHaveLength(0);
  });

  test('an increment is an HINCRBY of a 64-bit field by a 64-bit number', () => {
    const lane = fc.integer({ min: 0, max: 0xffffffff });
    fc.assert(
      fc.property(lane, lane, fc.integer(), lane, (hi, lo, fingerprint, counter) => {
        const key = new KeySpace('p').counter(0, lo, hi);
        const [written, expected] = [new RespWriter(), new RespWriter()];
        written.increment(key, hi, lo, fingerprint, counter);
        const id = BigInt.asIntN(64, (BigInt(hi) << 32n) | BigInt(lo));
        expected.command('HINCRBY', [key.text, `${id}`, `${(BigInt(fingerprint) << 32n) + BigInt(counter)}`]);
        expect(Buffer.from(written.take()).toString()).toBe(Buffer.from(expected.take()).toString());
      }),
    );
  });

  test('the buffer grows with what is staged, and nothing is lost', () => {
    const writer = new RespWriter();
    const key = new KeySpace('p').counter(0, 1, 0);
    let expected = '';
    for (let i = 0; i < 5000; i++) {
      writer.increment(key, 0, 1, 0, 1);
      expected += `*4\r\n$7\r\nHINCRBY\r\n$${key.text.length}\r\n${key.text}\r\n$1\r\n1\r\n$1\r\n1\r\n`;
    }
    expect(Buffer.from(writer.take()).toString()).toBe(expected);
  });
});
