/** The command line as a function, with a fake run behind it: what is printed where, and with which code it ends. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { BenchError } from '../../../harness/cli/bench-error.ts';
import type { RunConfig } from '../../../harness/config/run-config.ts';
import type { ArchitectureResult } from '../../../harness/results/schema.ts';
import { resultFixture, withArchitecture } from '../../support/result-fixture.ts';
import { withTemporaryDirectory } from '../../support/temporary-directory.ts';
import { fakeCli } from './fake-dependencies.ts';

describe('run', () => {
  test('gives the resolved configuration to the run, and its summary and the report to stdout', async () => {
    let seen: RunConfig | undefined;
    const fake = fakeCli({
      runBenchmark: async (config, { progress }) => {
        seen = config;
        progress.phase('capacity', 'omega');
        return { result: resultFixture(), directory: '/somewhere/results/run-1' };
      },
    });
    expect(await fake.cli.main(['run', '--rate', '250k', '--architectures', 'omega', '--no-rungs'])).toBe(0);
    expect(seen).toMatchObject({
      ratePerSecond: 250_000,
      architectures: ['omega'],
      rungs: false,
      arguments: ['--rate', '250k', '--architectures', 'omega', '--no-rungs'],
    });
    expect(fake.stdout()).toBe('omega-prime wins.\nReport: /somewhere/results/run-1/report.html\n');
    expect(fake.stderr()).toBe('[   0.0s] capacity: omega\n');
  });

  test('prints one JSON document with --json, and progress still on stderr', async () => {
    const fake = fakeCli({
      runBenchmark: async (_config, { progress }) => {
        progress.done('done');
        return { result: resultFixture(), directory: '/x' };
      },
    });
    expect(await fake.cli.main(['run', '--json'])).toBe(0);
    expect(JSON.parse(fake.stdout())).toEqual(JSON.parse(JSON.stringify(resultFixture())));
    expect(fake.stderr()).toContain('done');
  });

  test('reads a config file, which flags overrule', async () => {
    await withTemporaryDirectory(async (directory) => {
      writeFileSync(join(directory, 'bench.yaml'), 'seed: 7\nrate: 2M\n');
      let seen: RunConfig | undefined;
      const fake = fakeCli({
        workingDirectory: directory,
        runBenchmark: async (config) => {
          seen = config;
          return { result: resultFixture(), directory: '/x' };
        },
      });
      expect(await fake.cli.main(['run', '--config', 'bench.yaml', '--seed', '8'])).toBe(0);
      expect(seen).toMatchObject({ seed: 8, ratePerSecond: 2_000_000 });
    });
  });

  test('says that a config file is not there', async () => {
    const fake = fakeCli();
    expect(await fake.cli.main(['run', '--config', 'none.yaml'])).toBe(2);
    expect(fake.stderr()).toBe(
      'omegabench: --config none.yaml cannot be read: there is no such file\n' +
        '  → Give a YAML file of settings, or leave it out.\n' +
        '  (OB_FILE_UNREADABLE, exit code 2)\n',
    );
  });

  test('starts nothing when the disk is too small', async () => {
    const base = fakeCli().dependencies.fileSystem;
    let started = false;
    const fake = fakeCli({
      fileSystem: { ...base, freeBytes: async () => 1000 },
      runBenchmark: async () => {
        started = true;
        return { result: resultFixture(), directory: '/x' };
      },
    });
    expect(await fake.cli.main(['run'])).toBe(3);
    expect(started).toBe(false);
    expect(fake.stderr()).toContain('OB_DISK_TOO_SMALL, exit code 3');
  });

  test('refuses an architecture of the user’s own whose name is taken', async () => {
    const fake = fakeCli({ architectureName: async () => 'omega' });
    expect(await fake.cli.main(['run', '--architecture', './mine.js'])).toBe(2);
    expect(fake.stderr()).toBe(
      "omegabench: --architecture ./mine.js declares 'omega', and there is an architecture of that name already\n" +
        '  → Change the name in its declaration.\n' +
        '  (OB_CONFLICT, exit code 2)\n',
    );
  });
});

describe('the exit code of a run', () => {
  const ending = async (result: ReturnType<typeof resultFixture>) =>
    fakeCli({ runBenchmark: async () => ({ result, directory: '/x' }) }).cli.main(['run']);
  const violated = (found: ArchitectureResult): ArchitectureResult => {
    if (found.failure.state !== 'measured') throw new Error('the fixture has no measured failure act');
    return { ...found, failure: { ...found.failure, verdict: 'VIOLATION' } };
  };

  test('is 4 if the run is invalid', async () => {
    expect(await ending(resultFixture({ status: 'invalid' }))).toBe(4);
  });

  test('is 5 if an architecture erred where it must not, even in an invalid run', async () => {
    const result = withArchitecture('omega', violated);
    expect(await ending(result)).toBe(5);
    expect(await ending({ ...result, status: 'invalid' })).toBe(5);
  });

  test('is that of the error that ended it, or of its cause', async () => {
    const failing = async (error: unknown) => {
      const fake = fakeCli({ runBenchmark: () => Promise.reject(error) });
      return { code: await fake.cli.main(['run']), text: fake.stderr() };
    };
    expect(await failing(new BenchError('OB_WORKER_FAILED', 'no worker', 'Try again.'))).toEqual({
      code: 3,
      text: 'omegabench: no worker\n  → Try again.\n  (OB_WORKER_FAILED, exit code 3)\n',
    });
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    expect((await failing(new Error('the act failed', { cause: full }))).code).toBe(3);
    expect(await failing(new TypeError('x is undefined'))).toEqual({
      code: 1,
      text:
        'omegabench: unexpected error: x is undefined\n' +
        '  → This is a defect of omegabench: run again with --verbose and report what it prints.\n' +
        '  (OB_UNEXPECTED, exit code 1)\n',
    });
  });

  test('comes with a stack and its causes only with --verbose or OMEGABENCH_DEBUG', async () => {
    const runBenchmark = () => Promise.reject(new Error('outer', { cause: new Error('inner') }));
    const verbose = fakeCli({ runBenchmark });
    await verbose.cli.main(['run', '--verbose']);
    expect(verbose.stderr()).toMatch(/ {4}at /);
    expect(verbose.stderr()).toContain('caused by: Error: inner');
    const debug = fakeCli({ runBenchmark, environment: { OMEGABENCH_DEBUG: '1' } });
    await debug.cli.main(['run']);
    expect(debug.stderr()).toMatch(/ {4}at /);
  });
});

describe('a signal', () => {
  /** A run that measures until it is told to end, and then gives what it has. */
  const untilAborted =
    (onStart: () => void) =>
    async (_config: RunConfig, { signal }: { signal: AbortSignal }) => {
      const ended = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      onStart();
      await ended;
      return { result: resultFixture({ status: 'interrupted' }), directory: '/x' };
    };

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends the run, keeps what was measured, and gives %i', async (name, code) => {
    const fake = fakeCli({ runBenchmark: untilAborted(() => setImmediate(() => fake.signal(name))) });
    expect(await fake.cli.main(['run'])).toBe(code);
    expect(fake.stdout()).toContain('Report: /x/report.html');
    expect(fake.stderr()).toBe(
      `\n${name}: ending the workers and keeping what was measured; once more to stop at once\n`,
    );
    expect(fake.exits).toEqual([]);
    expect(fake.listeners()).toBe(0);
  });

  test('that comes twice ends the process at once', async () => {
    const fake = fakeCli({
      runBenchmark: untilAborted(() =>
        setImmediate(() => {
          fake.signal('SIGINT');
          fake.signal('SIGTERM');
        }),
      ),
    });
    await fake.cli.main(['run']);
    expect(fake.exits).toEqual([143]);
  });

  test('before anything was measured gives its code and no error', async () => {
    const fake = fakeCli({
      runBenchmark: (_config, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
          setImmediate(() => fake.signal('SIGINT'));
        }),
    });
    expect(await fake.cli.main(['run'])).toBe(130);
    expect(fake.stderr()).not.toContain('OB_');
  });
});

