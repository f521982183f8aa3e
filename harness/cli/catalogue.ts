/**
 * What `list` shows and names are checked against: architectures from their registry, substrates and faults from here.
 */
import { architectures } from '../../architectures/registry.ts';
import { spellExpected } from '../faults/fault.ts';
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

/** What each fault does, and what the counts of each architecture are afterwards. */
function faultEntries(): CatalogueEntry[] {
  return faultDefinitions.map((definition) => {
    const expected = Object.fromEntries(
      architectures.map((declaration) => [declaration.name, spellExpected(definition, declaration)]),
    );
    return {
      name: definition.kind,
      description: `${definition.row}. ${definition.description}. Counts afterwards: ${inGroups(expected)}.`,
      row: definition.row,
      expected,
    };
  });
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
