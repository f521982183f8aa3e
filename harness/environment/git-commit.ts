/** The commit of a working copy, read from `.git` itself: no git needs to be installed, and nothing is started. */
import { join, resolve } from 'node:path';

/** Reads a small text file; undefined if it is not there. */
export type ReadText = (path: string) => string | undefined;

const COMMIT = /^[0-9a-f]{40}([0-9a-f]{24})?$/;

/** The commit that is checked out in `root`, or undefined if `root` is no working copy or has no commit yet. */
export function readGitCommit(root: string, readText: ReadText): string | undefined {
  const directory = gitDirectory(root, readText);
  const head = readText(join(directory, 'HEAD'))?.trim();
  if (head === undefined) return undefined;
  if (COMMIT.test(head)) return head;
  const reference = /^ref: (\S+)$/.exec(head)?.[1];
  if (reference === undefined) return undefined;
  // A worktree has a HEAD of its own, and shares its branches with the working copy that it was made from.
  const common = readText(join(directory, 'commondir'))?.trim();
  const shared = common === undefined ? directory : resolve(directory, common);
  const loose = readText(join(shared, reference))?.trim();
  if (loose !== undefined && COMMIT.test(loose)) return loose;
  return packedCommit(readText(join(shared, 'packed-refs')) ?? '', reference);
}

/** `.git` is a folder, or in a worktree a file that says where the folder is. */
function gitDirectory(root: string, readText: ReadText): string {
  const pointer = /^gitdir: (.+)$/m.exec(readText(join(root, '.git')) ?? '')?.[1];
  return pointer === undefined ? join(root, '.git') : resolve(root, pointer.trim());
}

function packedCommit(packedRefs: string, reference: string): string | undefined {
  for (const line of packedRefs.split('\n')) {
    const [commit, name] = line.trim().split(' ');
    if (name === reference && commit !== undefined && COMMIT.test(commit)) return commit;
  }
  return undefined;
}