describe('report', () => {
  test('makes the reports of a folder in that folder', async () => {
    const base = fakeCli().dependencies.fileSystem;
    const fake = fakeCli({ fileSystem: { ...base, unreadable: async () => 'it is not a file' } });
    expect(await fake.cli.main(['report', 'results/run-1'])).toBe(0);
    expect(fake.stdout()).toBe(
      'omega-prime wins.\nWrote /somewhere/results/run-1/report.html\nWrote /somewhere/results/run-1/summary.md\n',
    );
  });

  test('makes the reports of a file beside it, and says so in JSON', async () => {
    const fake = fakeCli();
    expect(await fake.cli.main(['report', '/old/result.json', '--json'])).toBe(0);
    expect(JSON.parse(fake.stdout())).toEqual({
      runId: 'synthetic-fixture',
      written: ['/old/report.html', '/old/summary.md'],
    });
  });

  test('of a file that is no result is bad input', async () => {
    const error = Object.assign(new Error('r.json is not JSON'), { name: 'ResultFileError' });
    const fake = fakeCli({ readResult: () => Promise.reject(error) });
    expect(await fake.cli.main(['report', 'r.json'])).toBe(2);
    expect(fake.stderr()).toBe(
      'omegabench: r.json is not JSON\n' +
        "  → Give a run's folder, such as results/RUN, or its result.json.\n" +
        '  (OB_RESULT_MALFORMED, exit code 2)\n',
    );
  });
});

