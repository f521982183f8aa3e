/**
 * The house rules that a machine can check. A rule looks at one file and names each offence with its line; it reads no
 * file itself, so that it can be shown planted faults.
 */
import { functionsOf } from './function-lengths.ts';
import { isSource, type RepositoryFile } from './repository.ts';
import { lineOf, type ScannedSource, scanSource } from './source-scan.ts';

const MAX_FILE_LINES = 300;
const MAX_FUNCTION_LINES = 60;
const MAX_LINE_LENGTH = 120;

export interface TidyRule {
  /** What holds when nobody offends. */
  name: string;
  appliesTo(path: string): boolean;
  /** `line what` for each offence. */
  offences(file: RepositoryFile): string[];
}

/** A file of one of the four layers, tests not included. */
function isProduct(path: string): boolean {
  return isSource(path) && !path.startsWith('test/');
}

/** Only types and imports begin a line at the left margin. */
function isTypesOnly(code: string): boolean {
  return !/^(?!import\b|export (?:type|interface)\b|interface\b|type\b|[\s})\]|]|$)/m.test(code);
}

const scans = new Map<string, ScannedSource>();

/** Scans each text once, however many rules ask. */
function scanned(text: string): ScannedSource {
  let scan = scans.get(text);
  if (scan === undefined) {
    scan = scanSource(text);
    scans.set(text, scan);
  }
  return scan;
}

/** An offence for every match of `pattern` in `view`. */
function matches(view: string, pattern: RegExp): string[] {
  return [...view.matchAll(pattern)].map((found) => `${lineOf(view, found.index)} ${found[0].trim()}`);
}

export const TIDY_RULES: readonly TidyRule[] = [
  {
    name: `a source file has at most ${MAX_FILE_LINES} lines, unless it holds only types or is generated`,
    appliesTo: isSource,
    offences({ text }) {
      const lines = text.replace(/\n$/, '').split('\n').length;
      const { code, comments } = scanned(text);
      if (lines <= MAX_FILE_LINES || isTypesOnly(code) || comments.includes('@generated')) return [];
      return [`${lines} the last line`];
    },
  },
  {
    name: `a line of source has at most ${MAX_LINE_LENGTH} characters`,
    appliesTo: isSource,
    offences({ text }) {
      // A text that a person will read is not broken for the sake of its line.
      const lengths = text
        .split('\n')
        .map((line, index) => ({ number: index + 1, length: [...withoutTexts(line)].length }));
      return lengths
        .filter(({ length }) => length > MAX_LINE_LENGTH)
        .map(({ number, length }) => `${number} ${length} characters`);
    },
  },
  {
    name: `a function has at most ${MAX_FUNCTION_LINES} lines; a suite of tests is no function`,
    appliesTo: isSource,
    offences({ path, text }) {
      const isSuite = (head: string) => path.startsWith('test/') && /\bdescribe|\btest\(/.test(head);
      return functionsOf(scanned(text).code)
        .filter(({ lines, head }) => lines > MAX_FUNCTION_LINES && !isSuite(head))
        .map(({ line, lines }) => `${line} ${lines} lines: ${(text.split('\n')[line - 1] ?? '').trim()}`);
    },
  },
  {
    name: 'a source file of a layer opens with a comment that says what it is',
    appliesTo: isProduct,
    offences: ({ text }) =>
      /^(?:#!.*\n)?\/\*\*(?:\n \*)? [^*\s]/.test(text) ? [] : ['1 no /** with a sentence at the top'],
  },
  {
    name: 'nothing is left to be done in comments or names',
    appliesTo: isSource,
    offences({ text }) {
      const { code, comments } = scanned(text);
      const marks = /\b(?:TODO|FIXME|XXX)\b/g;
      return [...matches(code, marks), ...matches(comments, marks)];
    },
  },
  {
    name: 'no test is focused or skipped',
    // Tests that need a server are skipped in one place, and CI counts that as a failure.
    appliesTo: (path) => path.startsWith('test/') && isSource(path) && path !== 'test/support/real-servers.ts',
    offences({ text }) {
      const focused =
        /\b(?:test|it|describe)(?:\.\w+)*\.(?:only|skip|todo)\b|\b(?:fit|fdescribe|xit|xtest|xdescribe)\s*\(/g;
      return matches(scanned(text).code, focused);
    },
  },
  {
    name: 'the type checker is not silenced',
    appliesTo: isSource,
    offences({ text }) {
      const { code, comments } = scanned(text);
      return [...matches(code, /\bas any\b/g), ...matches(comments, /@ts-(?:ignore|expect-error|nocheck)\b/g)];
    },
  },
  {
    name: 'time and chance come from the injected clock and seed',
    appliesTo: (path) => isSource(path) && path !== 'substrates/clock.ts',
    offences({ text }) {
      const ambient = /\bDate\.now\b|\bMath\.random\b|\bperformance\.now\b|\bhrtime\b|\bnew Date\(\s*\)/g;
      return matches(scanned(text).code, ambient);
    },
  },
  {
    name: 'no file names a path of somebody’s machine',
    appliesTo: () => true,
    offences: ({ text }) => matches(text, /(?<![\w.~*-])\/(?:work|root|home)\/[^\s'"`)]*/g),
  },
  {
    name: 'the lock file names no registry',
    appliesTo: (path) => path === 'package-lock.json' || path === '.npmrc',
    offences({ path, text }) {
      if (path === '.npmrc') return matches(text, /^.*(?:registry\s*=|_auth|\/\/).*$/gm);
      // A package's own folder is resolved to a relative path; `funding` and the like hold addresses of people.
      return matches(text, /"resolved": "(?:[a-z+]+:|\/)[^"]*"/g);
    },
  },
];

/** Every offence against a rule, as `path:line what`. */
export function tidyOffenders(rule: TidyRule, files: readonly RepositoryFile[]): string[] {
  return files
    .filter(({ path }) => rule.appliesTo(path))
    .flatMap((file) => rule.offences(file).map((offence) => `${file.path}:${offence}`));
}

/** The line with its string literals empty. */
function withoutTexts(line: string): string {
  return line.replaceAll(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`/g, "''");
}
