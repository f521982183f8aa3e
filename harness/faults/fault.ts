/**
 * A fault: what is broken, where, when and for how long, as data that a person can write down; and its kind, which
 * knows how to break it, what shows that it bit, how to heal it, and what each architecture must then answer.
 */
import { z } from 'zod';
import { type Declaration, type Stage, type StoreName, storesOf } from '../../substrates/declaration.ts';
import type { KeyValueStore } from '../../substrates/key-value-store/key-value-store.ts';
import type { Runtime } from '../../substrates/runtime.ts';
import { FAILPOINTS } from '../../substrates/stream-engine/embedded/hooks.ts';
import type { EngineCapabilities, RunningJob } from '../../substrates/stream-engine/stream-engine.ts';
import { finalStages } from '../run/promises.ts';
import type { CrashRecord, PlannedCrash } from './crash-plan.ts';
import type { FaultDirector } from './fault-director.ts';
import type { Offer } from './offer.ts';
import type { Network } from './proxy/network.ts';
import { type EngineKind, engineOf, type ServerControl, type ServerFacts } from './proxy/servers.ts';
import type { QueryPath } from './query-path.ts';

const place = z.int().min(0);

export const triggerSchema = z.discriminatedUnion('at', [
  /** The stream position: the same for every architecture. */
  z.strictObject({ at: z.literal('position'), partition: place, offset: place }),
  /** The n-th time that a stage passes a named failpoint, from an offset on. */
  z.strictObject({
    at: z.literal('failpoint'),
    failpoint: z.enum(FAILPOINTS),
    partition: place,
    stage: place.optional(),
    fromOffset: place.default(0),
    hit: z.int().min(1).default(1),
  }),
  /** Wall time from the start of the act. */
  z.strictObject({ at: z.literal('time'), afterStartMs: z.number().min(0) }),
]);

export const faultSpecificationSchema = z.strictObject({
  /** Of this run alone; shown in the journal. */
  id: z.string().min(1).max(80),
  kind: z.string().min(1),
  target: z
    .strictObject({
      partition: place.optional(),
      /** Where a fault strikes a store: this one. */
      store: z.enum(['serving', 'speed']).optional(),
      /** Where a fault strikes a real server: the one that is used for this. */
      server: z.enum(['log', 'serving', 'speed']).optional(),
    })
    .prefault({}),
  trigger: triggerSchema,
  durationMs: z.number().min(1).max(600_000).optional(),
  /** What is left to chance follows from it. */
  seed: z.int().default(1),
});

export type FaultSpecification = z.infer<typeof faultSpecificationSchema>;
export type Trigger = z.infer<typeof triggerSchema>;

/**
 * What the counts are after the fault, all healed and drained. `exact`: right. `stale`: right, and answers were old or
 * missing meanwhile. `repeats`, `loses`: wrong by the predicted number of events. `may-repeat`: right, or too high by
 * no more than what was under way. `rises`: by the duplicates that the stream really has. `drops`: late events are
 * dropped and counted. `misplaces`: in the hour of their arrival. `fail-stop`: the job refuses to go on.
 */
export type Outcome =
  | 'exact'
  | 'stale'
  | 'may-repeat'
  | 'repeats'
  | 'loses'
  | 'rises'
  | 'drops'
  | 'misplaces'
  | 'fail-stop';

/** What shows that a fault bit. Times are the run's clock. */
export interface Evidence {
  atMs: number;
  /** In words, with numbers. */
  what: string;
  endedMs?: number;
  at?: { partition: number; offset: number };
  /** Events that will be counted again, were lost, or were sent twice. */
  events?: number;
  /** Of a kill: the plan, and what the victim wrote down. */
  crash?: { planned: PlannedCrash; record: CrashRecord };
}

export interface ActiveFault {
  /** Undefined if nothing shows that the fault bit. */
  evidence(): Promise<Evidence | undefined>;
  /** Ends the fault and leaves nothing stopped. Idempotent. */
  heal(): Promise<void>;
}

/** What a fault may lay its hands on; the same in a world of processes and in a simulated one. */
export interface FaultContext {
  runtime: Runtime;
  director: FaultDirector;
  declaration: Declaration;
  job: RunningJob;
  /** Of the engine; all, if absent. */
  capabilities?: EngineCapabilities;
  jobDirectory: string;
  /** When the stream starts. */
  startMs: number;
  offer: Offer;
  /** The process that offers the stream, where there is one. */
  generator?: { signal(signal: 'SIGSTOP' | 'SIGCONT'): void };
  /** A worker that says nothing for this long is replaced. */
  silentAfterMs?: number;
  /** The way of a query to its stores and to the state. */
  queryPath?: QueryPath;
  /** The real servers that the run uses; none where everything is embedded. */
  realServers?: readonly ServerFacts[];
  /** What can be done to the network between the workers and them. */
  network?: Network;
  /** Those of them that omegabench has started itself. */
  servers?: ServerControl;
  /** The harness's own handles of the stores, which pass no proxy. */
  stores?: Partial<Record<StoreName, KeyValueStore>>;
}

