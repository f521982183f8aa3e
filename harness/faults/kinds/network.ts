/**
 * What faults of the network share: which server they strike, why there may be none, whether it is theirs to strike,
 * what becomes of the counts, and a strike that lasts and leaves the links' counters as its evidence.
 */
import { type Declaration, type Stage, type StoreName, storesOf } from '../../../substrates/declaration.ts';
import type { Runtime } from '../../../substrates/runtime.ts';
import { repeatsWrites } from '../../run/promises.ts';
import type {
  ActiveFault,
  FaultContext,
  FaultDefinition,
  FaultSpecification,
  Outcome,
  Situation,
  Strike,
} from '../fault.ts';
import { durationOf, reached, struckStore } from '../inside-worker.ts';
import { combineCounters, type LinkCommand, type LinkCounters, noCounters } from '../proxy/network.ts';
import { engineOf, type Role, type ServerFacts, urlOf } from '../proxy/servers.ts';
import { atPosition } from './kill.ts';

/**
 * The server that was named, or the one whose store is written event by event, or else another that the architecture
 * uses; undefined if it uses none.
 */
export function struckServer(
  declaration: Declaration,
  servers: readonly ServerFacts[] = [],
  target: FaultSpecification['target'] = {},
): ServerFacts | undefined {
  const named = target.server ?? target.store;
  const stores = storesOf(declaration);
  const inOrder: Role[] = stores.length === 0 ? ['log'] : [struckStore({ declaration }), ...stores, 'log'];
  // A job on Flink can be led through a proxy to Redis alone: others name their servers to it themselves.
  const led = engineOf(servers) === 'flink' ? servers.filter(({ kind }) => kind === 'redis') : servers;
  for (const role of named === undefined ? inOrder : [named]) {
    const found = led.find(({ roles }) => roles.includes(role));
    if (found !== undefined) return found;
  }
  return undefined;
}

export function noServer(declaration: Declaration, servers: readonly ServerFacts[] = []): string | undefined {
  if (struckServer(declaration, servers) !== undefined) return undefined;
  if (servers.length === 0) return 'the log and the stores are embedded: there is no server and no network to strike';
  if (engineOf(servers) === 'flink')
    return 'it writes to no Redis, and a job on Flink reaches others through no proxy of ours';
  return storesOf(declaration).length === 0
    ? 'it has no store, and the log is embedded: there is no server to strike'
    : 'what it uses is embedded: there is no server to strike';
}

export function foreign(server: ServerFacts): string | undefined {
  if (server.ownership !== 'foreign') return undefined;
  return (
    `${urlOf(server)} was not started by omegabench, and nothing is broken on servers of others: ` +
    "start one with 'omegabench services up', or say --i-own-this-server if it is yours to break"
  );
}

/** The counts where requests or replies of the struck server are lost; `worst` of a write that repeats. */
export function afterLoss(worst: 'repeats' | 'may-repeat' | 'stale') {
  return (stage: Stage, declaration: Declaration, servers?: readonly ServerFacts[]): Outcome => {
    const store = writtenBy(stage);
    const isStruck = store !== undefined && struckServer(declaration, servers)?.roles.includes(store) === true;
    return isStruck && repeatsWrites(stage) ? worst : 'stale';
  };
}

export function writtenBy(stage: Stage): StoreName | undefined {
  if (stage.kind !== 'window-state') return stage.store;
  return stage.onClose.kind === 'nothing' ? undefined : stage.onClose.store;
}

export function lasting(hours: number) {
  return (situation: Situation): Strike[] => [
    { ...atPosition(situation, situation.atMs), durationMs: Math.max(1, hours * situation.hourMs) },
  ];
}

/** From the end of an hour on: what is written only then is under way a little later. */
export function fromHourEnd(hours: number) {
  return (situation: Situation): Strike[] => {
    const { startMs, atMs, hourMs } = situation;
    const hourEndMs = startMs + Math.ceil((atMs - startMs) / hourMs) * hourMs;
    return [{ ...atPosition(situation, hourEndMs), durationMs: Math.max(1, hours * hourMs) }];
  };
}

/** Error if it may not be struck, or there is nothing to strike it with. */
export function serverToStrike(
  { declaration, realServers = [] }: FaultContext,
  { id, target }: FaultSpecification,
  forbidden: (server: ServerFacts) => string | undefined,
): ServerFacts {
  const server = struckServer(declaration, realServers, target);
  if (server === undefined) throw new RangeError(`${id}: ${noServer(declaration, realServers) ?? 'no such server'}`);
  const reason = forbidden(server);
  if (reason !== undefined) throw new RangeError(`${id}: ${reason}`);
  return server;
}

