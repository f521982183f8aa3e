/**
 * F6: SIGKILL of a server that omegabench has started, and its restart. What it held before and what it still holds
 * afterwards is read from it while no write is under way, so that what it forgot is known row by row: that is the
 * prediction. In between the workers meet a server that is not there.
 */
import type { Stage, StoreName } from '../../../substrates/declaration.ts';
import { repeatsWrites } from '../../run/promises.ts';
import type { ActiveFault, FaultContext, FaultDefinition, FaultSpecification, Outcome } from '../fault.ts';
import { durationOf } from '../inside-worker.ts';
import { isListening } from '../proxy/listening.ts';
import { isStore, type OwnedServer, type ServerFacts, urlOf } from '../proxy/servers.ts';
import { heldAtRest, whatWasForgotten, writeForgotten } from './forgotten-rows.ts';
import { lasting, noServer, onTrigger, serverToStrike, sleepUnless, struckServer, writtenBy } from './network.ts';

/** A process that was killed is gone by then, and a restarted one is back. */
const GONE_WITHIN_MS = 5000;
const BACK_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 20;
/** A call that was under way when writes were held back is over by then. */
const CALL_MS = 250;
/** Longer than any kill and restart: it is ended, and does not run out. */
const HOLD_MS = 600_000;

export const serverKill: FaultDefinition = {
  kind: 'server-kill',
  row: 'F6',
  description: 'SIGKILL of a server that omegabench has started, and its restart a little later',
  whyNot: noServer,
  outcomeOf: (stage, declaration, servers) => afterServerKill(stage, struckServer(declaration, servers)),
  forbidden: notStartedHere,
  plan: lasting(0.2),
  inject: killAndRestart,
};

function afterServerKill(stage: Stage, server: ServerFacts | undefined): Outcome {
  const store = writtenBy(stage);
  if (store === undefined || server?.roles.includes(store) !== true) return 'stale';
  if (!server.survivesKill) return 'loses';
  return repeatsWrites(stage) ? 'may-repeat' : 'stale';
}

function notStartedHere(server: ServerFacts): string | undefined {
  if (server.ownership === 'started') return undefined;
  return (
    `${urlOf(server)} was not started by omegabench, which kills no process of others: ` +
    `start one with 'omegabench services up ${server.kind}' and use that`
  );
}

/** What a kill has left behind. */
interface Course {
  killedMs: number;
  pid: number | undefined;
  backMs?: number;
  newPid?: number | undefined;
  forgottenEvents?: number;
}

async function killAndRestart(context: FaultContext, specification: FaultSpecification): Promise<ActiveFault> {
  const server = serverToStrike(context, specification, notStartedHere);
  const [node = ''] = server.nodes;
  const owned = await context.servers?.ownedService(`${server.kind}://${node}`);
  if (owned === undefined) throw new RangeError(`${specification.id}: ${urlOf(server)} is not known as started here`);
  let course: Course | undefined;
  const work = onTrigger(context, specification, async (_, isHealed) => {
    const { runtime } = context;
    const hold = holdOf(context, specification, server);
    try {
      await hold.begin();
      const held = await heldAtRest(context, server);
      const killedMs = await killProcess(context, owned, node);
      course = { killedMs, pid: owned.pid };
      hold.end();
      await sleepUnless(isHealed, runtime, durationOf(specification, 200));
      await hold.begin();
      await owned.restart();
      await until(context, async () => isListening(node), BACK_WITHIN_MS, `${urlOf(server)} did not come back`);
      course = { killedMs, pid: course.pid, backMs: runtime.clock.nowMs(), newPid: owned.pid };
      const forgotten = whatWasForgotten(held, await heldAtRest(context, server));
      course.forgottenEvents = await writeForgotten(context, forgotten);
    } finally {
      hold.end();
    }
  });
  return {
    evidence: async () => {
      work.failIfFailed();
      if (course?.backMs === undefined) return undefined;
      const { killedMs, backMs, pid, newPid, forgottenEvents = 0 } = course;
      const what =
        `${owned.name} (pid ${pid}) ended by SIGKILL and was back after ${Math.round(backMs - killedMs)} ms ` +
        `as pid ${newPid}; it had forgotten ${forgottenEvents} impressions`;
      const events = forgottenEvents > 0 ? { events: forgottenEvents } : {};
      return { atMs: killedMs, endedMs: backMs, what, ...events };
    },
    heal: work.heal,
  };
}

/** Resolves with the time at which nothing listened there any more. */
async function killProcess(context: FaultContext, owned: OwnedServer, node: string): Promise<number> {
  await owned.kill('SIGKILL');
  await until(context, async () => !(await isListening(node)), GONE_WITHIN_MS, `${owned.name} outlived SIGKILL`);
  return context.runtime.clock.nowMs();
}

async function until(
  { runtime }: FaultContext,
  isSo: () => Promise<boolean>,
  withinMs: number,
  otherwise: string,
): Promise<void> {
  const untilMs = runtime.clock.nowMs() + withinMs;
  while (!(await isSo())) {
    if (runtime.clock.nowMs() > untilMs) throw new Error(`${otherwise} within ${withinMs / 1000} s`);
    await runtime.sleep(LOOK_EVERY_MS);
  }
}

/**
 * Keeps workers from sending writes, at the edge between two of them: a write that was cut in two would be forgotten
 * in part and known to nobody. Nothing is held where the server keeps no counts.
 */
function holdOf(
  { director, runtime }: FaultContext,
  { id }: FaultSpecification,
  { roles }: ServerFacts,
): { begin(): Promise<void>; end(): void } {
  const stores = roles.filter(isStore);
  const only = stores.length === 1 ? { store: stores[0] as StoreName } : {};
  let holds = 0;
  const idOf = (): string => `${id} hold ${holds}`;
  return {
    begin: async () => {
      if (stores.length === 0) return;
      holds += 1;
      const trigger = { at: 'time', atMs: runtime.clock.nowMs(), partition: 0 } as const;
      director.arm([], [{ id: idOf(), trigger, effect: 'store-outage', durationMs: HOLD_MS, ...only }]);
      await runtime.sleep(CALL_MS);
    },
    end: () => {
      if (holds > 0) director.heal(idOf());
    },
  };
}
