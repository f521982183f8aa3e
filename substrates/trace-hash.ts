/**
 * A running 64-bit hash of what happens in a simulated world, in its order. Two lanes of 32 bits, each a chain of
 * `mix32`; not cryptographic, and not meant to be.
 */
import { mix32 } from '../generators/random.ts';

/** At hand: in the contexts that tests run in, every look at a global is slow. */
const { imul } = Math;

export class TraceHash {
  readonly #float = new Float64Array(1);
  readonly #words = new Uint32Array(this.#float.buffer);
  /** Hashes of short texts, which come again and again. */
  readonly #known = new Map<string, number>();
  #low = 0x9e3779b1;
  #high = 0x7feb352d;
  #folded = 0;

  /** How many values were folded in. */
  get folded(): number {
    return this.#folded;
  }

  number(value: number): void {
    this.#float[0] = value;
    this.#fold(mix32((this.#words[0] as number) ^ imul(this.#words[1] as number, 0x85ebca6b)));
  }

  text(text: string): void {
    if (text.length > 40) {
      this.#fold(hashOf(text));
      return;
    }
    let hash = this.#known.get(text);
    if (hash === undefined) {
      hash = hashOf(text);
      this.#known.set(text, hash);
    }
    this.#fold(hash);
  }

  /** 16 hexadecimal digits. */
  toString(): string {
    return [this.#high, this.#low].map((lane) => (lane >>> 0).toString(16).padStart(8, '0')).join('');
  }

  #fold(word: number): void {
    this.#folded += 1;
    this.#low = mix32(this.#low ^ word);
    this.#high = mix32(imul(this.#high, 0x9e3779b1) ^ word ^ this.#low);
  }
}

/** FNV-1a over UTF-16 units (Fowler, Noll, Vo; public domain). */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}
