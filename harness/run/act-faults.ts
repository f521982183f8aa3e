/**
 * The faults of one failure act: which there are, what they make of the stream that is offered, and, once the workers
 * are ready, the session that arms, heals and asks for evidence. Faults of another terminal join while the stream runs.
 */
import type { ImpressionSource } from '../../generators/impression-source.ts';
import { openStream } from '../../generators/open-stream.ts';
import type { Declaration } from '../../substrates/declaration.ts';
import { doubtAfter } from '../faults/crash-plan.ts';
import {
  expectedOf,
  type FaultDefinition,
  type FaultSpecification,
  type Outcome,
  spellExpected,
  whyNot,
} from '../faults/fault.ts';
import type { FaultDirector } from '../faults/fault-director.ts';
import { FaultJournal } from '../faults/fault-journal.ts';
import { planKinds, situationAt, specificationsOf } from '../faults/fault-plan.ts';
import { FaultSession } from '../faults/fault-session.ts';
import type { InjectionAnswer, InjectionRequest } from '../faults/injection-desk.ts';
import { killOnAnyEngine } from '../faults/kinds/flink.ts';
import { generatorStall } from '../faults/kinds/generator-stall.ts';
import { kill, plannedCrash } from '../faults/kinds/kill.ts';
import { struckServer } from '../faults/kinds/network.ts';
import { serverKill } from '../faults/kinds/server-kill.ts';
import { zombie } from '../faults/kinds/zombie.ts';
import type { Offer } from '../faults/offer.ts';
import { needsNetwork, whyForbidden } from '../faults/permission.ts';
import { effectsOf, type FaultEffects } from '../faults/prediction.ts';
import type { ServerFacts } from '../faults/proxy/servers.ts';
import { faultDefinition } from '../faults/registry.ts';
import type { FaultRecord } from '../results/acts.ts';
import type { ActContext } from './act-context.ts';
import { type Schedule, scheduleOf } from './failure-schedule.ts';
import { outcomeRecord } from './fault-record.ts';
import type { LiveAct } from './live-act.ts';

export interface PlannedFaults {
  schedule: Schedule;
  specifications: readonly FaultSpecification[];
  /** What is offered, with the faults that are in the stream itself. */
  source: ImpressionSource;
  offer: Offer;
}

/** Error: `RangeError` if a fault makes no sense with this stream. */
export async function planFaults(
  { config, faultPlan = [], servers }: Pick<ActContext, 'config' | 'faultPlan' | 'servers'>,
  declaration: Declaration,
  source: ImpressionSource,
): Promise<PlannedFaults> {
  const schedule = scheduleOf(source);
  const { positionMs, worstFromMs } = schedule;
  const hourMs = (worstFromMs - positionMs) / 0.2;
  const times = { fromMs: positionMs, toMs: Math.max(positionMs, source.endMs - 0.6 * hourMs), hourMs };
  const kinds = config.faults === 'none' ? [] : config.faults;
  const specifications = [
    ...planKinds(kinds, declaration, source, times, config.seed, servers.facts),
    ...faultPlan.filter(({ kind }) => whyNot(faultDefinition(kind), declaration, servers.facts) === undefined),
  ];
  let offer: Offer = { stream: source.description, repeated: [] };
  for (const specification of specifications) {
    offer = faultDefinition(specification.kind).prepare?.(specification, offer) ?? offer;
  }
  const offered = offer.stream === source.description ? source : await openStream(offer.stream);
  return { schedule, specifications, source: offered, offer };
}

export class ActFaults {
  readonly #act: LiveAct;
  readonly #director: FaultDirector;
  readonly #declaration: Declaration;
  readonly #session: FaultSession;
  readonly #servers: readonly ServerFacts[];

  private constructor(
    act: LiveAct,
    director: FaultDirector,
    declaration: Declaration,
    session: FaultSession,
    servers: readonly ServerFacts[],
  ) {
    this.#servers = servers;
    this.#act = act;
    this.#director = director;
    this.#declaration = declaration;
    this.#session = session;
  }

  /** Arms all planned faults; the workers are ready and have not begun. */
  static async arm(
    context: ActContext,
    act: LiveAct,
    director: FaultDirector,
    declaration: Declaration,
    planned: PlannedFaults,
  ): Promise<ActFaults> {
    const { runtime, job, queryPath, folder } = act.pipeline;
    const { startMs } = act.source;
    director.attach(job);
    const { servers } = context;
    const { directory } = context.workspace;
    const journal = new FaultJournal(runtime.files, directory, runtime.clock, declaration.name, startMs);
    const session = new FaultSession(
      {
        runtime,
        director,
        declaration,
        job,
        capabilities: act.pipeline.engine.capabilities,
        jobDirectory: `${folder}/job`,
        startMs,
        offer: planned.offer,
        generator: act.generator,
        queryPath,
        stores: act.pipeline.stores,
        realServers: servers.facts,
        servers: servers.control,
        ...(act.network === undefined ? {} : { network: act.network }),
        ...(context.silentAfterMs === undefined ? {} : { silentAfterMs: context.silentAfterMs }),
      },
      journal,
    );
    for (const specification of planned.specifications) await session.add(specification);
    return new ActFaults(act, director, declaration, session, servers.facts);
  }

