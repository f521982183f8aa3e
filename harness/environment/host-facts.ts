/** The facts of `fingerprint` from the machine that this process runs on. */
import { existsSync, readFileSync } from 'node:fs';
import { arch, cpus, loadavg, release, totalmem, type } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HostFacts } from './fingerprint.ts';

export function hostFacts(): HostFacts {
  return {
    platform: process.platform === 'linux' ? 'linux' : type(),
    kernel: release(),
    architecture: arch(),
    cpuModels: cpus().map((cpu) => cpu.model),
    memoryBytes: totalmem(),
    loadAverages: loadavg(),
    nodeVersion: process.version,
    environment: process.env,
    packageRoot: packageRoot(),
    readText,
  };
}

export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Whether it is missing, a folder or forbidden: this machine does not tell.
    return undefined;
  }
}

/** The nearest folder above this file that holds a package.json: the compiled files lie one or two levels below it. */
export function packageRoot(): string {
  let at = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(at, 'package.json')) && at !== dirname(at)) at = dirname(at);
  return at;
}
