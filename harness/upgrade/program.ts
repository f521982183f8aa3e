/**
 * A program of an upgrade: a declaration with its settings, where it reads and where it writes, and what of it another
 * program may change when it goes on from its savepoint.
 */
import type { JobSpecification } from '../../substrates/stream-engine/stream-engine.ts';
import { duration } from '../config/units.ts';

/** What makes program B of program A. */
export type Change =
  /** The same counts are handed over to another store. */
  | { kind: 'sink' }
  /** From the savepoint on only tweets count whose low 32 bits are divisible by `keepOneIn`; into another store, too. */
  | { kind: 'filter'; keepOneIn: number }
  /** The same counts into another store, by another number of subtasks: keys and partitions are handed out anew. */
  | { kind: 'rescale'; parallelism: number };

export interface Program {
  name: 'A' | 'B';
  specification: Omit<JobSpecification, 'restoreFrom'>;
  /** As in the plan of a job on Flink. */
  filter?: { keepOneIn: number };
  /** Subtasks of each operator, if it is not what the cluster is used with. */
  parallelism?: number;
}

/** A program cannot go on from the savepoint of another; said before anything is stopped. */
export class UpgradeRefusedError extends Error {
  override readonly name = 'UpgradeRefusedError';
  /** What leads there all the same. */
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}

/** Throws `UpgradeRefusedError` if `next` cannot go on from the state of `running`. */
export function assertUpgradable(running: Program, next: Program): void {
  const from = running.specification;
  const to = next.specification;
  if (from.settings.hourMs !== to.settings.hourMs) throw otherWindow(running, next);
  const stages = ({ declaration }: typeof from): string => declaration.stages.map(({ kind }) => kind).join(', ');
  if (stages(from) !== stages(to)) {
    throw refused(
      next,
      `it has the stages ${stages(to)}, and the state of program ${running.name} is that of ${stages(from)}: ` +
        'whatever has no stage to go to would be forgotten',
    );
  }
  if (logOf(from) !== logOf(to)) {
    throw refused(
      next,
      `it reads ${logOf(to)}, and positions in the state of program ${running.name} are those of ${logOf(from)}`,
    );
  }
}

function otherWindow(running: Program, next: Program): UpgradeRefusedError {
  const [had, wants] = [running, next].map(({ specification }) => duration.format(specification.settings.hourMs));
  return refused(
    next,
    `its windows are ${wants} long, and the state of program ${running.name} holds counts of windows of ${had}: ` +
      'a count does not tell when its impressions were, so it can be put into no window of another length',
  );
}

function refused(next: Program, why: string): UpgradeRefusedError {
  return new UpgradeRefusedError(
    `program ${next.name} cannot go on from the savepoint: ${why}; nothing was stopped`,
    `Start program ${next.name} as a new job, without a savepoint and with a store of its own: it replays the log from ` +
      'its start. When it has caught up, let queries ask it, and stop the other.',
  );
}

function logOf({ log }: Program['specification']): string {
  const name = log.kind === 'kafka' ? `topic ${log.topic}` : `a log of kind ${log.kind}`;
  return `${name} with ${log.partitions} partitions`;
}
