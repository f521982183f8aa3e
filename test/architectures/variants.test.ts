/** Options of the architectures that change what is promised, against the conformance suite. */
import {
  batchJob,
  fromPublishedHours,
  fromState,
  fromStore,
  incrementStore,
  upsert,
  windowState,
} from '../../architectures/architecture.ts';
import { parseDeclaration } from '../../architectures/registry.ts';
import type { DeclarationInput } from '../../substrates/declaration.ts';
import { type CountsAfterCrash, describeArchitecture } from '../conformance/architecture.ts';
import { SOURCE } from '../support/architecture-run.ts';
import { TestWorld } from '../support/memory-world.ts';

const makeWorld = (seed: number): TestWorld => new TestWorld(seed, SOURCE.startMs);

const variants: [Omit<DeclarationInput, 'summary'>, CountsAfterCrash][] = [
  [
    {
      name: 'alpha-with-write',
      stages: [incrementStore({ store: 'serving', commit: 'with-write' })],
      answer: fromStore('serving'),
    },
    'exact',
  ],
  [
    {
      name: 'alpha-read-modify-write',
      stages: [incrementStore({ store: 'serving', increment: 'read-modify-write' })],
      answer: fromStore('serving'),
    },
    'counts-again',
  ],
  [
    {
      name: 'beta-additive',
      stages: [windowState({ keep: 'open', queryable: false, onClose: { kind: 'increment', store: 'serving' } })],
      answer: fromStore('serving'),
    },
    'counts-again',
  ],
  [
    {
      name: 'omega-prime-with-export',
      stages: [windowState({ keep: 'all', queryable: true, onClose: upsert('serving') })],
      answer: fromState,
    },
    'exact',
  ],
  [
    {
      name: 'batch-by-event-time',
      stages: [batchJob({ store: 'serving', bucketBy: 'event-time', cutOffMs: 0 })],
      answer: fromPublishedHours('serving'),
    },
    'as-the-archive-says',
  ],
  [
    {
      name: 'batch-by-event-time-with-cut-off',
      stages: [batchJob({ store: 'serving', bucketBy: 'event-time', cutOffMs: 60 })],
      answer: fromPublishedHours('serving'),
    },
    'as-the-archive-says',
  ],
];

for (const [input, counts] of variants) {
  describeArchitecture(parseDeclaration({ summary: 'A variant.', ...input }, 'test'), counts, makeWorld);
}
