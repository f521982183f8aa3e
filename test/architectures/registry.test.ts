import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import {
  architectureNames,
  architectures,
  DeclarationError,
  findArchitecture,
  loadArchitecture,
  parseDeclaration,
} from '../../architectures/registry.ts';
import { declarationSchema } from '../../substrates/declaration.ts';
import { withTemporaryDirectory } from '../support/temporary-directory.ts';

describe('the registry', () => {
  test('is what the folder holds: one file for each architecture, named as it', async () => {
    const folder = fileURLToPath(new URL('../../architectures/', import.meta.url));
    const found: string[] = [];
    for (const file of readdirSync(folder).filter((name) => /\.[jt]s$/.test(name))) {
      const module = (await import(join(folder, file))) as { default?: { name: string } };
      if (module.default === undefined) continue;
      expect(file.replace(/\.[jt]s$/, '')).toBe(module.default.name);
      found.push(module.default.name);
    }
    expect([...architectureNames].sort()).toEqual(found.sort());
  });

  test('names the six of the talk in the talk’s order', () => {
    expect(architectureNames).toEqual(['batch', 'alpha', 'lambda', 'beta', 'omega', 'omega-prime']);
  });

  test('finds an architecture by its name and nothing by another', () => {
    expect(findArchitecture('omega')?.name).toBe('omega');
    expect(findArchitecture('gamma')).toBeUndefined();
  });

  test.each(architectures.map((declaration) => [declaration.name, declaration] as const))(
    '%s is the same after a way through JSON, and works',
    (_, declaration) => {
      const back: unknown = JSON.parse(JSON.stringify(declaration));
      expect(declarationSchema.parse(back)).toEqual(declaration);
      expect(parseDeclaration(back, 'JSON')).toEqual(declaration);
    },
  );
});

describe('a user’s file', () => {
  const loading = (text: string) =>
    withTemporaryDirectory((directory) => {
      const file = join(directory, 'mine.mjs');
      writeFileSync(file, text);
      return loadArchitecture(file);
    });

  test('is loaded, with defaults for what it leaves out', async () => {
    const loaded = await loading(`export default {
      name: 'mine', summary: 'My own.',
      stages: [{ kind: 'increment-store', store: 'serving' }],
      answer: { from: 'store', store: 'serving' },
    };`);
    expect(loaded).toEqual({
      name: 'mine',
      summary: 'My own.',
      stages: [
        {
          kind: 'increment-store',
          store: 'serving',
          aggregate: 'count',
          window: 'hour',
          increment: 'atomic',
          commit: 'after-write',
          maxBatchEvents: 1000,
        },
      ],
      answer: { from: 'store', store: 'serving' },
    });
  });

  test.each([
    ['export const mine = 1;', /mine\.mjs has no default export; export default \{ name/],
    ['export default {', /mine\.mjs cannot be loaded as a JavaScript module/],
    ['throw new Error("my own bug");', /cannot be loaded as a JavaScript module: my own bug/],
    [
      'export default { name: "Mine" };',
      /mine\.mjs does not declare an architecture: name: lower-case.*stages: .*answer: /,
    ],
  ])('%s is an error that says why', async (text, message) => {
    await expect(loading(text)).rejects.toThrow(DeclarationError);
    await expect(loading(text)).rejects.toThrow(message);
  });

  test('that does not exist is an error that names it', async () => {
    await expect(loadArchitecture('nowhere/mine.mjs')).rejects.toThrow(/mine\.mjs cannot be loaded/);
  });
});

describe('a declaration', () => {
  const increment = { kind: 'increment-store', store: 'serving' };
  const speed = { kind: 'increment-store', store: 'speed', deleteAfterPublishedHours: 2 };
  const batch = { kind: 'batch-job', store: 'serving' };
  const upsert = { kind: 'upsert', store: 'serving' };
  const window = { kind: 'window-state', keep: 'open', queryable: true, onClose: upsert };
  const all = { ...window, keep: 'all', onClose: { kind: 'nothing' } };
  const serving = { from: 'store', store: 'serving' };
  const parse = (stages: unknown[], answer: unknown) =>
    parseDeclaration({ name: 'mine', summary: 's', stages, answer }, 'mine');

  test.each<[what: string, stages: unknown[], answer: unknown, message: RegExp]>([
    ['no stages', [], serving, /stages: /],
    ['an unknown stage', [{ kind: 'join' }], serving, /stages\.0\.kind: /],
    ['a field that does not exist', [{ ...increment, batch: 5 }], serving, /stages\.0: .*batch/],
    ['a batch of no events', [{ ...increment, maxBatchEvents: 0 }], serving, /stages\.0\.maxBatchEvents: /],
    ['an unknown answer', [increment], { from: 'cache' }, /answer\.from: /],
    [
      'an answer from a store that nobody writes',
      [increment],
      { from: 'store', store: 'speed' },
      /speed store, but no stage/,
    ],
    ['an answer from state without state', [increment], { from: 'state' }, /no window-state stage is queryable/],
    [
      'an answer from state that is not queryable',
      [{ ...all, queryable: false }],
      { from: 'state' },
      /queryable: true/,
    ],
    [
      'state-then-store without a hand-over to that store',
      [all],
      { from: 'state-then-store', store: 'serving' },
      /serving store, but no stage writes to it/,
    ],
    [
      'published hours without a batch job',
      [increment],
      { from: 'published-hours', store: 'serving' },
      /add a batch-job/,
    ],
    [
      'published hours of another store',
      [{ ...batch, store: 'speed' }],
      { from: 'published-hours', store: 'serving' },
      /serving store, but no batch-job loads it/,
    ],
    [
      'batch over speed without a speed view',
      [batch],
      { from: 'batch-over-speed', batch: 'serving', speed: 'speed' },
      /speed store, but no/,
    ],
    ['deletion without a batch job', [speed], { from: 'store', store: 'speed' }, /add one, or leave it out/],
    [
      'deletion of what is answered from',
      [speed, batch],
      { from: 'store', store: 'speed' },
      /answer from batch-over-speed/,
    ],
    [
      'windows that nobody keeps',
      [{ ...window, onClose: { kind: 'nothing' } }],
      { from: 'state' },
      /forgets every count/,
    ],
    ['closed hours asked from state alone', [window], { from: 'state' }, /answer from state-then-store/],
    ['two writers of one store', [increment, batch], serving, /more than one stage writes to the serving store/],
    ['two states to ask', [all, all], { from: 'state' }, /more than one window-state stage is queryable/],
  ])('with %s is refused', (_, stages, answer, message) => {
    expect(() => parse(stages, answer)).toThrow(DeclarationError);
    expect(() => parse(stages, answer)).toThrow(message);
  });

  test('is told all that is wrong at once', () => {
    const parsing = () => parse([{ ...speed, store: 'serving' }], { from: 'state-then-store', store: 'speed' });
    expect(parsing).toThrow(/mine declares an architecture that cannot work: .*queryable.*speed store.*batch-job/);
  });

  test.each<[what: string, stages: unknown[], answer: unknown]>([
    ['all windows kept and exported as well', [{ ...all, onClose: upsert }], { from: 'state' }],
    [
      'all windows kept and asked before the store',
      [{ ...all, onClose: upsert }],
      { from: 'state-then-store', store: 'serving' },
    ],
    [
      'a window beside a batch job',
      [{ ...window, onClose: { kind: 'upsert', store: 'speed' } }, batch],
      { from: 'published-hours', store: 'serving' },
    ],
  ])('with %s is accepted', (_, stages, answer) => {
    expect(parse(stages, answer).stages).toHaveLength(stages.length);
  });
});