/** Where and when a fault could strike if nobody says so. */
export interface Situation {
  declaration: Declaration;
  /** The partition to strike. */
  partition: number;
  /** On the run's clock. */
  startMs: number;
  atMs: number;
  hourMs: number;
  /** The stream position of the partition that is due at a time. */
  offsetAt(timeMs: number): number;
  /** What runs the job; embedded, if absent. */
  engine?: EngineKind;
}

/** A strike, without a name. */
export type Strike = Pick<FaultSpecification, 'trigger'> & Partial<Pick<FaultSpecification, 'target' | 'durationMs'>>;

export interface FaultDefinition {
  readonly kind: string;
  readonly description: string;
  /** Row of the fault matrix, such as F5. */
  readonly row: string;
  /** Engines whose jobs it can strike; the embedded one alone, if absent: it reaches into workers. */
  readonly engines?: readonly EngineKind[];
  /**
   * Why there is nothing of this architecture, on these servers, for the fault to strike; undefined if there is. Asked
   * by way of `whyNot` below, which knows the engine too.
   */
  whyNot(declaration: Declaration, servers?: readonly ServerFacts[]): string | undefined;
  /** What the counts of this stage are afterwards, struck where a plan strikes. */
  outcomeOf(stage: Stage, declaration: Declaration, servers?: readonly ServerFacts[]): Outcome;
  /** Of a fault of real servers: why it may not be done to this one; undefined if it may. */
  forbidden?(server: ServerFacts): string | undefined;
  /** On Flink it strikes the cluster itself, and not a log or a store. */
  readonly strikesEngine?: true;
  /** The workers' connections must pass the proxies from the start. */
  readonly needsNetwork?: true;
  /** Where it strikes if nobody says so, in the order in which it does. */
  plan(situation: Situation): Strike[];
  /** Changes what is offered, before anything is started. */
  prepare?(specification: FaultSpecification, offer: Offer): Offer;
  /** Breaks it, now or when the trigger is reached. The workers are ready and may not have begun. */
  inject(context: FaultContext, specification: FaultSpecification): Promise<ActiveFault>;
}

/** Why the fault has nothing to strike, or cannot strike it on this engine; undefined if it can. */
export function whyNot(
  definition: FaultDefinition,
  declaration: Declaration,
  servers: readonly ServerFacts[] = [],
): string | undefined {
  const engine = engineOf(servers);
  if ((definition.engines ?? ['embedded']).includes(engine)) return definition.whyNot(declaration, servers);
  return engine === 'flink'
    ? 'the job runs on Flink, and nothing of ours reaches into its workers'
    : 'the job does not run on Flink';
}

/** The final answer after the fault, and what a speed store by itself holds. */
export function expectedOf(
  definition: FaultDefinition,
  declaration: Declaration,
  servers: readonly ServerFacts[] = [],
): { final: Outcome; speed: Outcome | undefined } | 'not-applicable' {
  if (whyNot(definition, declaration, servers) !== undefined) return 'not-applicable';
  const outcomeOf = (stage: Stage): Outcome => definition.outcomeOf(stage, declaration, servers);
  const outcomes = finalStages(declaration).map(({ stage }) => outcomeOf(stage));
  const speed = declaration.answer.from === 'batch-over-speed' ? declaration.answer.speed : undefined;
  const writers = declaration.stages.filter((stage) => 'store' in stage && stage.store === speed);
  return {
    final: worstOf(outcomes),
    speed: speed === undefined ? undefined : worstOf(writers.map(outcomeOf)),
  };
}

/** In words for a list, such as `exact (speed store: repeats)`. */
export function spellExpected(
  definition: FaultDefinition,
  declaration: Declaration,
  servers: readonly ServerFacts[] = [],
): string {
  const expected = expectedOf(definition, declaration, servers);
  if (expected === 'not-applicable') return `not applicable: ${whyNot(definition, declaration, servers)}`;
  const { final, speed } = expected;
  return speed === undefined || speed === final ? final : `${final} (speed store: ${speed})`;
}

const SEVERITY: readonly Outcome[] = [
  'exact',
  'stale',
  'misplaces',
  'drops',
  'rises',
  'may-repeat',
  'repeats',
  'loses',
  'fail-stop',
];

function worstOf(outcomes: readonly Outcome[]): Outcome {
  return outcomes.reduce((a, b) => (SEVERITY.indexOf(b) > SEVERITY.indexOf(a) ? b : a), 'exact');
}

export function writesNoStore(declaration: Declaration): string | undefined {
  return storesOf(declaration).length === 0 ? 'it has no store' : undefined;
}

export function describeTrigger(trigger: Trigger): string {
  switch (trigger.at) {
    case 'position':
      return `at offset ${trigger.offset} of partition ${trigger.partition}`;
    case 'failpoint': {
      const from = trigger.fromOffset > 0 ? ` from offset ${trigger.fromOffset} on` : '';
      return `at pass ${trigger.hit} of ${trigger.failpoint} of partition ${trigger.partition}${from}`;
    }
    case 'time':
      return `${Math.round(trigger.afterStartMs)} ms after the start`;
  }
}