/** Does its work when the trigger is reached; healed before that, never. `heal` resolves when the work is done. */
export function onTrigger(
  context: FaultContext,
  specification: FaultSpecification,
  work: (atMs: number, isHealed: () => boolean) => Promise<void>,
): { heal(): Promise<void>; failIfFailed(): void } {
  let isHealed = false;
  let working: Promise<void> | undefined;
  let failure: { error: unknown } | undefined;
  void reached(context, specification).then((atMs) => {
    if (isHealed) return;
    working = work(atMs, () => isHealed).catch((error: unknown) => {
      failure = { error };
    });
  });
  return {
    heal: async () => {
      isHealed = true;
      await working;
    },
    failIfFailed: () => {
      if (failure !== undefined) throw failure.error;
    },
  };
}

/** In small pieces, so that nothing is left waiting when the fault was healed. */
export async function sleepUnless(isHealed: () => boolean, runtime: Runtime, durationMs: number): Promise<void> {
  const untilMs = runtime.clock.nowMs() + durationMs;
  for (let nowMs = untilMs - durationMs; nowMs < untilMs && !isHealed(); nowMs = runtime.clock.nowMs()) {
    await runtime.sleep(Math.min(PIECE_MS, untilMs - nowMs));
  }
}

const PIECE_MS = 20;

export interface NetworkStrike {
  /** If nobody says how long. */
  otherwiseMs: number;
  /** What is begun lasts until the time is up. */
  begin(struck: StruckLinks): Promise<void>;
  /** What the links counted since the beginning, in words; undefined if nothing was hit. */
  spell(counted: LinkCounters): string | undefined;
}

/** The links to the struck server, while the fault lasts. */
export interface StruckLinks {
  /** Tells all of them; resolves with the sum of their counters. */
  tell(command: LinkCommand): Promise<LinkCounters>;
  /** Not longer than until the time is up. */
  pause(durationMs: number): Promise<void>;
  isTimeUp(): boolean;
  durationMs: number;
}

/** A fault of the network on either engine: what it is, and what it does to the links. */
export function networkFault(
  own: Pick<FaultDefinition, 'kind' | 'row' | 'description' | 'outcomeOf' | 'plan'>,
  strike: NetworkStrike,
): FaultDefinition {
  return {
    ...own,
    whyNot: noServer,
    engines: ['embedded', 'flink'],
    forbidden: foreign,
    needsNetwork: true,
    inject: (context, specification) => strikeNetwork(context, specification, strike),
  };
}

export async function strikeNetwork(
  context: FaultContext,
  specification: FaultSpecification,
  strike: NetworkStrike,
): Promise<ActiveFault> {
  const { runtime, network } = context;
  const server = serverToStrike(context, specification, foreign);
  if (network === undefined) throw new Error(`${specification.id}: the workers' connections pass no proxy`);
  const tell = async (command: LinkCommand): Promise<LinkCounters> => {
    let sum = noCounters();
    for (const node of server.nodes) sum = combineCounters(sum, await network.tell(node, command), 1);
    return sum;
  };
  let began: { atMs: number; before: LinkCounters } | undefined;
  let ended: { atMs: number; counters: LinkCounters } | undefined;
  const work = onTrigger(context, specification, async (atMs, isHealed) => {
    const durationMs = durationOf(specification, strike.otherwiseMs);
    const untilMs = atMs + durationMs;
    const before = await tell({ do: 'count' });
    began = { atMs, before };
    const isTimeUp = (): boolean => isHealed() || runtime.clock.nowMs() >= untilMs;
    const pause = (ms: number): Promise<void> =>
      sleepUnless(isHealed, runtime, Math.min(ms, untilMs - runtime.clock.nowMs()));
    try {
      await strike.begin({ tell, pause, isTimeUp, durationMs });
      while (!isTimeUp()) await pause(durationMs);
    } finally {
      const counters = await tell({ do: 'resume' });
      ended = { atMs: runtime.clock.nowMs(), counters };
    }
  });
  return {
    evidence: async () => {
      work.failIfFailed();
      if (began === undefined) return undefined;
      const counted = combineCounters(ended?.counters ?? (await tell({ do: 'count' })), began.before, -1);
      const what = strike.spell(counted);
      if (what === undefined) return undefined;
      const spelled = `${what}, between the workers and ${urlOf(server)}`;
      return { atMs: began.atMs, what: spelled, ...(ended === undefined ? {} : { endedMs: ended.atMs }) };
    },
    heal: work.heal,
  };
}
