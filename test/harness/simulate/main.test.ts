import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const main = fileURLToPath(new URL('../../../harness/simulate/main.js', import.meta.url));

function runMain(...argv: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [main, ...argv]);
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    said.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said.err += chunk;
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...said })));
}

test('a campaign shares its seeds out over processes and sums up what they found', async () => {
  const { code, out } = await runMain(
    '--seeds',
    '3',
    '--from',
    '40',
    '--processes',
    '2',
    '--architectures',
    'alpha,beta',
  );
  expect(out).toContain('3 seeds x 2 architectures');
  const count = (verdict: string): number => Number(new RegExp(`${verdict} (\\d+)`).exec(out)?.[1]);
  expect(count('EXACT') + count('EXPECTED-ERROR')).toBe(6);
  expect(code).toBe(0);
});

test('one simulation can be watched', async () => {
  const { code, out } = await runMain('--seed', '40', '--architecture', 'omega', '--trace');
  expect(out).toMatch(/"architecture": "omega"/);
  expect(out).toMatch(/^ +\d+\.\d{3} ms {2}worker-1 is worker 0, epoch 1/m);
  expect(out).toMatch(/seed 40, omega .*: (EXACT|EXPECTED-ERROR): /);
  expect(code).toBe(0);
});

test('a line of the corpus can be played', async () => {
  const { code, out } = await runMain('--corpus', '--line', '1');
  expect(out).toMatch(/^seed 48, alpha \(commit with write\): EXACT/);
  expect(code).toBe(0);
});

test('what makes no sense is refused with exit code 2', async () => {
  const { code, out, err } = await runMain('--seeds', 'x');
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain("--seeds is 'x'; write a whole number");
});
