/**
 * Where a setting was said, so that a message can name it the way its author wrote it: a flag on the command line, or a
 * key in a config file with its line.
 */

export interface Source {
  /** The setting as it was said: `--rate 60M`, or `rate: 60M (bench.yaml, line 3)`. */
  said(value: string): string;
  /** The setting as it could be said instead: `--rate 50M`, or `rate: 50M`. */
  instead(value: string): string;
  /** Its name alone: `--rate`, or `rate (bench.yaml, line 3)`. */
  readonly name: string;
}

/** Where an option was said; undefined if it was left to its default. */
export type SourceOf = (flag: string) => Source | undefined;

export function flagSource(flag: string): Source {
  return {
    name: `--${flag}`,
    said: (value) => `--${flag} ${quoted(value)}`,
    instead: (value) => `--${flag} ${quoted(value)}`,
  };
}

export function fileSource(key: string, file: string, line: number): Source {
  const place = `(${file}, line ${line})`;
  return {
    name: `${key} ${place}`,
    said: (value) => `${key}: ${value} ${place}`,
    instead: (value) => `${key}: ${value}`,
  };
}

/** As it would have to be typed: an empty value or one with blanks needs quotes to be seen. */
function quoted(value: string): string {
  return /^[^\s'"]+$/.test(value) ? value : JSON.stringify(value);
}