  heal(): Promise<void> {
    return this.#session.heal();
  }

  /** The generator is late because it was told to be. */
  stallsGenerator(): boolean {
    return this.#session.specifications.some(
      ({ kind, target }) =>
        kind === generatorStall.kind ||
        (kind === serverKill.kind && struckServer(this.#declaration, this.#servers, target)?.roles.includes('log')),
    );
  }

  /** A worker falls silent because it was told to. */
  silencesWorkers(): boolean {
    return this.#session.specifications.some(({ kind }) => kind === zombie.kind);
  }

  /** What the kinds of all faults make of the final counts. */
  outcomes(): Outcome[] {
    return this.#session.specifications.flatMap(({ kind }) => {
      const expected = expectedOf(faultDefinition(kind), this.#declaration, this.#servers);
      return expected === 'not-applicable' ? [] : [expected.final];
    });
  }

  /** Asks every fault for its evidence, and writes it into the journal. */
  async records(): Promise<FaultRecord[]> {
    const outcomes = await this.#session.outcomes();
    await this.#session.report(outcomes);
    const { pipeline, prober, source } = this.#act;
    const seen = { events: pipeline.job.events, probes: prober.log.records, startMs: source.startMs };
    return outcomes.map((outcome) =>
      outcomeRecord(outcome, spellExpected(outcome.definition, this.#declaration, this.#servers), seen),
    );
  }

  async effects(): Promise<FaultEffects> {
    const effects = await effectsOf(this.#director, this.#declaration, this.#act.pipeline.runtime.files);
    return { ...effects, ...this.#doubt() };
  }

  /** A fault of another terminal: strikes as soon as it can, and answers with what happened. */
  async inject(request: InjectionRequest): Promise<InjectionAnswer> {
    const declaration = this.#declaration;
    const refused = this.#refusal(request);
    if (refused !== undefined) return { state: 'refused', what: refused, architecture: declaration.name };
    const { runtime } = this.#act.pipeline;
    const specifications = this.#specificationsOf(request);
    for (const specification of specifications) await this.#session.add(specification);
    const first = specifications[0]?.id ?? '';
    for (let waitedMs = 0; waitedMs < INJECTION_WAIT_MS; waitedMs += 50) {
      const evidence = await this.#session.evidenceOf(first);
      if (evidence !== undefined) return { state: 'bit', what: evidence.what, architecture: declaration.name };
      await runtime.sleep(50);
    }
    const what = `${request.kind} was injected and has left no evidence yet: it waits for its moment`;
    return { state: 'silent', what, architecture: declaration.name };
  }

  /** All faults are crashes of which that can be said: at a failpoint, of workers with one partition. */
  #doubt(): { inDoubt?: number } {
    if (!this.#act.pipeline.engine.capabilities.failpoints) return {};
    const { specifications } = this.#session;
    const isKill = ({ inject }: FaultDefinition): boolean => inject === kill || inject === killOnAnyEngine;
    const planned = specifications.filter(
      ({ kind, trigger }) => isKill(faultDefinition(kind)) && trigger.at !== 'time',
    );
    const isAlone = this.#act.pipeline.job.workers().every(({ partitions }) => partitions.length === 1);
    return isAlone && planned.length === specifications.length ? doubtAfter(planned.map(plannedCrash)) : {};
  }

  #specificationsOf({ kind, id, partition, store, durationMs, seed }: InjectionRequest): FaultSpecification[] {
    const { pipeline, source } = this.#act;
    const atMs = pipeline.runtime.clock.nowMs() + INJECTION_LEAD_MS;
    const situation = situationAt(this.#declaration, source, atMs, source.hourMs, partition);
    return specificationsOf(kind, id, situation, seed, this.#servers).map((specification) => ({
      ...specification,
      target: { ...specification.target, ...(store === undefined ? {} : { store }) },
      ...(durationMs === undefined ? {} : { durationMs }),
    }));
  }

  #refusal({ kind, partition }: InjectionRequest): string | undefined {
    const { source, pipeline } = this.#act;
    const definition = faultDefinition(kind);
    const reason = whyNot(definition, this.#declaration, this.#servers);
    if (reason !== undefined) return `${kind} has nothing to strike in ${this.#declaration.name}: ${reason}`;
    const forbidden = whyForbidden([{ kind }], [this.#declaration], this.#servers);
    if (forbidden !== undefined) return forbidden;
    if (needsNetwork([{ kind }]) && this.#act.network === undefined)
      return `${kind} needs the proxies from the start: start a run with --faults ${kind}`;
    if (definition.prepare !== undefined) return `${kind} is part of the stream: start a run with --faults ${kind}`;
    if (partition !== undefined && partition >= source.partitions) {
      return `there is no partition ${partition}: the run has ${source.partitions}, from 0 on`;
    }
    const leftMs = source.endMs - pipeline.runtime.clock.nowMs();
    if (leftMs < 2 * INJECTION_LEAD_MS) return `the stream of ${this.#declaration.name} is over: wait for the next act`;
    return undefined;
  }
}

/** Workers read the position then that is due so much later. */
const INJECTION_LEAD_MS = 200;
/** Longest wait for evidence; what waits for the end of an hour may take longer. */
const INJECTION_WAIT_MS = 8000;
