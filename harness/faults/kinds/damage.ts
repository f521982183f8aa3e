/**
 * What faults of checkpoints share: a worker is killed, and before its successor starts something is done to what it
 * left.
 */
import type { JobEvent } from '../../../substrates/stream-engine/stream-engine.ts';
import type { ActiveFault, FaultContext, FaultSpecification } from '../fault.ts';
import { struckPartition } from '../inside-worker.ts';
import { kill } from './kill.ts';

export interface Damage {
  /** Files that were damaged or removed. */
  files: number;
}

/** `damage` is done once, when the worker of the struck partition has fallen by this fault. */
export async function killAndDamage(
  context: FaultContext,
  specification: FaultSpecification,
  damage: (partition: number) => Promise<Damage>,
  spell: (done: Damage, restored: readonly (JobEvent & { kind: 'restored' })[]) => string | undefined,
): Promise<ActiveFault> {
  const { director, job } = context;
  const partition = struckPartition(specification);
  const killed = await kill(context, specification);
  let done: Damage | undefined;
  let newestEpoch = 0;
  director.onFall(async ({ epoch, partitions }) => {
    if (done !== undefined || !partitions.includes(partition)) return;
    const byThis = await hasFallen(context, specification, killed);
    if (!byThis) return;
    newestEpoch = epoch;
    done = await damage(partition);
  });
  return {
    evidence: async () => {
      const evidence = await killed.evidence();
      if (evidence === undefined || done === undefined || done.files === 0) return undefined;
      const restored = job.events.filter(
        (event): event is JobEvent & { kind: 'restored' } =>
          event.kind === 'restored' && event.partition === partition && event.epoch > newestEpoch,
      );
      const said = spell(done, restored);
      return said === undefined ? undefined : { ...evidence, what: `${evidence.what}; ${said}` };
    },
    heal: () => killed.heal(),
  };
}

async function hasFallen(
  { director }: FaultContext,
  { id, trigger }: FaultSpecification,
  killed: ActiveFault,
): Promise<boolean> {
  if (trigger.at === 'time') return (await killed.evidence()) !== undefined;
  return (await director.records()).some((record) => record.id === id);
}