describe('compare', () => {
  test('reads two or more results, and prints text or data', async () => {
    const fake = fakeCli();
    expect(await fake.cli.main(['compare', 'a', 'b', 'c'])).toBe(0);
    expect(fake.stdout()).toBe('a | b | c\n');
    const json = fakeCli();
    expect(await json.cli.main(['compare', 'a', 'b', '--json'])).toBe(0);
    expect(JSON.parse(json.stdout())).toEqual({ compared: 2 });
  });

  test('refuses a single result', async () => {
    const fake = fakeCli();
    expect(await fake.cli.main(['compare', 'a'])).toBe(2);
    expect(fake.stderr()).toContain('compare needs two results or more, and was given one');
  });
});

describe('list', () => {
  test('shows one topic, or all', async () => {
    const one = fakeCli();
    expect(await one.cli.main(['list', 'architectures'])).toBe(0);
    expect(one.stdout()).toBe('architectures:\n  alpha  Every event increments the store.\n  omega  State first.\n');
    const all = fakeCli();
    await all.cli.main(['list']);
    expect(all.stdout().match(/^\w+:$/gm)).toEqual(['architectures:', 'substrates:', 'faults:', 'options:']);
    expect(all.stdout()).toContain('store-sync');
  });

  test('is one JSON document with --json', async () => {
    const fake = fakeCli();
    await fake.cli.main(['list', 'faults', '--json']);
    expect(JSON.parse(fake.stdout())).toEqual({ faults: [{ name: 'crash', description: 'SIGKILL.' }] });
  });

  test('of an unknown topic is refused', async () => {
    const fake = fakeCli();
    expect(await fake.cli.main(['list', 'planets'])).toBe(2);
    expect(fake.stderr()).toContain("there is nothing to list called 'planets'");
  });
});

describe('calibrate', () => {
  test('prints a line a ceiling, and leaves no folder behind', async () => {
    await withTemporaryDirectory(async (out) => {
      let measured = '';
      const fake = fakeCli({
        calibrate: async ({ directory, quick }) => {
          measured = `${directory.startsWith(out)} ${quick}`;
          const ceiling = {
            name: 'storeGetPerSecond' as const,
            what: 'keys read',
            unitsPerSecond: 1_234_567,
            samples: 9,
            rme: 2.25,
          };
          return { ceilings: [ceiling], elapsedSeconds: 1 };
        },
      });
      expect(await fake.cli.main(['calibrate', '--quick', '--out', out])).toBe(0);
      expect(measured).toBe('true true');
      expect(fake.stdout()).toBe('  1230k/s  ± 2.3 %  keys read\n');
      const { readdirSync } = await import('node:fs');
      expect(readdirSync(out)).toEqual([]);
    });
  });
});
