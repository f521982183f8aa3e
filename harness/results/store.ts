/**
 * Result files: written whole or not at all, checked on write and on read.
 */
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { z } from 'zod';
import { type Result, resultSchema, schemaVersion } from './schema.ts';

export const resultFileName = 'result.json';

/** A result file that cannot be used; the message says which, why, and what to do. */
export class ResultFileError extends Error {
  override readonly name = 'ResultFileError';
  readonly code: 'missing' | 'not-json' | 'schema-version' | 'invalid';

  constructor(code: ResultFileError['code'], message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/**
 * Writes `<directory>/result.json` and returns its path; a reader sees the old file or the new. Throws
 * `ResultFileError` if `result` is invalid.
 */
export async function writeResult(directory: string, result: Result): Promise<string> {
  const path = join(directory, resultFileName);
  const checked = resultSchema.safeParse(result);
  if (!checked.success) {
    throw new ResultFileError('invalid', `refused to write ${path}: ${problems(checked.error)}`, checked.error);
  }
  await mkdir(directory, { recursive: true });
  await writeAtomically(path, `${JSON.stringify(checked.data, null, 1)}\n`);
  return path;
}

/** Replaces a file as a whole: a temporary file beside it, then a rename. */
export async function writeAtomically(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Reads a result, by the path of the file or of the run's folder. Throws `ResultFileError`. */
export async function readResult(path: string): Promise<Result> {
  const file = await resultPath(path);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : String(error);
    throw new ResultFileError(
      'missing',
      `cannot read ${file}: ${why}; give a run's folder or its ${resultFileName}`,
      error,
    );
  }
  return parseResult(text, file);
}

function parseResult(text: string, file: string): Result {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ResultFileError('not-json', `${file} is not JSON (${why}); give a run's ${resultFileName}`, error);
  }
  checkVersion(json, file);
  const checked = resultSchema.safeParse(json);
  if (!checked.success)
    throw new ResultFileError('invalid', `${file} is no valid result: ${problems(checked.error)}`, checked.error);
  return checked.data;
}

/** Files of the same major version are read; fields that a later minor version added are ignored. */
function checkVersion(json: unknown, file: string): void {
  const version = typeof json === 'object' && json !== null && 'schemaVersion' in json ? json.schemaVersion : undefined;
  if (typeof version !== 'string') {
    throw new ResultFileError('invalid', `${file} has no schemaVersion: it is not a result of omegabench`);
  }
  if (major(version) === major(schemaVersion)) return;
  throw new ResultFileError(
    'schema-version',
    `${file} has schema version ${version}; this omegabench reads ${major(schemaVersion)}.x: ` +
      'run it again, or read it with the omegabench that wrote it',
  );
}

function major(version: string): string {
  return version.split('.')[0] ?? '';
}

async function resultPath(path: string): Promise<string> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return isFolder ? join(path, resultFileName) : path;
}

/**
 * The first problems, each with its path: `architectures.alpha.steady.freshnessMs.p50: expected number, received
 * string`.
 */
function problems(error: z.ZodError): string {
  const shown = error.issues.slice(0, 5).map((issue) => `${issue.path.join('.') || 'top level'}: ${issue.message}`);
  const more = error.issues.length - shown.length;
  return shown.join('; ') + (more > 0 ? `; and ${more} more` : '');
}
