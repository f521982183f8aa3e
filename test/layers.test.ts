/** The layers of this repository keep to their rule, and the checker that says so finds planted faults. */
import { describe, expect, test } from '@jest/globals';
import { importCycles, importsOf, packageOf } from './support/imports.ts';
import { layerOffenders } from './support/layer-rules.ts';
import { isSource, repositoryFiles } from './support/repository.ts';

const sources = new Map(
  repositoryFiles()
    .filter(({ path }) => isSource(path))
    .map(({ path, text }) => [path, text]),
);

/** Offenders among files that import the given specifiers, one line each. */
function offendersOf(files: Record<string, readonly string[]>): string[] {
  const texts = Object.entries(files).map(([path, specifiers]): [string, string] => [
    path,
    specifiers.map((specifier) => `import { x } from '${specifier}';`).join('\n'),
  ]);
  return layerOffenders(new Map(texts));
}

describe('this repository', () => {
  test('has files in every layer', () => {
    const layers = new Set([...sources.keys()].map((path) => path.split('/')[0]));
    expect([...layers].sort()).toEqual(['architectures', 'generators', 'harness', 'substrates', 'test']);
  });

  test('keeps to the rule of layers', () => {
    expect(layerOffenders(sources)).toEqual([]);
  });

  test('has imports that the checker sees', () => {
    const registry = importsOf(sources.get('architectures/registry.ts') ?? '').map((found) => found.specifier);
    expect(registry).toEqual(expect.arrayContaining(['node:url', '../substrates/declaration.ts', './alpha.ts']));
  });
});

describe('the rule of layers', () => {
  test('lets a layer import itself and those below it', () => {
    const files = {
      'generators/a.ts': ['./b.ts', 'node:fs', 'zod'],
      'substrates/log/a.ts': ['../clock.ts', '../../generators/a.ts'],
      'architectures/a.ts': ['../substrates/declaration.ts', './b.ts'],
      'harness/run/a.ts': ['../../generators/a.ts', '../../substrates/a.ts', '../../architectures/a.ts', '../cli/b.ts'],
      'test/harness/a.test.ts': ['../../harness/run/a.ts', '../support/b.ts', '../../generators/a.ts'],
    };
    expect(offendersOf(files)).toEqual([]);
  });

  test.each([
    ['generators/a.ts', '../substrates/clock.ts'],
    ['generators/a.ts', '../harness/b.ts'],
    ['substrates/log/a.ts', '../../architectures/b.ts'],
    ['substrates/a.ts', '../harness/b.ts'],
    ['architectures/a.ts', '../generators/b.ts'],
    ['architectures/a.ts', '../harness/b.ts'],
    ['harness/run/a.ts', '../../test/support/b.ts'],
    ['harness/a.ts', '../node_modules/b/index.js'],
    ['tools/a.ts', './b.ts'],
  ])('refuses %s that imports %s', (importer, specifier) => {
    expect(offendersOf({ [importer]: ['node:fs', specifier] })).toEqual([expect.stringContaining(`${importer}:2 `)]);
  });

  test('counts types, re-exports, side effects and lazy imports as imports', () => {
    const files = new Map([
      ['generators/type.ts', "import type { X } from '../harness/x.ts';"],
      ['generators/export.ts', "export { x } from '../harness/x.ts';"],
      ['generators/effect.ts', "import '../harness/x.ts';"],
      ['generators/lazy.ts', "const x = await import('../harness/x.ts');"],
      ['generators/long.ts', "import {\n  a,\n  b,\n} from '../harness/x.ts';"],
    ]);
    expect(layerOffenders(files).map((offender) => offender.split(' ')[0])).toEqual([
      'generators/type.ts:1',
      'generators/export.ts:1',
      'generators/effect.ts:1',
      'generators/lazy.ts:1',
      'generators/long.ts:4',
    ]);
  });

  test('does not take comments, strings and templates for imports', () => {
    const text = [
      "// import { x } from '../harness/x.ts';",
      "/** import { x } from '../harness/x.ts'; */",
      `const a = "import { x } from '../harness/x.ts';";`,
      'const b = `',
      "import { x } from '../harness/x.ts';",
      '`;',
      "export const from = '../harness/x.ts';",
      "export type From = '../harness/x.ts';",
      "export default '../harness/x.ts';",
    ].join('\n');
    expect(layerOffenders(new Map([['generators/a.ts', text]]))).toEqual([]);
  });
});

