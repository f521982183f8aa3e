/**
 * What ends a run, or a part of it, from outside: signals in every act, a parent or a generator that is killed, a
 * worker that cannot start.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { Result } from '../../harness/results/schema.ts';
import { allGone, type Finished, finished, isTheMachines, LEFT, type Running, start, tiny } from './omegabench.ts';

const directory = mkdtempSync(join(tmpdir(), 'omegabench-e2e-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

type Flags = Readonly<Record<string, string>>;
const alpha = (flags: Flags) => ['--no-rungs', ...tiny({ architectures: 'alpha', ...flags })];
/** Acts that are long enough to be interrupted. */
const LONG: Flags = { 'act-hours': '40' };

const CAPACITY = 'alpha drains';

let folders = 0;
const freshOut = () => join(directory, `out-${folders++}`);

/** Runs alpha, and does something to it when it has said that an act began, and the act is under way. */
async function disturbed(
  act: string,
  flags: Flags,
  disturb: (running: Running) => void,
): Promise<{ running: Running; out: string }> {
  const out = freshOut();
  const running = start(['run', ...alpha(flags), '--out', out]);
  await running.said(act);
  const worker = act === CAPACITY ? 'worker-main' : 'generator-main';
  while (!running.processes().some(({ command }) => command.includes(worker))) await sleep(20);
  await sleep(300);
  disturb(running);
  return { running, out };
}

async function interrupted(act: string, flags: Flags, signal: NodeJS.Signals): Promise<Finished> {
  const { running } = await disturbed(act, flags, ({ child }) => child.kill(signal));
  const run = await finished(await running.ended);
  expect(run.children.length).toBeGreaterThan(0);
  return run;
}

const statesOf = ({ result }: Finished) => {
  const { capacity, steady, failure } = result.architectures.alpha as Result['architectures'][string];
  return [capacity, steady, failure].map((act) => (act.state === 'invalid' ? 'measured' : act.state));
};

describe('a signal', () => {
  const filled = { 'capacity-events': '20M', 'capacity-limit': '30s' };
  const audited = { 'minimum-audited-keys': '6k' };
  const [done, cut, left] = ['measured', 'interrupted', 'skipped'] as const;

  test.concurrent.each([
    ['capacity', 'SIGINT', 130, CAPACITY, filled, [cut, left, left]],
    ['steady', 'SIGTERM', 143, 'steady: alpha', LONG, [done, cut, left]],
    ['failure', 'SIGINT', 130, 'failure: alpha', audited, [done, done, cut]],
  ] as const)(
    'in the %s act, %s, ends with %d, with what was measured and without a process',
    async (_act, signal, code, said, flags, states) => {
      const run = await interrupted(said, flags, signal);
      expect(run.code).toBe(code);
      expect(run.result.status).toBe('interrupted');
      expect(statesOf(run)).toEqual(states);
      const names = readdirSync(run.folder);
      expect(names).toEqual(expect.arrayContaining(LEFT));
      expect(names.filter((name) => name.startsWith('.'))).toEqual([]);
      await allGone(run.children);
    },
    60_000,
  );
});

describe('a process that dies', () => {
  test.concurrent('as the parent takes its workers and its generator with it', async () => {
    let children: number[] = [];
    const { running } = await disturbed('steady: alpha', LONG, ({ child, processes }) => {
      const found = processes();
      children = found.map(({ pid }) => pid);
      const commands = found.map(({ command }) => command).join('\n');
      expect(commands).toContain('worker-main');
      expect(commands).toContain('generator-main');
      child.kill('SIGKILL');
    });
    expect((await running.ended).signal).toBe('SIGKILL');
    await allGone(children);
  }, 60_000);

  test.concurrent('as the generator makes its act invalid, and the run goes on', async () => {
    const { running } = await disturbed('steady: alpha', {}, ({ processes }) => {
      const generator = processes().find(({ command }) => command.includes('generator-main'));
      process.kill(generator?.pid as number, 'SIGKILL');
    });
    const run = await finished(await running.ended);
    const { steady, failure } = run.result.architectures.alpha as Result['architectures'][string];
    expect(run.code).toBe(4);
    expect(run.result.status).toBe('invalid');
    expect(steady).toEqual({
      state: 'invalid',
      reasons: [expect.stringContaining('the generator process was ended by SIGKILL before it was done')],
    });
    expect(failure.state === 'measured' || (failure.state === 'invalid' && failure.reasons.every(isTheMachines))).toBe(
      true,
    );
    await allGone(run.children);
  }, 60_000);

  test.concurrent('as a worker that cannot start ends the run with the reason', async () => {
    // What a broken installation would do: the worker's process fails before it has said a word.
    const planted = join(directory, 'planted.cjs');
    writeFileSync(
      planted,
      "if (process.argv[1]?.includes('worker-main')) { console.error('planted: no such binary'); process.exit(7); }",
    );
    const out = freshOut();
    const { code, stderr, children } = await start(['run', ...alpha({}), '--out', out], {
      NODE_OPTIONS: `--require=${planted}`,
    }).ended;
    expect(code).toBe(3);
    expect(stderr).toContain('worker 0 cannot start (exit code 7: planted: no such binary)');
    expect(stderr).toContain('(OB_WORKER_FAILED, exit code 3)');
    await allGone(children);
  }, 60_000);
});
