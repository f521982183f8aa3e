/**
 * The declarations that simulations run: an architecture as it is registered or with one of its options, and always
 * with batches so small that a short stream has many.
 */
import { findArchitecture, parseDeclaration } from '../../architectures/registry.ts';
import type { Declaration, Stage } from '../../substrates/declaration.ts';
import type { Draws } from './draws.ts';

/** Options that change what a stage does; those of other kinds of stages pass it by. */
interface Variant {
  name: string;
  change(stage: Stage): Stage;
}

const asRegistered: Variant = { name: 'as registered', change: (stage) => stage };

function variantsOf(architecture: string, draws: Draws): readonly Variant[] {
  const cutOffMs = draws.whole(0, 120);
  const onIncrement = (name: string, options: object): Variant => ({
    name,
    change: (stage) => (stage.kind === 'increment-store' ? { ...stage, ...options } : stage),
  });
  const withWrite = onIncrement('commit with write', { commit: 'with-write' });
  const byEventTime: Variant = {
    name: 'batch by event time',
    change: (stage) => (stage.kind === 'batch-job' ? { ...stage, bucketBy: 'event-time', cutOffMs } : stage),
  };
  const onClose = (name: string, kind: 'increment' | 'upsert'): Variant => ({
    name,
    change: (stage) => (stage.kind === 'window-state' ? { ...stage, onClose: { kind, store: 'serving' } } : stage),
  });
  switch (architecture) {
    case 'batch':
      return [byEventTime];
    case 'alpha':
      return [withWrite, onIncrement('read-modify-write', { increment: 'read-modify-write' })];
    case 'lambda':
      return [withWrite, byEventTime];
    case 'beta':
      return [onClose('additive flush', 'increment')];
    case 'omega-prime':
      return [onClose('with export', 'upsert')];
    default:
      return [];
  }
}

/** One run in three has another form than the registered one, where there is one. Error for an unknown name. */
export function drawDeclaration(architecture: string, draws: Draws): { declaration: Declaration; variant: string } {
  const registered = findArchitecture(architecture);
  if (registered === undefined) throw new RangeError(`there is no architecture ${architecture}`);
  const variants = variantsOf(architecture, draws);
  const variant = variants.length > 0 && draws.chance(1 / 3) ? draws.pick(variants) : asRegistered;
  const maxKeys = draws.magnitude(1, 64);
  const maxBatchEvents = draws.magnitude(4, 400);
  const stages = registered.stages.map((stage): Stage => {
    const changed = variant.change(stage);
    if (changed.kind === 'increment-store') return { ...changed, maxBatchEvents };
    return changed.kind === 'window-state'
      ? { ...changed, maxFlushKeys: maxKeys }
      : { ...changed, maxLoadKeys: maxKeys };
  });
  const declaration = parseDeclaration({ ...registered, stages }, `the variant ${variant.name} of ${architecture}`);
  return { declaration, variant: variant.name };
}
