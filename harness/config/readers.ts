/**
 * How the text of a setting becomes its value. A reader checks form and range and throws a `BenchError` that names what
 * was said, what is allowed, and a way out.
 */
import { BenchError } from '../cli/bench-error.ts';
import { RANGES, type RangedSetting, type Settings, ZIPF_EXPONENT_RANGE } from './run-config.ts';
import type { Source } from './source.ts';
import { nearest } from './suggest.ts';
import type { Quantity } from './units.ts';

/** Names that exist; whoever starts a run knows them, the configuration does not. */
export interface KnownNames {
  architectures: readonly string[];
  faults: readonly string[];
}

/** Reads the texts that were given (more than one only where an option is repeatable) into settings. */
export type OptionReader = (texts: readonly string[], source: Source, known: KnownNames) => Settings;

/**
 * A number in a quantity's notation and in the range, which is the setting's if nothing is said. `unit` follows numbers
 * in messages.
 */
export function numeric(
  setting: RangedSetting,
  quantity: Quantity,
  unit?: string,
  range: readonly [number, number] = RANGES[setting],
): OptionReader {
  return (texts, source) => {
    const text = only(texts, source);
    const value = quantity.parse(text);
    if (value === undefined) {
      throw new BenchError(
        'OB_BAD_VALUE',
        `${source.said(text)} is not ${quantity.noun}`,
        `Write ${quantity.notation}.`,
      );
    }
    const [least, greatest] = range;
    if (value >= least && value <= greatest) return { [setting]: value };
    const bounds = `${quantity.format(least)} to ${quantity.format(greatest)}${unit === undefined ? '' : ` ${unit}`}`;
    const bound = quantity.format(value < least ? least : greatest);
    throw new BenchError(
      'OB_OUT_OF_RANGE',
      `${source.said(text)} is out of range: ${bounds} is allowed`,
      `Try ${source.instead(bound)}, the ${value < least ? 'least' : 'greatest'} that is allowed.`,
    );
  };
}

/** One of a few words. */
export function enumeration<K extends keyof Settings>(
  setting: K,
  choices: readonly (Settings[K] & string)[],
): OptionReader {
  return (texts, source) => {
    const text = only(texts, source);
    const found = choices.find((word) => word === text);
    if (found !== undefined) return { [setting]: found };
    throw new BenchError(
      'OB_BAD_VALUE',
      `${source.said(text)} is not one of ${listed(choices)}`,
      suggestion(source, nearest(text, choices)) ??
        `Write ${choices.map((word) => source.instead(word)).join(' or ')}.`,
    );
  };
}

/** On or off; the command line says it with the flag alone or with `--no-` before it. */
export function choice(setting: 'quick' | 'json' | 'rungs' | 'ownsServers'): OptionReader {
  return (texts, source) => {
    const text = only(texts, source);
    if (text === 'true' || text === 'false') return { [setting]: text === 'true' };
    throw new BenchError(
      'OB_BAD_VALUE',
      `${source.said(text)} is neither true nor false`,
      `Write ${source.instead('true')} or ${source.instead('false')}.`,
    );
  };
}

/** A path, taken as it is; relative ones start in the folder where the command runs. */
export function name(setting: 'architectureFiles' | 'out' | 'exportCounts' | 'trace' | 'faultPlan'): OptionReader {
  return (texts, source) => {
    const empty = texts.find((text) => text.trim() === '');
    if (empty !== undefined || texts.length === 0) {
      throw new BenchError('OB_BAD_VALUE', `${source.name} was given without a path`, `Write a path after it.`);
    }
    if (setting === 'architectureFiles') return { architectureFiles: [...texts] };
    const file = only(texts, source);
    return setting === 'trace' ? { trace: { file } } : { [setting]: file };
  };
}

/** A comma list of known names; `none`, if given, is a word for the empty list and stands alone. */
export function names(
  setting: 'architectures' | 'faults',
  noun: string,
  knownNames: (known: KnownNames) => readonly string[],
  none?: 'none',
): OptionReader {
  return (texts, source, known) => {
    const text = texts.join(',');
    const all = knownNames(known);
    const listed = text.split(',').map((word) => word.trim());
    if (none !== undefined && listed.length === 1 && listed[0] === none) return { [setting]: none };
    listed.forEach((word, i) => {
      if (!all.includes(word)) throw unknownName(word, noun, all, source, none);
      if (listed.indexOf(word) < i) {
        throw new BenchError('OB_BAD_VALUE', `${source.said(text)} names ${word} twice`, `Name each ${noun} once.`);
      }
    });
    return { [setting]: listed };
  };
}

function unknownName(word: string, noun: string, all: readonly string[], source: Source, none?: string): BenchError {
  if (word === none) {
    return new BenchError(
      'OB_BAD_VALUE',
      `${source.name} has '${none}' among other names`,
      `Write ${source.instead(none)} alone, or leave it out.`,
    );
  }
  const what = word === '' ? `${source.name} has an empty name in it` : `${source.name}: there is no ${noun} '${word}'`;
  const meant = word === '' ? undefined : nearest(word, all);
  const known = `There ${all.length === 1 ? 'is' : 'are'} ${all.join(', ')}`;
  const file = noun === 'architecture' ? ' (an architecture of your own: --architecture FILE)' : '';
  return new BenchError(
    'OB_UNKNOWN_NAME',
    what,
    `${meant === undefined ? '' : `Did you mean ${meant}? `}${known}${file}.`,
  );
}

/** `zipf`, `zipf:EXPONENT` or `uniform`. */
export const skew: OptionReader = (texts, source) => {
  const text = only(texts, source);
  if (text === 'uniform') return { skew: { kind: 'uniform' } };
  if (text === 'zipf') return { skew: { kind: 'zipf', exponent: 1 } };
  const exponent = /^zipf:(\d+(?:\.\d+)?)$/.exec(text)?.[1];
  if (exponent === undefined) {
    throw new BenchError(
      'OB_BAD_VALUE',
      `${source.said(text)} is no law of popularity`,
      `Write ${source.instead('zipf')}, ${source.instead('zipf:1.2')} or ${source.instead('uniform')}.`,
    );
  }
  const [least, greatest] = ZIPF_EXPONENT_RANGE;
  if (Number(exponent) >= least && Number(exponent) <= greatest) {
    return { skew: { kind: 'zipf', exponent: Number(exponent) } };
  }
  throw new BenchError(
    'OB_OUT_OF_RANGE',
    `${source.said(text)} is out of range: exponents of ${least} to ${greatest} are allowed`,
    Number(exponent) < least
      ? `Try ${source.instead('uniform')}, which is the law for an exponent of 0.`
      : `Try ${source.instead(`zipf:${greatest}`)}, the greatest that is allowed.`,
  );
};

/** The one text of an option that is given once. */
export function only(texts: readonly string[], source: Source): string {
  const [text, second] = texts;
  if (text !== undefined && second === undefined) return text;
  throw new BenchError('OB_BAD_VALUE', `${source.name} was given ${texts.length} times`, 'Give it once.');
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

function suggestion(source: Source, meant: string | undefined): string | undefined {
  return meant === undefined ? undefined : `Did you mean ${source.instead(meant)}?`;
}
