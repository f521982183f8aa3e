/** The codecs of record batches: what goes in comes out, and what Java's snappy wrote is read. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compressSync } from 'snappy';
import { CODEC_NUMBERS, codecOf, gzip, loadCodec } from '../../../../substrates/event-log/kafka/compression.ts';

const COMPRESSING = Object.entries(CODEC_NUMBERS).filter(([name]) => name !== 'none');

describe('codecs', () => {
  test.each(COMPRESSING)('%s gives back any bytes, and makes repeated ones fewer', async (_name, number) => {
    await loadCodec(number);
    const codec = codecOf(number);
    if (codec === undefined) throw new Error('not loaded');
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 2000 }), (bytes) => {
        expect(new Uint8Array(codec.decompress(codec.compress(bytes)))).toEqual(bytes);
      }),
    );
    const zeros = new Uint8Array(200_000);
    const packed = codec.compress(zeros);
    expect(packed.length).toBeLessThan(20_000);
    expect(new Uint8Array(codec.decompress(packed))).toEqual(zeros);
  });

  test.each(COMPRESSING)('%s refuses damaged bytes', async (_name, number) => {
    await loadCodec(number);
    expect(() => codecOf(number)?.decompress(Uint8Array.of(250, 251, 252, 253, 254))).toThrow();
  });

  test('gzip of the other client is the same codec', async () => {
    await loadCodec(CODEC_NUMBERS.gzip);
    const bytes = Uint8Array.of(1, 2, 3);
    expect(new Uint8Array(codecOf(CODEC_NUMBERS.gzip)?.decompress(await gzip(bytes)) ?? [])).toEqual(bytes);
  });

  test('snappy in Java’s framing is put together from its blocks, and refused where one is cut', async () => {
    await loadCodec(CODEC_NUMBERS.snappy);
    const framed = (...blocks: Uint8Array[]) =>
      Buffer.concat([
        Buffer.from('82534e4150505900', 'hex'),
        Buffer.from('0000000100000001', 'hex'),
        ...blocks.flatMap((block) => {
          const length = Buffer.alloc(4);
          length.writeInt32BE(block.length);
          return [length, block];
        }),
      ]);
    const bytes = framed(compressSync(Buffer.from('im')), compressSync(Buffer.from('pressions')));
    const codec = codecOf(CODEC_NUMBERS.snappy);
    expect(Buffer.from(codec?.decompress(bytes) ?? []).toString()).toBe('impressions');
    expect(() => codec?.decompress(bytes.subarray(0, -1))).toThrow(/cut short/);
  });

  test('a codec that Kafka does not have is an error, and none is no codec', async () => {
    await expect(loadCodec(5)).rejects.toThrow(/codec 5/);
    expect(() => codecOf(5)).toThrow(/codec 5/);
    expect(codecOf(CODEC_NUMBERS.none)).toBeUndefined();
  });
});
