/** Building the job's jar from a project made by hand, with scripts in the place of Maven and the JDK. */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { flinkJobJar, type JobJarOptions } from '../../../harness/services/flink-job-jar.ts';
import { withTemporaryDirectory } from '../../support/temporary-directory.ts';

interface Machine {
  options: JobJarOptions & { environment: Record<string, string>; project: string };
  write(path: string, text: string): string;
  /** A shell script on PATH. */
  program(name: string, script: string): void;
  /** Command lines of all builds. */
  builds(): string[];
  said: string[];
  cache: string;
}

/** Makes a jar of the sources, and what the shade plugin leaves beside it. */
const MAVEN =
  'echo "$@" >> $BENCH_TEST/builds; mkdir target; cat src/main/java/*.java > target/flink-job-1.jar; ' +
  'touch target/original-flink-job-1.jar target/flink-job-1-tests.jar';

async function withMachine(body: (machine: Machine) => Promise<void>): Promise<void> {
  await withTemporaryDirectory(async (directory) => {
    const said: string[] = [];
    const write = (path: string, text: string): string => {
      const file = join(directory, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      return file;
    };
    const program = (name: string, script: string): void =>
      chmodSync(write(`bin/${name}`, `#!/bin/sh\n${script}\n`), 0o755);
    const calls = join(directory, 'builds');
    const environment: Record<string, string> = {
      PATH: `${join(directory, 'bin')}:/usr/bin:/bin`,
      JAVA_HOME: directory,
      XDG_CACHE_HOME: directory,
      BENCH_TEST: directory,
    };
    program('mvn', MAVEN);
    program('javac', 'exit 0');
    write('job/pom.xml', '<project/>');
    write('job/src/main/java/Main.java', 'class Main {}');
    await body({
      options: { environment, project: join(directory, 'job'), say: (text) => said.push(text) },
      write,
      program,
      builds: () => (existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : []),
      said,
      cache: join(directory, 'omegabench/services'),
    });
  });
}

describe('the jar of the job', () => {
  test('is built once for the sources that there are', async () => {
    await withMachine(async ({ options, builds, said, cache }) => {
      const jar = await flinkJobJar(options);
      expect(jar).toMatch(/\/omegabench\/services\/flink-job-[0-9a-f]{16}\/omegabench-flink-job\.jar$/);
      expect(jar.startsWith(cache)).toBe(true);
      expect(readFileSync(jar, 'utf8')).toBe('class Main {}');
      expect(await flinkJobJar(options)).toBe(jar);
      expect(builds()).toEqual(['-B -q package -Dmaven.test.skip=true']);
      expect(said).toEqual(["flink: building the job's jar by Maven, once for these sources"]);
    });
  });

  test('leaves the project as it is, and of the build nothing but the jar', async () => {
    await withMachine(async ({ options }) => {
      const jar = await flinkJobJar(options);
      expect(readdirSync(options.project).sort()).toEqual(['pom.xml', 'src']);
      expect(readdirSync(dirname(jar)).sort()).toEqual(['omegabench-flink-job.jar', 'pom.xml', 'recipe.txt']);
    });
  });

  test('is another one for other sources, other names of them, or another pom.xml', async () => {
    await withMachine(async ({ options, write, builds }) => {
      const jars = [await flinkJobJar(options)];
      write('job/src/main/java/Main.java', 'class Main { int i; }');
      jars.push(await flinkJobJar(options));
      write('job/src/main/resources/a', '');
      jars.push(await flinkJobJar(options));
      write('job/pom.xml', '<project></project>');
      jars.push(await flinkJobJar(options));
      expect(new Set(jars).size).toBe(4);
      expect(builds()).toHaveLength(4);
    });
  });

  test('is the same one after a change of tests, or of what a build by hand has left', async () => {
    await withMachine(async ({ options, write }) => {
      const jar = await flinkJobJar(options);
      write('job/src/test/java/MainTest.java', 'class MainTest {}');
      write('job/target/classes/Main.class', 'bytes');
      expect(await flinkJobJar(options)).toBe(jar);
    });
  });

  test('is the one that was named, by the caller or by the environment, without Maven', async () => {
    await withMachine(async ({ options, write, builds }) => {
      const [mine, yours] = [write('mine.jar', ''), write('yours.jar', '')];
      options.environment.OMEGABENCH_FLINK_JOB_JAR = mine;
      expect(await flinkJobJar(options)).toBe(mine);
      expect(await flinkJobJar({ ...options, jar: yours })).toBe(yours);
      expect(builds()).toEqual([]);
      await expect(flinkJobJar({ ...options, jar: `${yours}.gone` })).rejects.toMatchObject({
        code: 'OB_FILE_UNREADABLE',
        message: expect.stringContaining('yours.jar.gone'),
      });
    });
  });
});

describe('a build that cannot be', () => {
  test('for want of Maven or a JDK says which and what to do', async () => {
    await withMachine(async ({ options }) => {
      const bin = join(options.environment.BENCH_TEST as string, 'bin');
      options.environment.PATH = bin;
      rmSync(join(bin, 'mvn'));
      await expect(flinkJobJar(options)).rejects.toMatchObject({
        code: 'OB_TOOL_MISSING',
        message: "building Flink's job needs Maven, and there is no mvn on PATH",
        remedy: expect.stringMatching(/apt install maven.*OMEGABENCH_FLINK_JOB_JAR/),
      });
      rmSync(join(bin, 'javac'));
      await expect(flinkJobJar(options)).rejects.toMatchObject({
        code: 'OB_TOOL_MISSING',
        message: `building Flink's job needs a JDK 17 or later, and there is no javac in ${bin}`,
        remedy: expect.stringContaining('openjdk-17-jdk-headless'),
      });
    });
  });

  test('for a mistake in the sources says it, leaves nothing, and is tried again', async () => {
    await withMachine(async ({ options, program, cache }) => {
      program('mvn', 'echo "[INFO] trying"; echo "[ERROR] Main.java:[1,8] class expected"; echo "[ERROR] "; exit 1');
      await expect(flinkJobJar(options)).rejects.toMatchObject({
        code: 'OB_SERVICE_FAILED',
        message: "building Flink's job failed: [ERROR] Main.java:[1,8] class expected",
      });
      expect(readdirSync(cache)).toEqual([]);
      program('mvn', MAVEN);
      expect(existsSync(await flinkJobJar(options))).toBe(true);
    });
  });

  test('because the project is not there, or makes no jar, says so', async () => {
    await withMachine(async ({ options, program }) => {
      await expect(flinkJobJar({ ...options, project: '/nonexistent' })).rejects.toMatchObject({
        code: 'OB_FILE_UNREADABLE',
        message: "the Maven project of Flink's job is not in /nonexistent",
      });
      program('mvn', 'exit 0');
      await expect(flinkJobJar(options)).rejects.toThrow("the build of Flink's job left no jar");
      program('mvn', 'mkdir target; touch target/a.jar target/b.jar');
      await expect(flinkJobJar(options)).rejects.toThrow("the build of Flink's job left several jars: a.jar, b.jar");
    });
  });
});
