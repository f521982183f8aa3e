/** The facts of `preflight` from the file system that the run will use. */
import { constants } from 'node:fs';
import { access, mkdir, mkdtemp, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FileSystemFacts } from './preflight.ts';

export const fileSystemFacts: FileSystemFacts = {
  async unreadable(path) {
    try {
      if (!(await stat(path)).isFile()) return 'it is not a file';
      await access(path, constants.R_OK);
      return undefined;
    } catch (error) {
      return inWords(error);
    }
  },

  async fileBytes(path) {
    return (await stat(path)).size;
  },

  async unwritable(directory) {
    try {
      await mkdir(directory, { recursive: true });
      // A folder of its own name, so that two runs that start together do not try the same file.
      const trial = await mkdtemp(join(directory, '.try-'));
      await writeFile(join(trial, 'write'), 'x');
      await rm(trial, { recursive: true });
      return undefined;
    } catch (error) {
      return inWords(error);
    }
  },

  async freeBytes(directory) {
    for (let at = directory; ; at = dirname(at)) {
      const found = await statfs(at).catch(() => undefined);
      if (found !== undefined) return found.bavail * found.bsize;
      if (at === dirname(at)) return Number.POSITIVE_INFINITY;
    }
  },
};

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of its path is a file',
  EEXIST: 'there is a file of that name',
  EISDIR: 'it is a folder',
  ENAMETOOLONG: 'the name is too long',
};

/** Why a system call failed, in words that need no manual. */
export function inWords(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return REASONS[code ?? ''] ?? message ?? String(error);
}
