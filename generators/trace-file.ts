/**
 * Reads a trace file, `tweetId,eventTimeMs` as CSV or NDJSON, line by line with little memory. The format is told by
 * the extension (.csv; .ndjson, .jsonl), else by the first line; gzip by its first two bytes, whatever the name. Any
 * string is an id; in NDJSON an id may be a whole number of any size and keeps its spelling, because JSON numbers lose
 * digits beyond 2^53. Blank lines are skipped.
 *
 * What is not a trace is refused with the file, the line, what was expected and what was found.
 */
import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { parseCsvLine, parseNdjsonLine, type TraceRow } from './trace-line.ts';

/** Longest line that is read: more is not a trace. */
const MAX_LINE_BYTES = 1 << 20;
const CHUNK_BYTES = 1 << 18;
const NEWLINE = 10;
const EXTENSIONS = /\.(csv|ndjson|jsonl)(\.gz)?$/i;

/** What is wrong with a trace; the message names the file and, where there is one, the line (from 1). */
export class TraceError extends Error {
  override readonly name = 'TraceError';
  readonly file: string;
  readonly line: number | undefined;

  constructor(file: string, line: number | undefined, problem: string, options?: ErrorOptions) {
    super(`trace ${file}${line === undefined ? '' : `, line ${line}`}: ${problem}`, options);
    this.file = file;
    this.line = line;
  }
}

/** Called for each impression in file order with the file's line, from 1. */
export type TraceVisitor = (tweetId: string, eventTimeMs: number, line: number) => void;

/** Reads the whole trace; returns the number of impressions, at least 1. Rejects with `TraceError`. */
export async function readTrace(file: string, visit: TraceVisitor): Promise<number> {
  const parser = new TraceParser(file, visit);
  try {
    const zipped = await isGzip(file);
    const bytes: Readable = createReadStream(file, { highWaterMark: CHUNK_BYTES });
    const source = zipped ? bytes.pipe(createGunzip({ chunkSize: CHUNK_BYTES })) : bytes;
    // A pipe does not hand errors on.
    if (zipped) bytes.on('error', (error) => source.destroy(error));
    for await (const chunk of source) parser.feed(chunk as Uint8Array);
  } catch (error) {
    throw error instanceof VisitorError ? error.cause : asTraceError(error, file, parser.lineReached);
  }
  return parser.end();
}

async function isGzip(file: string): Promise<boolean> {
  const handle: FileHandle = await open(file, 'r');
  try {
    const { bytesRead, buffer } = await handle.read(new Uint8Array(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle.close();
  }
}

/** Wraps what the visitor threw, which is none of the reader's business. */
class VisitorError extends Error {}

function asTraceError(error: unknown, file: string, line: number | undefined): TraceError {
  return error instanceof TraceError ? error : new TraceError(file, line, reasonOf(error), { cause: error });
}

function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const message = error instanceof Error ? error.message : String(error);
  if (code.startsWith('Z_')) return `the gzip data is damaged or cut short (${message})`;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EISDIR') return 'this is a directory, expected a file';
  return `cannot be read (${message})`;
}

/**
 * Cuts bytes into lines and lines into rows. Bytes are decoded in pieces of whole lines, so that a bad byte has a
 * line.
 */
class TraceParser {
  readonly #file: string;
  readonly #visit: TraceVisitor;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #parse: ((line: string) => TraceRow | string) | undefined;
  #line = 0;
  #rows = 0;
  /** The begin of a line whose end has not come. */
  #rest: Uint8Array = new Uint8Array(0);

  constructor(file: string, visit: TraceVisitor) {
    this.#file = file;
    this.#visit = visit;
    const extension = EXTENSIONS.exec(file)?.[1]?.toLowerCase();
    if (extension !== undefined) this.#parse = extension === 'csv' ? parseCsvLine : parseNdjsonLine;
  }

  /** The line that is being read, or undefined before the first. */
  get lineReached(): number | undefined {
    return this.#line === 0 && this.#rest.length === 0 ? undefined : this.#line + 1;
  }

  feed(chunk: Uint8Array): void {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    const rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const whole = end === 0 ? 0 : rest.length - (chunk.length - end);
    this.#takeLines(rest.subarray(0, whole));
    this.#rest = rest.subarray(whole);
    if (this.#rest.length > MAX_LINE_BYTES) {
      this.#fail(
        this.#line + 1,
        `expected lines of tweetId,eventTimeMs, found one of more than ${MAX_LINE_BYTES} bytes`,
      );
    }
  }

  end(): number {
    this.#takeLines(this.#rest);
    if (this.#rows === 0) {
      throw new TraceError(this.#file, undefined, 'expected at least one impression, found none: the trace is empty');
    }
    return this.#rows;
  }

  #takeLines(bytes: Uint8Array): void {
    const text = this.#decode(bytes);
    let from = this.#line === 0 && text.startsWith('\uFEFF') ? 1 : 0;
    while (from < text.length) {
      const newline = text.indexOf('\n', from);
      const to = newline < 0 ? text.length : newline;
      this.#take(text.slice(from, to > from && text[to - 1] === '\r' ? to - 1 : to));
      from = to + 1;
    }
  }

  #decode(bytes: Uint8Array): string {
    try {
      return this.#decoder.decode(bytes);
    } catch {
      let line = this.#line;
      for (let from = 0; from < bytes.length; ) {
        line++;
        const newline = bytes.indexOf(NEWLINE, from);
        const to = newline < 0 ? bytes.length : newline;
        if (!isUtf8(bytes.subarray(from, to))) break;
        from = to + 1;
      }
      this.#fail(line, 'expected UTF-8 text, found bytes that are not');
    }
  }

  #take(text: string): void {
    this.#line++;
    if (text.trim() === '') return;
    this.#parse ??= text.trimStart().startsWith('{') ? parseNdjsonLine : parseCsvLine;
    if (this.#line === 1 && this.#parse === parseCsvLine && isHeader(text)) return;
    const row = this.#parse(text);
    if (typeof row === 'string') this.#fail(this.#line, row);
    this.#rows++;
    try {
      this.#visit(row.tweetId, row.eventTimeMs, this.#line);
    } catch (cause) {
      throw new VisitorError('the visitor failed', { cause });
    }
  }

  #fail(line: number, problem: string): never {
    throw new TraceError(this.#file, line, problem);
  }
}

function isHeader(line: string): boolean {
  return /^\s*"?tweetId"?\s*,\s*"?eventTimeMs"?\s*$/i.test(line);
}
