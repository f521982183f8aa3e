/**
 * Folders that are fetched once. A folder is filled under another name and renamed when it is whole, so that what
 * bears its name is complete, whatever was killed.
 */
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** In every folder: what it was made from. */
const RECIPE = 'recipe.txt';

/**
 * Path of `<cache>/<name>` made by `fill` from this recipe: at once if it is there, else when `fill` has filled it. A
 * folder of another recipe is replaced.
 */
export async function cachedFolder(
  cache: string,
  name: string,
  recipe: string,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const path = join(cache, name);
  if ((await recipeOf(path)) === recipe) return path;
  await mkdir(cache, { recursive: true });
  const part = await mkdtemp(join(cache, `.${name}-`));
  try {
    await fill(part);
    await writeFile(join(part, RECIPE), recipe);
    await replace(path, part, recipe);
  } finally {
    await rm(part, { recursive: true, force: true });
  }
  return path;
}

/** Another command may have put its own there meanwhile, which is as good. */
async function replace(path: string, part: string, recipe: string): Promise<void> {
  if ((await recipeOf(path)) === recipe) return;
  await rm(path, { recursive: true, force: true });
  try {
    await rename(part, path);
  } catch (error) {
    if ((await recipeOf(path)) !== recipe) throw error;
  }
}

async function recipeOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(join(path, RECIPE), 'utf8');
  } catch {
    return undefined;
  }
}
