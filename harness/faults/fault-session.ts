/**
 * The faults of one act: planned ones are armed before the stream starts, others join while it runs. At the end each is
 * asked for evidence, and all are healed whatever happened.
 */
import {
  type ActiveFault,
  type Evidence,
  type FaultContext,
  type FaultDefinition,
  type FaultSpecification,
  faultSpecificationSchema,
} from './fault.ts';
import type { FaultJournal } from './fault-journal.ts';
import { faultDefinition } from './registry.ts';

/** A fault and what became of it. */
export interface FaultOutcome {
  specification: FaultSpecification;
  definition: FaultDefinition;
  evidence: Evidence | undefined;
}

interface Entry {
  specification: FaultSpecification;
  definition: FaultDefinition;
  active: ActiveFault;
}

export class FaultSession {
  readonly #context: FaultContext;
  readonly #journal: FaultJournal | undefined;
  readonly #entries: Entry[] = [];
  #healed = false;

  constructor(context: FaultContext, journal?: FaultJournal) {
    this.#context = context;
    this.#journal = journal;
  }

  get specifications(): readonly FaultSpecification[] {
    return this.#entries.map(({ specification }) => specification);
  }

  /** Plans a fault. Error: `RangeError` if it makes no sense here. */
  async add(specification: FaultSpecification): Promise<void> {
    const definition = faultDefinition(specification.kind);
    const checked = faultSpecificationSchema.parse(specification);
    await this.#journal?.write(checked, definition, 'intended', { trigger: checked.trigger });
    this.#entries.push({ specification: checked, definition, active: await definition.inject(this.#context, checked) });
  }

  /** What became of each fault, in the order in which they were planned. */
  async outcomes(): Promise<FaultOutcome[]> {
    const outcomes: FaultOutcome[] = [];
    for (const { specification, definition, active } of this.#entries) {
      outcomes.push({ specification, definition, evidence: await active.evidence() });
    }
    return outcomes;
  }

  /** What shows that one fault bit so far. */
  evidenceOf(id: string): Promise<Evidence | undefined> {
    const entry = this.#entries.find(({ specification }) => specification.id === id);
    return entry === undefined ? Promise.resolve(undefined) : entry.active.evidence();
  }

  /** Writes what became of each fault into the journal. */
  async report(outcomes: readonly FaultOutcome[]): Promise<void> {
    for (const { specification, definition, evidence } of outcomes) {
      if (evidence === undefined) {
        await this.#journal?.write(specification, definition, 'no-evidence', {});
        continue;
      }
      const { atMs, what, at, events } = evidence;
      await this.#journal?.write(specification, definition, 'applied', {
        atMs,
        ...(at === undefined ? {} : { where: at }),
      });
      await this.#journal?.write(specification, definition, 'evidence', {
        atMs: evidence.endedMs ?? atMs,
        what,
        ...(events === undefined ? {} : { events }),
      });
    }
  }

  /** Ends all faults; idempotent, and one that cannot be healed does not keep the others from it. */
  async heal(): Promise<void> {
    if (this.#healed) return;
    this.#healed = true;
    const healing = this.#entries.map(async ({ specification, definition, active }) => {
      await active.heal();
      await this.#journal?.write(specification, definition, 'healed', {});
    });
    const failed = (await Promise.allSettled(healing)).find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }
}
