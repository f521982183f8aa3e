/** Checks names that a command takes against those that there are. */
import { nearest } from '../config/suggest.ts';
import { BenchError } from './bench-error.ts';

/** Throws `BenchError` for the first that is none; `where` is the flag or the word of the usage. */
export function checkNames(given: readonly string[], known: readonly string[], noun: string, where: string): void {
  for (const name of given) {
    if (known.includes(name)) continue;
    const meant = nearest(name, known);
    throw new BenchError(
      'OB_UNKNOWN_NAME',
      `${where}: there is no ${noun} '${name}'`,
      `${meant === undefined ? '' : `Did you mean ${meant}? `}There are ${known.join(', ')}.`,
    );
  }
}
