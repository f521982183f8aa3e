import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Workspace } from '../../../harness/run/workspace.ts';
import { withTemporaryDirectory } from '../../support/temporary-directory.ts';

describe('a workspace', () => {
  test('removes its work and keeps the results, however often it is closed', async () => {
    await withTemporaryDirectory(async (out) => {
      const workspace = await Workspace.create(out, 'run-1');
      writeFileSync(join(await workspace.folder('log'), 'segment'), 'x');
      writeFileSync(join(workspace.directory, 'result.json'), '{}');
      await workspace.close();
      await workspace.close();
      expect(readdirSync(join(out, 'run-1'))).toEqual(['result.json']);
    });
  });

  test('leaves nothing behind of a run that left nothing', async () => {
    await withTemporaryDirectory(async (out) => {
      const workspace = await Workspace.create(out, 'run-1');
      await workspace.folder('log');
      await workspace.close();
      await workspace.close();
      expect(readdirSync(out)).toEqual([]);
    });
  });

  test('gives fresh folders, also for one name, and removes one when asked to', async () => {
    await withTemporaryDirectory(async (out) => {
      const workspace = await Workspace.create(out, 'run-1');
      const folders = [await workspace.folder('log'), await workspace.folder('log')];
      expect(new Set(folders).size).toBe(2);
      await workspace.discard(folders[0] as string);
      expect(folders.map((folder) => existsSync(folder))).toEqual([false, true]);
    });
  });

  test('is apart from another of the same name', async () => {
    await withTemporaryDirectory(async (out) => {
      const [one, other] = [await Workspace.create(out, 'run'), await Workspace.create(out, 'run')];
      const folder = await other.folder('log');
      await one.close();
      expect(existsSync(folder)).toBe(true);
    });
  });
});
