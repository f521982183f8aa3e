/** The import statements of a TypeScript file, and the graph that relative ones make. */
import { posix } from 'node:path';
import { lineOf, scanSource } from './source-scan.ts';

export interface Import {
  specifier: string;
  /** Line of the specifier, from 1. */
  line: number;
  /** `type` imports leave nothing in the compiled file; `dynamic` ones load when they are reached. */
  kind: 'static' | 'type' | 'dynamic';
}

/** `import … from '…'`, `import '…'`, `export … from '…'`; the quotes' inside is blank in a scanned file. */
const STATEMENT = /^[ \t]*(?:import|export)\b(?<clause>[^'"`;=(]*)(?<quote>['"])(?<blanks> *)\k<quote>/gm;
const CALL = /\b(?:import|require)\s*\(\s*(?<quote>['"])(?<blanks> *)\k<quote>/g;

export function importsOf(text: string): Import[] {
  const { code } = scanSource(text);
  const found: Import[] = [];
  for (const statement of code.matchAll(STATEMENT)) {
    const clause = statement.groups?.clause ?? '';
    if (clause.trim() !== '' && !/\bfrom\s*$/.test(clause)) continue;
    const isType = /^\s*type\b(?!\s*,|\s+from\b)/.test(clause);
    found.push(importAt(text, statement, isType ? 'type' : 'static'));
  }
  for (const call of code.matchAll(CALL)) found.push(importAt(text, call, 'dynamic'));
  return found;
}

/** What a relative specifier means, as a path from the repository's root; undefined for packages and builtins. */
export function resolveImport(importer: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? posix.join(posix.dirname(importer), specifier) : undefined;
}

/** `@scope/name/deep` and `name/deep` without the deep; undefined for relative specifiers and node's builtins. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('node:')) return undefined;
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

/**
 * Cycles of static imports that are more than types, each once, as paths that end where they begin. Of cycles that
 * share files at least one is given. `files` are texts by path.
 */
export function importCycles(files: ReadonlyMap<string, string>): string[][] {
  const edges = new Map<string, string[]>();
  for (const [path, text] of files) {
    const targets = importsOf(text)
      .filter((found) => found.kind === 'static')
      .map((found) => resolveImport(path, found.specifier));
    edges.set(path, targets.filter((target) => target !== undefined && files.has(target)) as string[]);
  }
  const cycles: string[][] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): void => {
    const known = path.indexOf(file);
    if (known !== -1) cycles.push([...path.slice(known), file]);
    if (known !== -1 || done.has(file)) return;
    path.push(file);
    for (const target of edges.get(file) ?? []) visit(target);
    path.pop();
    done.add(file);
  };
  for (const file of files.keys()) visit(file);
  return cycles;
}

function importAt(text: string, found: RegExpExecArray, kind: Import['kind']): Import {
  const end = found.index + found[0].length - 1;
  const specifier = text.slice(end - (found.groups?.blanks ?? '').length, end);
  return { specifier, line: lineOf(text, end), kind };
}
