/** An installer for tests that has everything. */
import type { Installer } from '../../../harness/services/service.ts';

/** Notes what it was asked for, and which versions of Java would have done. */
export function richInstaller(changes: Partial<Installer> = {}): Installer & { asked: string[]; majors: number[] } {
  const asked: string[] = [];
  const majors: number[] = [];
  return {
    asked,
    majors,
    java: async (service, need) => {
      asked.push(`java of ${service}`);
      majors.push(...[11, 17, 21, 25].filter((major) => need.suits(major)));
      return '/jdk/bin/java';
    },
    jars: async (folder, artifacts) => {
      asked.push(folder, ...artifacts);
      return '/cache/libs';
    },
    wheel: async () => undefined,
    onPath: async (program) => `/bin/${program}`,
    output: async () => 'Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.2.1 bits=64 build=1\n',
    ...changes,
  };
}
