/** Runs the user's own Maven, with the user's own settings and local repository. */
import { BenchError } from '../cli/bench-error.ts';
import type { Environment } from './places.ts';
import { findOnPath, lastLines, runToEnd } from './subprocess.ts';

const MAVEN_MS = 900_000;
const LINES_OF_FAILURE = 8;

/** Two Mavens at once would write the same files of the user's local repository. */
let mavenIsFree: Promise<unknown> = Promise.resolve();

export interface MavenContext {
  environment: Environment;
  signal: AbortSignal;
  /** A line for whoever waits. */
  say(text: string): void;
}

export interface MavenWork {
  /** As in "fetching kafka-4.3.1". */
  doing: string;
  /** Said when it begins. */
  announce: string;
  /** Goals and properties. */
  args: readonly string[];
  /** Of the project. */
  directory: string;
  /** What there is instead of installing Maven, as the end of a sentence that begins with that. */
  withoutMaven: string;
}

/** Resolves when Maven is done. Throws `BenchError` if there is none, or it failed. */
export async function runMaven(context: MavenContext, work: MavenWork): Promise<void> {
  const { environment, signal, say } = context;
  const file = await findOnPath('mvn', environment);
  if (file === undefined) {
    const remedy = `Install Maven (Debian: apt install maven), ${work.withoutMaven}.`;
    throw new BenchError('OB_TOOL_MISSING', `${work.doing} needs Maven, and there is no mvn on PATH`, remedy);
  }
  const run = mavenIsFree.then(() => {
    say(work.announce);
    const args = ['-B', '-q', ...work.args];
    return runToEnd({ file, args }, { environment, signal, timeoutMs: MAVEN_MS, cwd: work.directory });
  });
  mavenIsFree = run.catch(() => undefined);
  const { code, stdout, stderr } = await run;
  if (code === 0) return;
  throw new BenchError(
    'OB_SERVICE_FAILED',
    `${work.doing} failed: ${whatItSaid(`${stdout}\n${stderr}`)}`,
    'Check the network and the settings of mvn (settings.xml), and try again.',
  );
}

/** Its errors; all that it said, if it names none. Advice on how to run it again is not ours to give. */
function whatItSaid(text: string): string {
  const errors = text
    .split('\n')
    .filter((line) => line.startsWith('[ERROR]') && !/\[(?:Help|ERROR\] *$)|re-run/i.test(line));
  return errors.length > 0 ? errors.slice(0, LINES_OF_FAILURE).join('\n') : lastLines(text, LINES_OF_FAILURE);
}
