/**
 * The codecs of record batches, by Kafka's numbers. Each is loaded when it is first needed. Snappy is written as one
 * raw block, which all clients read, and read in Java's framing too.
 */
import { promisify } from 'node:util';
import zlib from 'node:zlib';

export const CODEC_NUMBERS = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const;

export interface Codec {
  compress(bytes: Uint8Array): Uint8Array;
  /** Error if the bytes are damaged. */
  decompress(bytes: Uint8Array): Uint8Array;
}

/** The impressions of a stream repeat little: more effort costs much and gains little. */
const GZIP_LEVEL = 1;
const ZSTD_LEVEL = 1;

const LOADERS: Readonly<Record<number, () => Promise<Codec>>> = {
  1: async () => ({
    compress: (bytes) => zlib.gzipSync(bytes, { level: GZIP_LEVEL }),
    decompress: (bytes) => zlib.unzipSync(bytes),
  }),
  2: async () => {
    const { compressSync, uncompressSync } = await import('snappy');
    const uncompress = (bytes: Uint8Array): Uint8Array => uncompressSync(bytes) as Uint8Array;
    return {
      compress: (bytes) => compressSync(bytes),
      decompress: (bytes) => (isXerial(bytes) ? fromXerial(bytes, uncompress) : uncompress(bytes)),
    };
  },
  3: async () => {
    const { compressFrameSync, decompressFrameSync } = await import('lz4-napi');
    return {
      compress: (bytes) => compressFrameSync(bufferOf(bytes)),
      decompress: (bytes) => decompressFrameSync(bufferOf(bytes)),
    };
  },
  4: async () => {
    const zstd = await import('@bokuweb/zstd-wasm');
    await zstd.init();
    return { compress: (bytes) => zstd.compress(bytes, ZSTD_LEVEL), decompress: (bytes) => zstd.decompress(bytes) };
  },
};

const loaded = new Map<number, Codec>();

/** Makes `codecOf` know the codec. Error if Kafka has no codec of that number. */
export async function loadCodec(number: number): Promise<void> {
  if (number === CODEC_NUMBERS.none || loaded.has(number)) return;
  const load = LOADERS[number];
  if (load === undefined) throw new RangeError(`codec ${number} of a record batch is not known`);
  loaded.set(number, await load());
}

/** A loaded codec; undefined for `none`. */
export function codecOf(number: number): Codec | undefined {
  if (number === CODEC_NUMBERS.none) return undefined;
  const codec = loaded.get(number);
  if (codec === undefined) throw new RangeError(`codec ${number} of a record batch is not loaded`);
  return codec;
}

/** A gzip that lets other work go on, for the client that compresses asynchronously. */
export async function gzip(bytes: Uint8Array): Promise<Uint8Array> {
  return promisify<Uint8Array, zlib.ZlibOptions, Uint8Array>(zlib.gzip)(bytes, { level: GZIP_LEVEL });
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Java's snappy: this magic, two versions, then blocks with a length each. */
const XERIAL = [0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0];
const XERIAL_HEADER_BYTES = 16;

function isXerial(bytes: Uint8Array): boolean {
  return XERIAL.every((byte, i) => bytes[i] === byte);
}

function fromXerial(bytes: Uint8Array, uncompress: (block: Uint8Array) => Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const blocks: Uint8Array[] = [];
  for (let at = XERIAL_HEADER_BYTES; at < bytes.length; ) {
    const end = at + 4 + view.getInt32(at);
    if (end <= at || end > bytes.length) throw new RangeError('a snappy block is cut short');
    blocks.push(uncompress(bytes.subarray(at + 4, end)));
    at = end;
  }
  return Buffer.concat(blocks);
}
