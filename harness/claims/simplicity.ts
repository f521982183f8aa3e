/**
 * How simple an architecture is, counted on its declaration: stages that the data passes, stores, and places that a
 * query reads.
 */
import { type Declaration, storesOf } from '../../substrates/declaration.ts';
import { decide, type Evaluate, notDecidedHere } from './claim.ts';
import { plural } from './words.ts';

interface Parts {
  stages: number;
  stores: number;
  /** Places that a query reads; where there are two, it merges. */
  sources: number;
  total: number;
  words: string;
}

export function partsOf(declaration: Declaration): Parts {
  const stages = declaration.stages.length;
  const stores = storesOf(declaration).length;
  const { from } = declaration.answer;
  const sources = from === 'state-then-store' || from === 'batch-over-speed' ? 2 : 1;
  const read = `${plural(sources, 'place')} that a query reads`;
  const words = `${plural(stages, 'stage')}, ${plural(stores, 'store')}, ${read}`;
  return { stages, stores, sources, total: stages + stores + sources, words };
}

/** One stage and at most one store: nothing to keep in step with a copy. The figure is the number of parts. */
export function simple(name: string): Evaluate {
  return (result) => {
    const found = result.architectures[name];
    if (found === undefined) return notDecidedHere(`${name} was not part of this run.`);
    const parts = partsOf(found.declaration);
    return decide(parts.stages === 1 && parts.stores <= 1, `Its declaration has ${parts.words}.`, parts.total);
  };
}
