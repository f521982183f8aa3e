/** What a Cassandra cluster may do to a measurement. */
import type { CassandraFacts } from '../../substrates/key-value-store/cassandra/probe.ts';
import type { CassandraConsistency } from '../../substrates/key-value-store/key-value-store.ts';
import { type Finding, finding, judgeClock, judgeRoundTrip } from './findings.ts';

const LEAST_VERSION = 4;

export function judgeCassandra(
  facts: CassandraFacts,
  asked: { dataCenter: string; consistency: CassandraConsistency },
): Finding[] {
  return [
    judgeVersion(facts),
    judgeDataCenter(facts, asked.dataCenter),
    judgeConsistency(facts, asked),
    judgeCommitLog(facts),
    judgeRoundTrip(2 * facts.clockUncertainMs),
    judgeClock(facts.clockAheadMs, facts.clockUncertainMs),
  ];
}

function judgeVersion({ version }: CassandraFacts): Finding {
  return finding(
    { check: 'version', found: version, why: 'figures are of one version' },
    {
      level: 'warning',
      when: !(Number.parseInt(version, 10) >= LEAST_VERSION),
      remedy: `Use Cassandra ${LEAST_VERSION} or later; omegabench is tested on 5.0.`,
    },
  );
}

function judgeDataCenter({ nodes, wrongDataCenter }: CassandraFacts, asked: string): Finding {
  const names = Object.keys(nodes);
  return finding(
    {
      check: 'data centre',
      found: wrongDataCenter === undefined ? asked : `there is no ${asked}; there are ${names.join(', ')}`,
      why: 'a client that looks for another one finds no node to ask',
    },
    { level: 'problem', when: wrongDataCenter !== undefined, remedy: `Write ?dc=${names[0] ?? 'NAME'} in the URL.` },
  );
}

/** With one node there is one replica, and every level waits for it. */
function judgeConsistency(
  { nodes }: CassandraFacts,
  { dataCenter, consistency }: { dataCenter: string; consistency: CassandraConsistency },
): Finding {
  const all = Object.values(nodes).reduce((sum, each) => sum + each, 0);
  return finding(
    {
      check: 'consistency',
      found: `${consistency}, ${nodes[dataCenter] ?? 0} of ${all} ${all === 1 ? 'node' : 'nodes'} in ${dataCenter}`,
      why: 'a read of one replica may miss what another one has acknowledged, and reads as a lost count',
    },
    {
      level: 'warning',
      when: all > 1 && (consistency === 'one' || consistency === 'local-one'),
      remedy: 'Ask for ?consistency=local-quorum, unless the keyspace has one replica.',
    },
  );
}

function judgeCommitLog({ durability }: CassandraFacts): Finding {
  return finding(
    {
      check: 'commit log',
      found: durability,
      why: 'periodic acknowledges before the disk has a write; batch and group make each write wait for the disk',
    },
    {
      level: 'warning',
      when: /\bcommitlog_sync (?:batch|group)\b/.test(durability),
      remedy: 'Compare only runs with the same commitlog_sync; periodic is the default.',
    },
  );
}
