/**
 * The scripts of the page, as text: Chart.js as it comes, and our own modules (which import nothing but each other)
 * joined into one.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const ownModules = ['../format.js', '../charts/chart-config.js', './browser.js'];

/** Chart.js, the UMD build that defines the global `Chart`. */
export async function chartLibrary(): Promise<string> {
  const folder = dirname(createRequire(import.meta.url).resolve('chart.js'));
  return withoutSourceMap(await readFile(join(folder, 'chart.umd.min.js'), 'utf8'));
}

/** The compiled modules that run in the browser, as one function of their own scope. */
export async function pageScript(): Promise<string> {
  const texts = await Promise.all(ownModules.map((path) => readFile(new URL(path, import.meta.url), 'utf8')));
  return `(() => {\n'use strict';\n${texts.map(asScript).join('\n')}\n})();`;
}

/** A module whose imports are already in scope. */
function asScript(module: string): string {
  return withoutSourceMap(module)
    .replace(/^import .*;$/gm, '')
    .replace(/^export \{.*\};?$/gm, '')
    .replace(/^export /gm, '');
}

function withoutSourceMap(code: string): string {
  return code.replace(/^\/\/# sourceMappingURL=.*$/gm, '').trim();
}
