/**
 * Fetches what services are made of through the clients that everybody has: jars by Maven, a wheel by pip, each with
 * its user's own settings, into the cache.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BenchError } from '../cli/bench-error.ts';
import { cachedFolder } from './cache.ts';
import { findJava } from './java.ts';
import { runMaven } from './maven.ts';
import { cacheFolder, type Environment } from './places.ts';
import type { Command, Installer } from './service.ts';
import { type Ended, findOnPath, lastLines, runToEnd } from './subprocess.ts';

const QUICK_MS = 30_000;
const FETCH_MS = 900_000;

/** Ways to call pip, the surest first. */
const PIPS = [['python3', '-m', 'pip'], ['pip3'], ['pip']] as const;

export interface InstallerContext {
  environment: Environment;
  signal: AbortSignal;
  /** A line for whoever waits. */
  say(text: string): void;
}

export class PackageInstaller implements Installer {
  readonly #context: InstallerContext;

  constructor(context: InstallerContext) {
    this.#context = context;
  }

  java(service: string, need: Parameters<Installer['java']>[1]): Promise<string> {
    return findJava(service, need, this.#context.environment, (java) =>
      this.#run({ file: java, args: ['-version'] }, QUICK_MS),
    );
  }

  async jars(folder: string, artifacts: readonly string[], size: string): Promise<string> {
    const pom = pomOf(artifacts);
    const path = await cachedFolder(cacheFolder(this.#context.environment), folder, pom, async (part) => {
      await writeFile(join(part, 'pom.xml'), pom);
      await runMaven(this.#context, {
        doing: `fetching ${folder}`,
        announce: `${folder}: fetching ${size} of jars by Maven, this first time only`,
        args: ['dependency:copy-dependencies', '-DincludeScope=runtime', '-DoutputDirectory=libs'],
        directory: part,
        withoutMaven: 'or Docker, which needs none',
      });
    });
    return join(path, 'libs');
  }

  async wheel(name: string, version: string, size: string): Promise<string | undefined> {
    const pip = await this.#findPip();
    if (pip === undefined) return undefined;
    const recipe = `${name}==${version}`;
    return cachedFolder(cacheFolder(this.#context.environment), `${name}-${version}`, recipe, async (part) => {
      this.#context.say(`${name} ${version}: fetching ${size} by pip, this first time only`);
      const args = ['install', '--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary', ':all:'];
      const into = ['--target', part, recipe];
      await this.#fetch(name, { file: pip.file, args: [...pip.args, ...args, ...into] }, part);
    });
  }

  onPath(program: string): Promise<string | undefined> {
    return findOnPath(program, this.#context.environment);
  }

  async output(command: Command): Promise<string> {
    const { code, stdout, stderr } = await this.#run(command, QUICK_MS);
    if (code === 0) return stdout;
    throw new BenchError(
      'OB_SERVICE_FAILED',
      `${command.file} does not run: ${lastLines(stderr, 3)}`,
      'Install it anew, or put another one on PATH.',
    );
  }

  async #findPip(): Promise<Command | undefined> {
    for (const [program, ...args] of PIPS) {
      const file = await this.onPath(program);
      if (file === undefined) continue;
      const asked = await this.#run({ file, args: [...args, '--version'] }, QUICK_MS).catch(() => undefined);
      if (asked?.code === 0) return { file, args };
    }
    return undefined;
  }

  async #fetch(what: string, command: Command, cwd: string): Promise<void> {
    const { code, stdout, stderr } = await this.#run(command, FETCH_MS, cwd);
    if (code === 0) return;
    throw new BenchError(
      'OB_SERVICE_FAILED',
      `fetching ${what} failed: ${lastLines(`${stdout}\n${stderr}`, 6)}`,
      'Check the network and the settings of pip (pip config list), and try again.',
    );
  }

  #run(command: Command, timeoutMs: number, cwd?: string): Promise<Ended> {
    const { environment, signal } = this.#context;
    return runToEnd(command, { environment, signal, timeoutMs, ...(cwd === undefined ? {} : { cwd }) });
  }
}

/** A project that is nothing but what it depends on. */
export function pomOf(artifacts: readonly string[]): string {
  const dependencies = artifacts.map((coordinates) => {
    const [group, artifact, version] = coordinates.split(':');
    return (
      `    <dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId>` +
      `<version>${version}</version></dependency>`
    );
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>omegabench</groupId>
  <artifactId>service</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
${dependencies.join('\n')}
  </dependencies>
</project>
`;
}
