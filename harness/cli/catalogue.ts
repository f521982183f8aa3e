/** What `list` shows and names are checked against: architectures from their registry, substrates and faults from here. */
import { architectures } from '../../architectures/registry.ts';
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

const FAULTS: readonly CatalogueEntry[] = [
  {
    name: 'crash',
    description: 'SIGKILL of a worker, once at a stream position and once at the worst failpoint of the architecture',
  },
];

export function catalogue(): Catalogue {
  return {
    architectures: architectures.map(({ name, summary }) => ({ name, description: summary })),
    substrates: SUBSTRATES,
    faults: FAULTS,
  };
}
