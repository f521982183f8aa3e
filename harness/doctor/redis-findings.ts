/** What a Redis server, or a server that speaks as one, may do to a measurement. */
import type { RedisFacts } from '../../substrates/key-value-store/redis/probe.ts';
import { formatBytes } from '../config/units.ts';
import { type Finding, finding, judgeClock } from './findings.ts';

const LEAST_VERSION = 6;
/** More than this share of the limit in use, and a run may meet it. */
const MEMORY_FULL_SHARE = 0.9;
const MEMORY_TIGHT_SHARE = 0.5;

/** Of each node that the URL names. `asCluster`: it names several. */
export function judgeRedis(nodes: readonly RedisFacts[], asCluster: boolean): Finding[] {
  return nodes.flatMap((facts) => {
    const findings = [
      judgeVersion(facts),
      judgeRole(facts),
      ...judgeCluster(facts, asCluster),
      judgeEviction(facts),
      judgeMemory(facts),
      judgePersistence(facts),
      judgeClock(facts.clockOffsetMs, 0),
    ];
    if (nodes.length === 1) return findings;
    return findings.map((one) => ({ ...one, check: `${one.check} of ${facts.host}:${facts.port}` }));
  });
}

function judgeVersion({ version }: RedisFacts): Finding {
  return finding(
    { check: 'version', found: version, why: 'figures are of one version, and old ones lack commands that are used' },
    {
      level: 'warning',
      when: !(Number(/\d+/.exec(version)?.[0]) >= LEAST_VERSION),
      remedy: `Use Redis ${LEAST_VERSION} or later, or Valkey; omegabench is tested on Redis 7 and Valkey 9.`,
    },
  );
}

/** Clients of a cluster find its masters by themselves, whichever node they ask. */
function judgeRole({ role, clusterEnabled }: RedisFacts): Finding {
  const replica = role !== 'master' && !clusterEnabled;
  return finding(
    { check: 'role', found: replica ? 'a replica' : 'takes writes', why: 'counts are written, and it refuses writes' },
    {
      level: 'problem',
      when: replica,
      remedy: 'Give the address of its master, or make it one: REPLICAOF NO ONE.',
    },
  );
}

function judgeCluster({ clusterEnabled }: RedisFacts, asCluster: boolean): Finding[] {
  if (!clusterEnabled && !asCluster) return [];
  return [
    finding(
      {
        check: 'cluster',
        found: clusterEnabled ? 'part of a cluster' : 'no part of a cluster',
        why: 'a client that takes one for the other finds a part of the keys only',
      },
      {
        level: 'problem',
        when: clusterEnabled && !asCluster,
        remedy: 'Name two of its hosts or more: redis://first:6379,second:6379.',
      },
      {
        level: 'problem',
        when: !clusterEnabled,
        remedy: 'Name one host alone: several in one URL are a cluster.',
      },
    ),
  ];
}

function judgeEviction({ evictionPolicy, maxMemoryBytes }: RedisFacts): Finding {
  const evicts = evictionPolicy !== 'noeviction';
  return finding(
    {
      check: 'eviction',
      found: `${evictionPolicy}, ${maxMemoryBytes === undefined ? 'and no limit on memory' : 'with a limit on memory'}`,
      why: 'a counter that is evicted reads as impressions that the architecture lost',
    },
    {
      level: 'problem',
      when: evicts && maxMemoryBytes !== undefined,
      remedy: 'Set it: CONFIG SET maxmemory-policy noeviction.',
    },
    {
      level: 'warning',
      when: evicts,
      remedy: 'Set it before somebody sets a limit: CONFIG SET maxmemory-policy noeviction.',
    },
  );
}

function judgeMemory({ maxMemoryBytes, usedMemoryBytes }: RedisFacts): Finding {
  const share = maxMemoryBytes === undefined ? 0 : usedMemoryBytes / maxMemoryBytes;
  const limit = maxMemoryBytes === undefined ? 'used, without a limit' : `used of ${formatBytes(maxMemoryBytes)}`;
  const remedy = 'Raise the limit (CONFIG SET maxmemory), or remove what others have left.';
  return finding(
    {
      check: 'memory',
      found: `${formatBytes(usedMemoryBytes)} ${limit}`,
      why: 'a server that is full refuses writes, and the act ends there',
    },
    { level: 'problem', when: share > MEMORY_FULL_SHARE, remedy },
    { level: 'warning', when: share > MEMORY_TIGHT_SHARE, remedy },
  );
}

function judgePersistence({ persistence }: RedisFacts): Finding {
  return finding(
    {
      check: 'persistence',
      found: persistence,
      why: 'a snapshot forks the server and writes all it has while figures are taken; without any, a restart loses all',
    },
    {
      level: 'warning',
      // The setting `save`, pairs of seconds and changes.
      when: /\bsnapshots \d/.test(persistence),
      remedy: "Turn snapshots off for the measurement: CONFIG SET save ''.",
    },
  );
}
