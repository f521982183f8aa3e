/** The architectures that judges run: the six, and the forms of them in which certain bugs show. */
import { batchJob, incrementStore } from '../../../architectures/architecture.ts';
import { findArchitecture, parseDeclaration } from '../../../architectures/registry.ts';
import type { Declaration, Stage } from '../../../substrates/declaration.ts';

const SUBJECTS = [
  'batch',
  'alpha',
  'lambda',
  'beta',
  'omega',
  'omega-prime',
  'additive beta',
  'alpha by read-modify-write',
  'alpha with its position in the store',
  'batch by event time',
] as const;
export type Subject = (typeof SUBJECTS)[number];

/** With batches so small that a short stream has many. */
export function subject(name: Subject): Declaration {
  const { base, stages } = formOf(name);
  return parseDeclaration({ ...base, stages: stages.map(inSmallBatches) }, name);
}

function formOf(name: Subject): { base: Declaration; stages: readonly Stage[] } {
  const form = (architecture: string, change: (stage: Stage) => unknown) => {
    const base = findArchitecture(architecture);
    if (base === undefined) throw new Error(`there is no architecture ${architecture}`);
    return { base, stages: base.stages.map(change) as readonly Stage[] };
  };
  switch (name) {
    case 'additive beta':
      return form('beta', (stage) => ({ ...stage, onClose: { kind: 'increment', store: 'serving' } }));
    case 'alpha by read-modify-write':
      return form('alpha', (stage) => ({ ...stage, increment: 'read-modify-write' }));
    case 'alpha with its position in the store':
      return form('alpha', () => incrementStore({ store: 'serving', commit: 'with-write' }));
    case 'batch by event time':
      return form('batch', () => batchJob({ store: 'serving', bucketBy: 'event-time', cutOffMs: 60 }));
    default:
      return form(name, (stage) => stage);
  }
}

function inSmallBatches(stage: Stage): Stage {
  if (stage.kind === 'increment-store') return { ...stage, maxBatchEvents: 100 };
  return stage.kind === 'window-state' ? { ...stage, maxFlushKeys: 8 } : { ...stage, maxLoadKeys: 8 };
}
