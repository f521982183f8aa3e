/**
 * A prepared trace on disk: columns of typed arrays, one file each, in the byte order of this machine, and the
 * dictionary of ids. It lives in the folder of one run and is read by the processes of that run only, so it has no
 * header, version or checksum.
 *
 *     partition-<p>.ids        u32  dense id of each impression, from 1 in order of first sight
 *     partition-<p>.times      f64  its event time
 *     partition-<p>.arrivals   f64  its scheduled arrival
 *     dictionary.text               spellings in UTF-8, one after another
 *     dictionary.ends          f64  where the spelling of id i + 1 ends in dictionary.text
 */
import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const BUFFERED_ROWS = 1 << 14;
/** Most bytes that one read is asked for; the system takes less than 2 GiB. */
const READ_BYTES = 1 << 28;

export function columnPath(directory: string, partition: number, column: 'ids' | 'times' | 'arrivals'): string {
  return join(directory, `partition-${partition}.${column}`);
}

export const dictionaryPaths = (directory: string) => ({
  text: join(directory, 'dictionary.text'),
  ends: join(directory, 'dictionary.ends'),
});

/** Appends numbers to a column file through a buffer. */
export class ColumnWriter {
  readonly #descriptor: number;
  readonly #buffer: Uint32Array | Float64Array;
  #used = 0;

  constructor(path: string, kind: 'u32' | 'f64') {
    this.#descriptor = openSync(path, 'w');
    this.#buffer = kind === 'u32' ? new Uint32Array(BUFFERED_ROWS) : new Float64Array(BUFFERED_ROWS);
  }

  push(value: number): void {
    if (this.#used === BUFFERED_ROWS) this.#flush();
    this.#buffer[this.#used++] = value;
  }

  close(): void {
    this.#flush();
    closeSync(this.#descriptor);
  }

  #flush(): void {
    const { buffer, BYTES_PER_ELEMENT } = this.#buffer;
    writeWhole(this.#descriptor, new Uint8Array(buffer, 0, this.#used * BYTES_PER_ELEMENT));
    this.#used = 0;
  }
}

/** Gives ids their dense numbers, and writes the dictionary. */
export class DictionaryWriter {
  readonly #ends: ColumnWriter;
  readonly #descriptor: number;
  /** A Map holds 2^24 entries; one after another is filled, so that all but giant traces need one look-up. */
  readonly #maps: Map<string, number>[] = [new Map()];
  #chunks: Uint8Array[] = [];
  #chunkBytes = 0;
  #textBytes = 0;
  #size = 0;

  constructor(directory: string) {
    const paths = dictionaryPaths(directory);
    this.#descriptor = openSync(paths.text, 'w');
    this.#ends = new ColumnWriter(paths.ends, 'f64');
  }

  /** Number of ids so far. */
  get size(): number {
    return this.#size;
  }

  /** The dense number of an id, from 1. */
  intern(id: string): number {
    for (const map of this.#maps) {
      const known = map.get(id);
      if (known !== undefined) return known;
    }
    return this.#add(id);
  }

  close(): void {
    this.#flush();
    closeSync(this.#descriptor);
    this.#ends.close();
  }

  #add(id: string): number {
    const bytes = Buffer.from(id);
    this.#size++;
    if (this.#size > 0xffffffff) throw new RangeError('a trace may have at most 4,294,967,295 distinct tweets');
    let map = this.#maps.at(-1) as Map<string, number>;
    if (map.size >= 1 << 24) {
      map = new Map();
      this.#maps.push(map);
    }
    // A string of its own: `id` may be a slice that would keep the text around it in memory.
    map.set(bytes.toString(), this.#size);
    this.#chunks.push(bytes);
    this.#chunkBytes += bytes.length;
    this.#textBytes += bytes.length;
    this.#ends.push(this.#textBytes);
    if (this.#chunkBytes > 1 << 16) this.#flush();
    return this.#size;
  }

  #flush(): void {
    writeWhole(this.#descriptor, Buffer.concat(this.#chunks));
    this.#chunks = [];
    this.#chunkBytes = 0;
  }
}

function writeWhole(descriptor: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
}

export function readU32Column(path: string): Uint32Array {
  return new Uint32Array(readWhole(path));
}

export function readF64Column(path: string): Float64Array {
  return new Float64Array(readWhole(path));
}

/** The whole file; `readFile` stops at 2 GiB. */
function readWhole(path: string): ArrayBuffer {
  const descriptor = openSync(path, 'r');
  try {
    const bytes = new Uint8Array(fstatSync(descriptor).size);
    for (let done = 0; done < bytes.length; ) {
      const read = readSync(descriptor, bytes, done, Math.min(READ_BYTES, bytes.length - done), done);
      if (read === 0) throw new Error(`${path} was cut while it was read; the run's folder must be left alone`);
      done += read;
    }
    return bytes.buffer;
  } finally {
    closeSync(descriptor);
  }
}

/** Spells dense ids again. */
export class Dictionary {
  readonly #text: Buffer;
  readonly #ends: Float64Array;

  constructor(directory: string) {
    const paths = dictionaryPaths(directory);
    this.#text = Buffer.from(readWhole(paths.text));
    this.#ends = readF64Column(paths.ends);
  }

  /** The spelling of an id, or undefined if the trace has no such id. */
  spell(id: number): string | undefined {
    const end = this.#ends[id - 1];
    if (end === undefined) return undefined;
    return this.#text.toString('utf8', id === 1 ? 0 : (this.#ends[id - 2] as number), end);
  }
}
