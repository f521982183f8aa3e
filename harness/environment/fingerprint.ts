/**
 * The machine that a run was measured on, and what on it may have disturbed the run. Figures of two machines are set
 * side by side only with this beside them.
 */
import { type ReadText, readGitCommit } from './git-commit.ts';

/** What the operating system says of itself; see `host-facts.ts` for the real ones. */
export interface HostFacts {
  platform: string;
  kernel: string;
  architecture: string;
  cpuModels: readonly string[];
  memoryBytes: number;
  /** Load averages over 1, 5 and 15 minutes; zeros where the system has none. */
  loadAverages: readonly number[];
  nodeVersion: string;
  environment: Readonly<Record<string, string | undefined>>;
  /** Folder of the package, where package.json and, in a working copy, `.git` are. */
  packageRoot: string;
  readText: ReadText;
}

export interface EnvironmentFingerprint {
  /** Name and version of the distribution, kernel and instruction set. */
  os: string;
  kernel: string;
  architecture: string;
  cpuModel: string;
  cores: number;
  memoryBytes: number;
  nodeVersion: string;
  packageVersion: string;
  /** 40 or 64 hexadecimal digits, or `unknown`. */
  commit: string;
  /**
   * What says that this is a container or a hosted build machine, such as `docker` or `kubernetes`; empty on bare
   * metal, as far as one can see.
   */
  container: string[];
  /** CPUs that the container may use at once, where it is limited. */
  cpuLimit?: number;
  /** Over the last minute before the run. */
  loadAverage: number;
  warnings: EnvironmentWarning[];
}

/** Fits the warnings of a result. */
export interface EnvironmentWarning {
  code: string;
  message: string;
}

export function fingerprint(facts: HostFacts): EnvironmentFingerprint {
  const cores = facts.cpuModels.length;
  const cpuLimit = readCpuLimit(facts.readText);
  const loadAverage = facts.loadAverages[0] ?? 0;
  return {
    os: `${distribution(facts)}, ${facts.kernel}, ${facts.architecture}`,
    kernel: facts.kernel,
    architecture: facts.architecture,
    cpuModel: facts.cpuModels[0]?.trim() || 'unknown',
    cores,
    memoryBytes: facts.memoryBytes,
    nodeVersion: facts.nodeVersion,
    packageVersion: packageVersion(facts),
    commit: readGitCommit(facts.packageRoot, facts.readText) ?? 'unknown',
    container: containerHints(facts),
    ...(cpuLimit === undefined ? {} : { cpuLimit }),
    loadAverage,
    warnings: noiseWarnings(cores, cpuLimit, loadAverage),
  };
}

function distribution(facts: HostFacts): string {
  const name = /^PRETTY_NAME="?([^"\n]+)"?$/m.exec(facts.readText('/etc/os-release') ?? '')?.[1];
  return facts.platform === 'linux' ? (name ?? 'Linux') : facts.platform;
}

function packageVersion(facts: HostFacts): string {
  const text = facts.readText(`${facts.packageRoot}/package.json`);
  const parsed: unknown = text === undefined ? undefined : JSON.parse(text);
  const version = typeof parsed === 'object' && parsed !== null && 'version' in parsed ? parsed.version : undefined;
  return typeof version === 'string' ? version : 'unknown';
}

function containerHints(facts: HostFacts): string[] {
  const hints = new Set<string>();
  if (facts.readText('/.dockerenv') !== undefined) hints.add('docker');
  if (facts.readText('/run/.containerenv') !== undefined) hints.add('podman');
  if (facts.environment.KUBERNETES_SERVICE_HOST !== undefined) hints.add('kubernetes');
  const groups = facts.readText('/proc/1/cgroup') ?? '';
  for (const name of ['docker', 'kubepods', 'containerd', 'lxc']) {
    if (groups.includes(name)) hints.add(name === 'kubepods' ? 'kubernetes' : name);
  }
  if (facts.environment.CI !== undefined && facts.environment.CI !== 'false') hints.add('ci');
  return [...hints];
}

/** The quota of control group v2: `max 100000`, or microseconds of CPU per period of wall time. */
export function readCpuLimit(readText: ReadText): number | undefined {
  const [quota, period] = (readText('/sys/fs/cgroup/cpu.max') ?? '').trim().split(/\s+/).map(Number);
  if (quota === undefined || period === undefined || !(quota > 0) || !(period > 0)) return undefined;
  return quota / period;
}

/** Half a core busy with something else is seen in every figure of a machine with two. */
const LOAD_PER_CORE = 0.25;
const LEAST_CORES = 2;

function noiseWarnings(cores: number, cpuLimit: number | undefined, loadAverage: number): EnvironmentWarning[] {
  const warnings: EnvironmentWarning[] = [];
  const usable = Math.min(cores, cpuLimit ?? cores);
  if (loadAverage > usable * LOAD_PER_CORE) {
    const message =
      `load average ${loadAverage.toFixed(1)} on ${usable} cores before the run: ` +
      'something else was running, and rates may be too low';
    warnings.push({ code: 'noisy-machine', message });
  }
  if (usable < LEAST_CORES) {
    const message = `${usable} core to use: generator, workers and probes share it, and freshness suffers first`;
    warnings.push({ code: 'few-cores', message });
  }
  return warnings;
}
