/** The compiled command as a process: exit codes, streams, and how fast a refusal comes without the heavy parts. */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { withTemporaryDirectory } from '../../support/temporary-directory.ts';

const MAIN = fileURLToPath(new URL('../../../harness/cli/main.js', import.meta.url));

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

function omegabench(args: readonly string[], cwd = process.cwd()): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [MAIN, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const ended: Ended = { code: null, stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => {
      ended.stdout += String(chunk);
    });
    child.stderr.on('data', (chunk) => {
      ended.stderr += String(chunk);
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ ...ended, code }));
  });
}

test('help goes to stdout and ends with 0', async () => {
  const { code, stdout, stderr } = await omegabench(['run', '--help']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('--checkpoint-interval');
});

test('bad input goes to stderr in three lines and ends with 2', async () => {
  expect(await omegabench(['run', '--rat', '1M'])).toEqual({
    code: 2,
    stdout: '',
    stderr:
      'omegabench: run has no flag --rat\n' +
      "  → Did you mean --rate? 'omegabench run --help' shows all flags.\n" +
      '  (OB_UNKNOWN_FLAG, exit code 2)\n',
  });
});

test('an unknown architecture is refused before anything is made on disk', async () => {
  await withTemporaryDirectory(async (directory) => {
    const { code, stderr } = await omegabench(['run', '--architectures', 'omgea'], directory);
    expect(code).toBe(2);
    expect(stderr).toContain("there is no architecture 'omgea'");
    expect(stderr).toContain('Did you mean omega? There are batch, alpha, lambda, beta, omega, omega-prime');
  });
});

test('a folder that cannot be made ends with 3', async () => {
  await withTemporaryDirectory(async (directory) => {
    writeFileSync(join(directory, 'file'), '');
    const { code, stderr } = await omegabench(['run', '--out', 'file/results'], directory);
    expect(code).toBe(3);
    expect(stderr).toBe(
      'omegabench: --out file/results cannot be written: a part of its path is a file\n' +
        '  → Choose a folder that this user can write, such as --out ~/omegabench.\n' +
        '  (OB_OUT_NOT_WRITABLE, exit code 3)\n',
    );
  });
});

test('a result of another schema version ends with 2 and says which', async () => {
  await withTemporaryDirectory(async (directory) => {
    mkdirSync(join(directory, 'old'));
    writeFileSync(join(directory, 'old', 'result.json'), '{"schemaVersion":"99.0.0"}');
    const { code, stderr } = await omegabench(['report', 'old'], directory);
    expect(code).toBe(2);
    expect(stderr).toContain('schema version 99.0.0');
  });
});

test('a file that declares no architecture ends with 2', async () => {
  await withTemporaryDirectory(async (directory) => {
    writeFileSync(join(directory, 'mine.mjs'), 'export const mine = 1;');
    const { code, stderr } = await omegabench(['run', '--architecture', './mine.mjs', '--out', 'results'], directory);
    expect(code).toBe(2);
    expect(stderr).toContain('OB_ARCHITECTURE_MALFORMED');
    expect(stderr).toContain('has no default export');
  });
});

test('list prints one JSON document', async () => {
  const { code, stdout } = await omegabench(['list', '--json']);
  expect(code).toBe(0);
  const listed = JSON.parse(stdout) as { architectures: { name: string }[] };
  expect(listed.architectures.map((entry) => entry.name)).toEqual([
    'batch',
    'alpha',
    'lambda',
    'beta',
    'omega',
    'omega-prime',
  ]);
});
