/**
 * The jar of the one Flink job that runs every declaration. Its Maven project is part of this package; it is built once
 * for each state of its sources, in the cache, so that the package's own folder is only read. Who has a jar already
 * names it, and needs neither Maven nor a JDK.
 */
import { createHash } from 'node:crypto';
import { cp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { BenchError } from '../cli/bench-error.ts';
import { packageRoot } from '../environment/host-facts.ts';
import { cachedFolder } from './cache.ts';
import { runMaven } from './maven.ts';
import { cacheFolder, type Environment } from './places.ts';
import { findOnPath } from './subprocess.ts';

const PROJECT = 'substrates/stream-engine/flink/job';
const JAR = 'omegabench-flink-job.jar';
/** Names a jar to use instead of building one. */
const VARIABLE = 'OMEGABENCH_FLINK_JOB_JAR';
/** What a jar is made of: tests are not, and a change of them builds nothing. */
const SOURCES = ['pom.xml', join('src', 'main')];

export interface JobJarOptions {
  /** A jar to use instead of building one; OMEGABENCH_FLINK_JOB_JAR by default. */
  jar?: string;
  /** Folder of the Maven project; this package's own by default. */
  project?: string;
  environment?: Environment;
  /** Ends a build. */
  signal?: AbortSignal;
  /** Is given lines for whoever waits. */
  say?(text: string): void;
}

/**
 * Path of the job's jar; builds it with Maven first where no build of these sources is in the cache. Throws `BenchError`
 * if a jar that was named is not there, the project, Maven or a JDK is missing, or the build fails.
 */
export async function flinkJobJar(options: JobJarOptions = {}): Promise<string> {
  const environment = options.environment ?? process.env;
  const named = options.jar ?? environment[VARIABLE];
  if (named !== undefined && named !== '') return existing(named);
  const project = options.project ?? join(packageRoot(), PROJECT);
  const hash = await hashOf(project);
  const name = `flink-job-${hash.slice(0, 16)}`;
  const folder = await cachedFolder(cacheFolder(environment), name, hash, async (part) => {
    await requireCompiler(environment);
    for (const source of SOURCES) await cp(join(project, source), join(part, source), { recursive: true });
    await runMaven(
      { environment, signal: options.signal ?? new AbortController().signal, say: options.say ?? (() => {}) },
      {
        doing: "building Flink's job",
        announce: "flink: building the job's jar by Maven, once for these sources",
        args: ['package', '-Dmaven.test.skip=true'],
        directory: part,
        withoutMaven: `or set ${VARIABLE} to a jar that was built elsewhere`,
      },
    );
    await rename(await builtJar(join(part, 'target')), join(part, JAR));
    for (const made of ['target', 'src']) await rm(join(part, made), { recursive: true, force: true });
  });
  return join(folder, JAR);
}

async function existing(jar: string): Promise<string> {
  const found = await stat(jar).catch(() => undefined);
  if (found?.isFile() === true) return jar;
  throw new BenchError(
    'OB_FILE_UNREADABLE',
    `${jar}, named as the jar of Flink's job, is no file`,
    `Set ${VARIABLE} to the path of one, or leave it out: it is built by Maven then.`,
  );
}

/** Of all that the jar is made of, with the paths in the project. */
async function hashOf(project: string): Promise<string> {
  const hash = createHash('sha256');
  for (const file of await sourceFiles(project)) {
    const bytes = await readFile(file);
    hash.update(`${relative(project, file).split(sep).join('/')}\n${bytes.length}\n`);
    hash.update(Uint8Array.from(bytes));
  }
  return hash.digest('hex');
}

async function sourceFiles(project: string): Promise<string[]> {
  try {
    const main = join(project, 'src', 'main');
    const entries = await readdir(main, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    await stat(join(project, 'pom.xml'));
    return [join(project, 'pom.xml'), ...files.sort()];
  } catch (error) {
    const remedy = `Install omegabench anew, or set ${VARIABLE} to a jar of the job.`;
    throw new BenchError('OB_FILE_UNREADABLE', `the Maven project of Flink's job is not in ${project}`, remedy, error);
  }
}

/** Maven takes the JDK of JAVA_HOME, else that of PATH; a JRE alone compiles nothing. */
async function requireCompiler(environment: Environment): Promise<void> {
  const home = environment.JAVA_HOME ?? '';
  const path = home === '' ? environment.PATH : join(home, 'bin');
  if ((await findOnPath('javac', { PATH: path })) !== undefined) return;
  throw new BenchError(
    'OB_TOOL_MISSING',
    `building Flink's job needs a JDK 17 or later, and there is no javac ${home === '' ? 'on PATH' : `in ${path}`}`,
    `Install one (Debian: apt install openjdk-17-jdk-headless), or set ${VARIABLE} to a jar that was built elsewhere.`,
  );
}

/** The one jar of the build that is whole; the shade plugin keeps what it was made from beside it. */
async function builtJar(target: string): Promise<string> {
  const names = await readdir(target).catch(() => []);
  const jars = names.filter(
    (name) => name.endsWith('.jar') && !/^original-|-(?:sources|javadoc|tests)\.jar$/.test(name),
  );
  const [jar] = jars;
  if (jar !== undefined && jars.length === 1) return join(target, jar);
  throw new BenchError(
    'OB_SERVICE_FAILED',
    `the build of Flink's job left ${jars.length === 0 ? 'no jar' : `several jars: ${jars.join(', ')}`}`,
    'Build it by hand with mvn package, and see what target/ holds.',
  );
}