describe('third-party clients', () => {
  test('are welcome in their home and in its tests', () => {
    const files = {
      'substrates/key-value-store/lmdb/store.ts': ['lmdb'],
      'substrates/event-log/kafka/a.ts': ['kafkajs'],
      'substrates/key-value-store/redis/a.ts': ['ioredis'],
      'test/substrates/key-value-store/cassandra/a.test.ts': ['cassandra-driver'],
      'test/substrates/key-value-store/lmdb/store.test.ts': ['lmdb'],
      'harness/report/charts/images.ts': ['chartjs-node-canvas', '@napi-rs/canvas'],
      'harness/cli/parser.ts': ['yargs', 'yargs/helpers'],
      'harness/config/file.ts': ['yaml'],
    };
    expect(offendersOf(files)).toEqual([]);
  });

  test.each([
    ['substrates/key-value-store/other.ts', 'lmdb'],
    ['substrates/key-value-store/lmdb-helper.ts', 'lmdb'],
    ['harness/run/a.ts', 'chartjs-node-canvas'],
    ['harness/run/a.ts', '@napi-rs/canvas/node-canvas'],
    ['harness/run/a.ts', 'yargs/helpers'],
    ['harness/cli/a.ts', 'yaml'],
    ['substrates/event-log/files/a.ts', 'kafkajs'],
    ['substrates/key-value-store/cassandra/a.ts', 'ioredis'],
    ['harness/doctor/a.ts', 'cassandra-driver'],
  ])('are refused elsewhere: %s and %s', (importer, specifier) => {
    expect(offendersOf({ [importer]: [specifier] })).toHaveLength(1);
  });

  test('are known by their package, whatever is imported from it', () => {
    expect(packageOf('@scope/name/deep/file.js')).toBe('@scope/name');
    expect(packageOf('name/deep')).toBe('name');
    expect(packageOf('node:fs')).toBeUndefined();
    expect(packageOf('./name')).toBeUndefined();
  });
});

describe('import cycles', () => {
  test('are found between two files and over several', () => {
    const files = new Map([
      ['generators/a.ts', "import { b } from './b.ts';"],
      ['generators/b.ts', "import { c } from './c.ts';\nimport { d } from './d.ts';"],
      ['generators/c.ts', "export * from './a.ts';"],
      ['generators/d.ts', "import './b.ts';"],
    ]);
    expect(importCycles(files)).toEqual([
      ['generators/a.ts', 'generators/b.ts', 'generators/c.ts', 'generators/a.ts'],
      ['generators/b.ts', 'generators/d.ts', 'generators/b.ts'],
    ]);
    expect(layerOffenders(files)).toHaveLength(2);
  });

  test('do not count two ways to one file, types, or what is loaded lazily', () => {
    const files = new Map([
      ['generators/a.ts', "import { b } from './b.ts';\nimport { c } from './c.ts';"],
      ['generators/b.ts', "import { c } from './c.ts';\nimport type { A } from './a.ts';"],
      ['generators/c.ts', "export const a = () => import('./a.ts');"],
    ]);
    expect(importCycles(files)).toEqual([]);
  });

  test('count an import whose names are types one by one: its file is loaded all the same', () => {
    const files = new Map([
      ['generators/a.ts', "import { type B } from './b.ts';"],
      ['generators/b.ts', "import { a } from './a.ts';"],
    ]);
    expect(importCycles(files)).toHaveLength(1);
  });
});
