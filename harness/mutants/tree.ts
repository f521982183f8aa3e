/**
 * A copy of the compiled tree in a temporary folder, with the edits of one mutant in it. The packages are the
 * repository's own, by a link; tests and source maps are left out.
 */

import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Edit } from './mutant.ts';

/** The folder of compiled files that this module runs from. */
export const COMPILED = fileURLToPath(new URL('../../', import.meta.url));

/** An edit that does not fit the compiled file: the suite, not the checks, is at fault. */
export class EditError extends Error {
  override readonly name = 'EditError';
}

/** Runs `work` in a patched copy of the compiled tree, and removes the copy. Error: `EditError`. */
export async function withPatchedTree<T>(edits: readonly Edit[], work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'omegabench-mutant-'));
  try {
    await cp(COMPILED, folder, { recursive: true, filter: isNeeded });
    const repository = repositoryOf(COMPILED);
    await cp(join(repository, 'package.json'), join(folder, 'package.json'));
    await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'));
    for (const edit of edits) await patch(folder, edit);
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Says of every edit that does not fit the compiled tree why not. */
export async function misfits(edits: readonly Edit[]): Promise<string[]> {
  const reasons: string[] = [];
  for (const edit of edits) {
    try {
      applyEdit(await compiledText(COMPILED, edit), edit);
    } catch (error) {
      if (!(error instanceof EditError)) throw error;
      reasons.push(error.message);
    }
  }
  return reasons;
}

/** `text` with the one occurrence of `find` replaced. Error: `EditError` if there is none, or more than one. */
export function applyEdit(text: string, { file, find, replace }: Edit): string {
  const places = text.split(find).length - 1;
  if (find === '' || places !== 1) {
    throw new EditError(`${file}: ${JSON.stringify(find)} is there ${places} times, not once; adapt the mutant`);
  }
  if (find === replace) throw new EditError(`${file}: the edit changes nothing; adapt the mutant`);
  return text.replace(find, () => replace);
}

async function patch(folder: string, edit: Edit): Promise<void> {
  await writeFile(compiledPath(folder, edit), applyEdit(await compiledText(folder, edit), edit));
}

function compiledText(folder: string, edit: Edit): Promise<string> {
  return readFile(compiledPath(folder, edit), 'utf8').catch(() => {
    throw new EditError(`${edit.file} is not in the compiled tree; adapt the mutant`);
  });
}

function compiledPath(folder: string, { file }: Edit): string {
  return join(folder, file.replace(/\.ts$/, '.js'));
}

function isNeeded(path: string): boolean {
  return !path.endsWith('.map') && relative(COMPILED, path).split('/')[0] !== 'test';
}

function repositoryOf(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, 'package.json'))) return at;
    if (dirname(at) === at) throw new Error(`${folder} lies in no package`);
  }
}
