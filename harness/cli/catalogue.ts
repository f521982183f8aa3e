/**
 * What `list` shows and names are checked against: architectures from their registry, substrates and faults from here.
 */
import { architectures } from '../../architectures/registry.ts';
import { type FaultDefinition, spellExpected } from '../faults/fault.ts';
import type { ServerFacts } from '../faults/proxy/servers.ts';
import { faultDefinitions } from '../faults/registry.ts';
import type { Catalogue, CatalogueEntry } from './dependencies.ts';

const SUBSTRATES: readonly CatalogueEntry[] = [
  {
    name: 'event-log: files',
    description: 'Partitioned, append-only segments of checksummed blocks on the local disk',
  },
  { name: 'key-value-store: lmdb', description: 'LMDB, embedded, shared by several processes' },
  {
    name: 'stream-engine: embedded',
    description: 'Worker processes that own partitions, with checkpoints and a supervisor',
  },
];

const started = (kind: ServerFacts['kind'], roles: ServerFacts['roles'], survivesKill: boolean): ServerFacts => ({
  kind,
  nodes: [kind],
  roles,
  ownership: 'started',
  survivesKill,
});
/** For faults that strike real servers alone: what is expected depends on them. */
const TYPICAL_SERVERS = [started('redis', ['serving', 'speed'], false), started('kafka', ['log'], true)];
const SURVIVING_SERVERS = [started('cassandra', ['serving', 'speed'], true), started('kafka', ['log'], true)];
const COUNTS_ON_SERVERS = 'Only on real servers (--log, --store). Counts afterwards, on Redis and Kafka';

/** What each fault does, and what the counts of each architecture are afterwards. */
function faultEntries(): CatalogueEntry[] {
  return faultDefinitions.map((definition) => {
    const onServersAlone = architectures.every((declaration) => definition.whyNot(declaration) !== undefined);
    const servers = onServersAlone ? TYPICAL_SERVERS : [];
    const expected = Object.fromEntries(
      architectures.map((declaration) => [declaration.name, spellExpected(definition, declaration, servers)]),
    );
    const counts = `${onServersAlone ? COUNTS_ON_SERVERS : 'Counts afterwards'}: ${inGroups(expected)}`;
    return {
      name: definition.kind,
      description: `${definition.row}. ${definition.description}. ${counts}${onCassandra(definition, expected)}.`,
      row: definition.row,
      expected,
    };
  });
}

/** Where it makes a difference that the store keeps what it has acknowledged. */
function onCassandra(definition: FaultDefinition, onRedis: Readonly<Record<string, string>>): string {
  if (architectures.some((declaration) => definition.whyNot(declaration) === undefined)) return '';
  const expected = Object.fromEntries(
    architectures.map((declaration) => [declaration.name, spellExpected(definition, declaration, SURVIVING_SERVERS)]),
  );
  const differs = Object.entries(expected).some(([name, outcome]) => onRedis[name] !== outcome);
  return differs ? `; on Cassandra: ${inGroups(expected)}` : '';
}

/** `exact: batch, beta; repeats: alpha`. */
function inGroups(expected: Readonly<Record<string, string>>): string {
  const groups = new Map<string, string[]>();
  for (const [name, outcome] of Object.entries(expected)) groups.set(outcome, [...(groups.get(outcome) ?? []), name]);
  return [...groups].map(([outcome, names]) => `${outcome}: ${names.join(', ')}`).join('; ');
}

export function catalogue(): Catalogue {
  return {
    architectures: architectures.map(({ name, summary }) => ({ name, description: summary })),
    substrates: SUBSTRATES,
    faults: faultEntries(),
  };
}
