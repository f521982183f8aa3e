/** Edits of compiled files: exactly one place, or nothing is run. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { applyEdit, EditError, misfits, withPatchedTree } from '../../../harness/mutants/tree.ts';

const edit = (find: string, replace: string) => ({ file: 'generators/random.ts', find, replace });

describe('an edit', () => {
  test('replaces the one place that it names, word for word', () => {
    expect(applyEdit('a < b; b < c;', edit('a < b', '$& <= $1'))).toBe('$& <= $1; b < c;');
  });

  test.each([
    ['is not there', 'x < b'],
    ['is there twice', '< '],
    ['is nothing', ''],
  ])('is refused if what it looks for %s', (_, find) => {
    expect(() => applyEdit('a < b; b < c;', edit(find, 'y'))).toThrow(EditError);
  });

  test('is refused if it changes nothing', () => {
    expect(() => applyEdit('a < b', edit('a', 'a'))).toThrow(/changes nothing/);
  });
});

describe('a patched tree', () => {
  const file = 'generators/random.js';
  const good = edit('export function mix32', 'export function /* patched */ mix32');

  test('has the edit, runs on its own and is gone afterwards', async () => {
    const seen = await withPatchedTree([good], async (folder) => {
      const { mix32 } = (await import(join(folder, file))) as { mix32: (x: number) => number };
      return { folder, text: await readFile(join(folder, file), 'utf8'), value: mix32(0) };
    });
    expect(seen.text).toContain('/* patched */');
    expect(seen.value).toBe(0);
    expect(existsSync(seen.folder)).toBe(false);
  });

  test('is not run if an edit does not fit, and is gone all the same', async () => {
    let ran = false;
    const work = async (): Promise<void> => {
      ran = true;
    };
    await expect(withPatchedTree([edit('no such text', '')], work)).rejects.toThrow(EditError);
    await expect(withPatchedTree([{ ...good, file: 'generators/none.ts' }], work)).rejects.toThrow(
      /not in the compiled/,
    );
    expect(ran).toBe(false);
  });

  test('all edits that do not fit are told at once', async () => {
    const reasons = await misfits([good, edit('no such text', ''), { ...good, file: 'generators/none.ts' }]);
    expect(reasons).toEqual([expect.stringContaining('0 times'), expect.stringContaining('generators/none.ts')]);
  });
});
