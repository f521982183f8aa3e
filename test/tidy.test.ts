/** This repository keeps to the house rules that a machine can check, and every rule finds planted faults. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { repositoryFiles } from './support/repository.ts';
import { withTemporaryDirectory } from './support/temporary-directory.ts';
import { TIDY_RULES, tidyOffenders } from './support/tidy-rules.ts';

const files = repositoryFiles();

describe('this repository', () => {
  test.each(TIDY_RULES.map((rule) => ({ rule, name: rule.name })))('$name', ({ rule }) => {
    expect(tidyOffenders(rule, files)).toEqual([]);
  });
});

// Put together, because a test may not name such a folder either.
const home = '/home'.concat('/someone');
const block = (lines: number, line = '  step();') => Array<string>(lines).fill(line).join('\n');

describe('planted faults', () => {
  // What the rule must find in one planted file; lines are counted from 1.
  test.each<[rule: RegExp, path: string, text: string, expected: string[]]>([
    [/at most 300 lines/, 'harness/a.ts', `${block(301, 'step();')}\n`, ['301 the last line']],
    [/at most 300 lines/, 'harness/a.ts', `${block(300, 'step();')}\n`, []],
    [/at most 300 lines/, 'harness/a.ts', `export interface A {\n${block(301, '  a: number;')}\n}\n`, []],
    [/at most 300 lines/, 'harness/a.ts', `/** @generated */\n${block(301, 'step();')}\n`, []],
    [/at most 300 lines/, 'docs/a.md', block(301), []],
    [/at most 120 characters/, 'test/a.ts', `a\n${'µ'.repeat(121)}`, ['2 121 characters']],
    [/at most 120 characters/, 'test/a.ts', '🙂'.repeat(120), []],
    [/opens with a comment/, 'harness/a.ts', '// what\n', ['1 no /** with a sentence at the top']],
    [/opens with a comment/, 'harness/a.ts', '/**\n * * What.\n */\n', ['1 no /** with a sentence at the top']],
    [/opens with a comment/, 'harness/a.ts', '/**\n * What.\n */\n', []],
    [/opens with a comment/, 'harness/a.ts', '/** What. */\n', []],
    [/opens with a comment/, 'harness/a.ts', '#!/usr/bin/env node\n/** What. */\n', []],
    [/opens with a comment/, 'harness/a.ts', '#!/usr/bin/env node\nmain();\n', ['1 no /** with a sentence at the top']],
    [/opens with a comment/, 'test/a.ts', 'export {};\n', []],
    [
      /left to be done/,
      'harness/a.ts',
      "a(); // TODO\nconst b = 'TODO';\n/* XXX */\nFIXME();",
      ['4 FIXME', '1 TODO', '3 XXX'],
    ],
    [/left to be done/, 'harness/a.ts', '// a TODOLIST is a word\n', []],
    [
      /focused or skipped/,
      'test/a.test.ts',
      "test.only('a', f);\ndescribe.skip.each([])",
      ['1 test.only', '2 describe.skip'],
    ],
    [
      /focused or skipped/,
      'test/a.test.ts',
      '(linux ? test : test.skip)(name, f);\nfit(name, f);',
      ['1 test.skip', '2 fit('],
    ],
    [/focused or skipped/, 'test/a.test.ts', 'reader.skip(1);\nbenefit(1);', []],
    [/not silenced/, 'harness/a.ts', 'const a = b as any;\n// @ts-ignore\nc();', ['1 as any', '2 @ts-ignore']],
    [/not silenced/, 'harness/a.ts', '// as any other\nconst ts = "@ts-ignore";', []],
    [
      /time and chance/,
      'harness/a.ts',
      'Date.now();\nMath.random;\nnew Date();',
      ['1 Date.now', '2 Math.random', '3 new Date()'],
    ],
    [
      /time and chance/,
      'harness/a.ts',
      'performance.now();\nprocess.hrtime.bigint();',
      ['1 performance.now', '2 hrtime'],
    ],
    [/time and chance/, 'harness/a.ts', '// Date.now\nnew Date(timeMs); "Math.random"', []],
    [/time and chance/, 'substrates/clock.ts', 'Date.now();', []],
    [/somebody’s machine/, 'docs/a.md', `see\n${home}/a.md`, [`2 ${home}/a.md`]],
    [/somebody’s machine/, 'docs/a.md', `see https://example.org${home}, ./root${'/a'} and ~${home}`, []],
    [
      /names no registry/,
      'package-lock.json',
      '{\n "resolved": "https://r.example/a"\n}',
      ['2 "resolved": "https://r.example/a"'],
    ],
    [/names no registry/, 'package-lock.json', '{ "resolved": "vendor/canvas", "url": "https://example.org" }', []],
    [/names no registry/, '.npmrc', 'audit=false\nregistry=https://r.example/', ['2 registry=https://r.example/']],
  ])('%s: %s', (name, path, text, expected) => {
    const rule = TIDY_RULES.filter((candidate) => name.test(candidate.name));
    expect(rule).toHaveLength(1);
    const found = rule.flatMap((one) => tidyOffenders(one, [{ path, text }]));
    expect(found).toEqual(expected.map((offence) => `${path}:${offence}`));
  });

  test.each([
    ['function f(a: number): Map<string, Set<number>> {', '}'],
    ['  async *deleteHour(hour: number): AsyncGenerator<void> {', '  }'],
    ['export const f = (a: string): { b: number; c: string } => {', '};'],
    ['const f = async <T>(make: () => Promise<T>) => {', '};'],
    ['function f(\n  a: { b: number },\n): (() => void) | undefined {', '}'],
    ['  get size(): number {', '  }'],
    ["test('a', async () => {", '});'],
    ['function f(x: unknown): x is Error {', '}'],
    ['  get notes(): readonly { count: number }[] {', '  }'],
    ['const text = `${rows.map((row) => {', '}).join()}`;'],
  ])('long functions are found: %s', (head, end) => {
    const longFunctions = TIDY_RULES.filter(({ name }) => name.startsWith('a function'));
    const offences = (lines: number) => {
      const text = `a();\n${head}\n${block(lines - head.split('\n').length - 1)}\n${end}\nb();`;
      return longFunctions.flatMap((rule) => tidyOffenders(rule, [{ path: 'harness/a.ts', text }]));
    };
    expect(offences(60)).toEqual([]);
    expect(offences(61)).toEqual([expect.stringMatching(/^harness\/a\.ts:\d+ 61 lines/)]);
  });

  test.each([
    ['a class with short methods', `class A extends B {\n${block(40, '  f(): void {\n    g();\n  }')}\n}`],
    ['a suite of tests', `describe('a', () => {\n${block(70)}\n});\nfunction describeLog() {\n${block(70)}\n}`],
    [
      'control statements',
      `if (a) {\n${block(70)}\n} else if (b) {\n${block(70)}\n}\nfor (const a of b) {\n${block(70)}\n}`,
    ],
    ['an object after a conditional call', `const a = b ? c(d) : {\n${block(70, '  e,')}\n};`],
    ['a template after a conditional call', `const a = b ? c(d) : \`\${[\n${block(70, '  e,')}\n]}\`;`],
    ['braces in literals', `function f() {\n  return '{' + /[/{]{2}/.source + \`{\`;\n}\n${block(70)}\n}`],
  ])('long texts that are no long functions: %s', (_, text) => {
    const longFunctions = TIDY_RULES.filter(({ name }) => name.startsWith('a function'));
    expect(longFunctions.flatMap((rule) => tidyOffenders(rule, [{ path: 'test/a.ts', text }]))).toEqual([]);
  });
});

describe('the files of a repository', () => {
  test('are its text files, without what is ignored, foreign or binary', async () => {
    const tracked = ['.ci/run', '.npmrc', 'a.md', 'harness/b/c.ts', 'results/README.md', 'results/schema/d.json'];
    const others = [
      '.git/config',
      '.hidden/a',
      'dist/a.js',
      'node_modules/a/b.js',
      'a.log',
      'results/run/a.md',
      'results/a.md',
    ];
    const paths = await withTemporaryDirectory((directory) => {
      for (const path of [...tracked, ...others, 'image.png']) {
        mkdirSync(dirname(join(directory, path)), { recursive: true });
        writeFileSync(join(directory, path), path === 'image.png' ? Uint8Array.of(137, 80, 0, 1) : path);
      }
      return repositoryFiles(directory).map(({ path, text }) => [path, text]);
    });
    expect(paths).toEqual(tracked.map((path) => [path, path]));
  });

  test('of this one include those that the rules are about', () => {
    const paths = files.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining(['package-lock.json', '.npmrc', '.ci/run', 'substrates/clock.ts', 'test/tidy.test.ts']),
    );
  });
});
