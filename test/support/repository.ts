/** The files of this repository, as a test reads them: those that git would track, without needing git. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface RepositoryFile {
  /** From the repository's root, with forward slashes. */
  path: string;
  text: string;
}

/** What git ignores, and what is not ours. Of the results only the documented and the reference ones are tracked. */
const IGNORED_FOLDERS = new Set(['node_modules', 'dist', 'coverage', 'target']);
const TRACKED_DOT_FOLDERS = new Set(['.ci']);
const TRACKED_RESULTS = new Set(['README.md', 'schema', 'reference']);

/** Every text file, sorted by path. A file is text if it has no NUL byte in its first 8,000. */
export function repositoryFiles(root = repositoryRoot()): RepositoryFile[] {
  return listPaths(root, root)
    .sort()
    .map((path) => ({ path: relative(root, path).split(sep).join('/'), bytes: readFileSync(path) }))
    .filter(({ bytes }) => !bytes.subarray(0, 8000).includes(0))
    .map(({ path, bytes }) => ({ path, text: bytes.toString('utf8') }));
}

/** The TypeScript files among them, of our own layers. */
export function isSource(path: string): boolean {
  return path.endsWith('.ts') && /^(generators|substrates|architectures|harness|test)\//.test(path);
}

/** The nearest folder above this file that has a package.json: compiled tests lie deeper than their sources. */
function repositoryRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!readdirSync(folder).includes('package.json')) folder = dirname(folder);
  return folder;
}

function listPaths(folder: string, root: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return isTrackedFolder(entry.name, folder, root) ? listPaths(path, root) : [];
    const ignored =
      entry.name.endsWith('.log') || (folder === join(root, 'results') && !TRACKED_RESULTS.has(entry.name));
    return entry.isFile() && !ignored ? [path] : [];
  });
}

function isTrackedFolder(name: string, parent: string, root: string): boolean {
  if (parent === join(root, 'results')) return TRACKED_RESULTS.has(name);
  return name.startsWith('.') ? TRACKED_DOT_FOLDERS.has(name) : !IGNORED_FOLDERS.has(name);
}
