/** The newest checkpoint that a job has left where we can see it. */
import { fileURLToPath } from 'node:url';
import type { Files } from '../../runtime.ts';

/**
 * Of the folder that holds `known`, a checkpoint that Flink has told of; Flink may have completed newer ones before its
 * job manager died. `known` itself where the folder cannot be seen from here; undefined if there never was one.
 */
export async function newestCheckpoint(files: Files, known: string | undefined): Promise<string | undefined> {
  if (known === undefined || !known.startsWith('file:')) return known;
  const path = fileURLToPath(known.replace(/^file:\/(?!\/)/, 'file:///')).replace(/\/+$/, '');
  const folder = path.slice(0, path.lastIndexOf('/'));
  const numbers = (await files.list(folder)).flatMap((name) => /^chk-(\d+)$/.exec(name)?.[1] ?? []).map(Number);
  for (const number of numbers.sort((a, b) => b - a)) {
    // One that was under way has no metadata yet.
    if ((await files.list(`${folder}/chk-${number}`)).includes('_metadata')) return `file://${folder}/chk-${number}`;
  }
  return known;
}
