/** Random draws for one purpose under one seed, one after another: the same sequence in every process. */
import { mix32, streamKey } from '../../generators/random.ts';

export class Draws {
  readonly #key: number;
  #drawn = 0;

  /** Draws of different purposes have nothing to do with each other. */
  constructor(seed: number, purpose: string) {
    let hash = 0;
    for (const letter of purpose) hash = mix32(hash ^ (letter.codePointAt(0) as number));
    this.#key = streamKey(seed, 0, hash);
  }

  /** In [0, 1). */
  unit(): number {
    this.#drawn += 1;
    return (mix32(mix32(this.#drawn) ^ this.#key) >>> 0) / 4294967296;
  }

  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.unit() * (most - least + 1));
  }

  /** As `whole`, but every order of magnitude is as likely as the next; `least` at least 1. */
  magnitude(least: number, most: number): number {
    return Math.min(most, Math.floor(least * ((most + 1) / least) ** this.unit()));
  }

  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  pick<T>(from: readonly T[]): T {
    if (from.length === 0) throw new RangeError('there is nothing to pick from');
    return from[this.whole(0, from.length - 1)] as T;
  }
}
