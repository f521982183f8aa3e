/** The facts of `judgeMachine` from the machine that this process runs on. */
import { cpus, freemem, loadavg, totalmem } from 'node:os';
import { readCpuLimit } from '../environment/fingerprint.ts';
import type { ReadText } from '../environment/git-commit.ts';
import type { MachineFacts } from './machine-findings.ts';

/** `freeDiskBytes` is that of the disk that runs write to. */
export function machineFacts(freeDiskBytes: number, readText: ReadText): MachineFacts {
  const cores = cpus().length;
  return {
    usableCores: Math.min(cores, readCpuLimit(readText) ?? cores),
    memoryBytes: totalmem(),
    freeMemoryBytes: availableMemoryBytes(readText) ?? freemem(),
    loadAverage: loadavg()[0] ?? 0,
    freeDiskBytes,
    cpuGovernors: cpuGovernors(cores, readText),
    nodeVersion: process.version,
  };
}

/** What Linux would give to a program without swapping: more than what is free, since caches give way. */
export function availableMemoryBytes(readText: ReadText): number | undefined {
  const kibibytes = /^MemAvailable:\s+(\d+) kB$/m.exec(readText('/proc/meminfo') ?? '')?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}

/** Each governor once, in the order of the cores that have it. */
export function cpuGovernors(cores: number, readText: ReadText): string[] {
  const found = new Set<string>();
  for (let core = 0; core < cores; core++) {
    const governor = readText(`/sys/devices/system/cpu/cpu${core}/cpufreq/scaling_governor`)?.trim();
    if (governor !== undefined && governor !== '') found.add(governor);
  }
  return [...found];
}
