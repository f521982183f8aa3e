/**
 * Live progress on stderr. On a terminal one line that moves, within 80 columns and redrawn at most ten times a second;
 * elsewhere (a pipe, a log of CI) one line per phase with the seconds since the start, because a moving line is garbage
 * there.
 */
import type { Clock } from '../../substrates/clock.ts';
import type { ProgressSink } from '../run/progress-sink.ts';

/** The part of a stream that progress needs; `process.stderr` is one. */
export interface ProgressStream {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

export interface Progress extends ProgressSink {
  /** Takes the moving line away, so that something else can be printed. */
  close(): void;
}

/** The sink that suits the stream. */
export function createProgress(stream: ProgressStream, clock: Clock): Progress {
  return stream.isTTY === true ? new TerminalProgress(stream, clock) : new LineProgress(stream, clock);
}

const MOST_COLUMNS = 80;
const REDRAW_MS = 100;
const BAR_CELLS = 10;
const CLEAR_LINE = '\r\u001b[K';

class TerminalProgress implements Progress {
  readonly #stream: ProgressStream;
  readonly #clock: Clock;
  readonly #startMs: number;
  #phase = '';
  #line = '';
  #drawnAtMs = Number.NEGATIVE_INFINITY;

  constructor(stream: ProgressStream, clock: Clock) {
    this.#stream = stream;
    this.#clock = clock;
    this.#startMs = clock.nowMs();
  }

  phase(name: string, detail: string): void {
    this.#phase = detail === '' ? name : `${name}: ${detail}`;
    this.#draw(this.#phase);
  }

  update(progress: { text: string; fraction?: number }): void {
    if (this.#clock.nowMs() - this.#drawnAtMs < REDRAW_MS) return;
    const bar = progress.fraction === undefined ? '' : ` ${barOf(progress.fraction)}`;
    this.#draw(`${this.#phase}${bar} ${progress.text}`);
  }

  warn(text: string): void {
    this.#print(`warning: ${text}`);
  }

  done(text: string): void {
    const line = `${elapsed(this.#clock.nowMs() - this.#startMs)} ${text}`;
    this.#line = '';
    this.#print(line);
  }

  close(): void {
    if (this.#line !== '') this.#stream.write(CLEAR_LINE);
    this.#line = '';
  }

  /** A line that stays, above the one that moves; one write, so that nothing flickers. */
  #print(text: string): void {
    this.#stream.write(`${CLEAR_LINE}${oneLine(text)}\n${this.#line}`);
  }

  #draw(text: string): void {
    const nowMs = this.#clock.nowMs();
    // A line as wide as the terminal would wrap, and then a carriage return goes to the wrong line.
    const width = Math.min(MOST_COLUMNS, this.#stream.columns ?? MOST_COLUMNS) - 1;
    this.#line = truncated(`${elapsed(nowMs - this.#startMs)} ${oneLine(text)}`, width);
    this.#drawnAtMs = nowMs;
    this.#stream.write(`\r${this.#line}\u001b[K`);
  }
}

class LineProgress implements Progress {
  readonly #stream: ProgressStream;
  readonly #clock: Clock;
  readonly #startMs: number;

  constructor(stream: ProgressStream, clock: Clock) {
    this.#stream = stream;
    this.#clock = clock;
    this.#startMs = clock.nowMs();
  }

  phase(name: string, detail: string): void {
    this.#print(detail === '' ? name : `${name}: ${detail}`);
  }

  update(): void {}

  warn(text: string): void {
    this.#print(`warning: ${text}`);
  }

  done(text: string): void {
    this.#print(text);
  }

  close(): void {}

  #print(text: string): void {
    this.#stream.write(`${elapsed(this.#clock.nowMs() - this.#startMs)} ${oneLine(text)}\n`);
  }
}

/** `[  12.3s]` */
function elapsed(ms: number): string {
  return `[${(ms / 1000).toFixed(1).padStart(6)}s]`;
}

function barOf(fraction: number): string {
  const cells = Math.round(Math.min(1, Math.max(0, fraction)) * BAR_CELLS);
  return `[${'#'.repeat(cells)}${'.'.repeat(BAR_CELLS - cells)}]`;
}

function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not reach the terminal
  return text.replace(/[\u0000-\u001f\u007f]+/g, ' ');
}

function truncated(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
}
