/** What this machine may do to a measurement. */
import { formatBytes } from '../config/units.ts';
import { type Finding, finding } from './findings.ts';

/** What the operating system says; see `machine-facts.ts` for the real ones. */
export interface MachineFacts {
  /** Cores that this process may use, a container's limit included. */
  usableCores: number;
  memoryBytes: number;
  freeMemoryBytes: number;
  /** Average over the last minute; 0 where the system has none. */
  loadAverage: number;
  /** On the disk where runs leave their folders. */
  freeDiskBytes: number;
  /** Governors of the cores, each once; empty where the system does not tell. */
  cpuGovernors: readonly string[];
  /** Such as `v20.19.0`. */
  nodeVersion: string;
}

const LEAST_CORES = 2;
/** The same share of a core as `fingerprint` warns of in a result. */
const LOAD_PER_CORE = 0.25;
const GIB = 1024 ** 3;
const LEAST_FREE_MEMORY_BYTES = GIB / 2;
const GOOD_FREE_MEMORY_BYTES = 2 * GIB;
/** A default run estimates 1.0 GiB. */
const LEAST_FREE_DISK_BYTES = GIB;
const GOOD_FREE_DISK_BYTES = 4 * GIB;
/** Governors that hold one frequency, or choose it with the hardware's help fast enough. */
const STEADY_GOVERNORS = ['performance', 'schedutil'];

export function judgeMachine(facts: MachineFacts): Finding[] {
  return [
    judgeCores(facts),
    judgeLoad(facts),
    judgeMemory(facts),
    judgeDisk(facts),
    ...judgeCpu(facts),
    judgeNode(facts),
  ];
}

function judgeCores({ usableCores }: MachineFacts): Finding {
  return finding(
    {
      check: 'cores',
      found: `${usableCores} to use`,
      why: 'generator, workers, probes and servers of this machine share them',
    },
    {
      level: 'warning',
      when: usableCores < LEAST_CORES,
      remedy: `Use a machine with ${LEAST_CORES} cores or more, or raise the container's CPU limit.`,
    },
  );
}

function judgeLoad({ loadAverage, usableCores }: MachineFacts): Finding {
  return finding(
    {
      check: 'load',
      found: `average ${loadAverage.toFixed(2)} over the last minute`,
      why: 'what else runs takes time from the pipeline, and rates read too low',
    },
    {
      level: 'warning',
      when: loadAverage > usableCores * LOAD_PER_CORE,
      remedy: 'Stop what else is running, and wait for a minute.',
    },
  );
}

function judgeMemory({ memoryBytes, freeMemoryBytes }: MachineFacts): Finding {
  return finding(
    {
      check: 'memory',
      found: `${formatBytes(freeMemoryBytes)} available of ${formatBytes(memoryBytes)}`,
      why: 'state and stores are in memory, and a machine that swaps measures its disk',
    },
    {
      level: 'problem',
      when: freeMemoryBytes < LEAST_FREE_MEMORY_BYTES,
      remedy: `Free at least ${formatBytes(LEAST_FREE_MEMORY_BYTES)}: end other programs or stop servers.`,
    },
    {
      level: 'warning',
      when: freeMemoryBytes < GOOD_FREE_MEMORY_BYTES,
      remedy: `Have ${formatBytes(GOOD_FREE_MEMORY_BYTES)} for a run at the default rate, or lower --rate.`,
    },
  );
}

function judgeDisk({ freeDiskBytes }: MachineFacts): Finding {
  return finding(
    {
      check: 'disk',
      found: `${formatBytes(freeDiskBytes)} free where results go`,
      why: 'the embedded log, the stores and the checkpoints of an act are on it',
    },
    {
      level: 'problem',
      when: freeDiskBytes < LEAST_FREE_DISK_BYTES,
      remedy: `Free ${formatBytes(LEAST_FREE_DISK_BYTES)} at least, or run with --out on another disk.`,
    },
    {
      level: 'warning',
      when: freeDiskBytes < GOOD_FREE_DISK_BYTES,
      remedy: `Have ${formatBytes(GOOD_FREE_DISK_BYTES)}: a disk that is nearly full is slow.`,
    },
  );
}

function judgeCpu({ cpuGovernors }: MachineFacts): Finding[] {
  if (cpuGovernors.length === 0) return [];
  return [
    finding(
      {
        check: 'CPU governor',
        found: cpuGovernors.join(', '),
        why: 'a core that changes its frequency gives two runs of the same thing different rates',
      },
      {
        level: 'warning',
        when: cpuGovernors.some((governor) => !STEADY_GOVERNORS.includes(governor)),
        remedy: 'Set it: cpupower frequency-set -g performance (as root).',
      },
    ),
  ];
}

function judgeNode({ nodeVersion }: MachineFacts): Finding {
  const [major = 0, minor = 0] = nodeVersion.replace(/^v/, '').split('.').map(Number);
  const supported = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major >= 24;
  return finding(
    {
      check: 'Node.js',
      found: nodeVersion,
      why: 'the speed of the loops is that of its compiler, so runs are compared on one version',
    },
    { level: 'problem', when: !supported, remedy: 'Install Node.js 20.19 or later, 22.12 or later, or 24.' },
  );
}
