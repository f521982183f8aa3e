/** One simulation: a plan, played in a world of its own, and what is to be thought of it. */
import type { ImpressionSource } from '../../generators/impression-source.ts';
import { SyntheticStream } from '../../generators/synthetic-stream.ts';
import type { WatchedTweet } from '../../generators/tweet-sample.ts';
import type { HooksBinding } from '../../substrates/stream-engine/stream-engine.ts';
import { StuckError } from '../../substrates/virtual-time.ts';
import type { Verdict } from '../audit/verdict.ts';
import type { ActiveFault, FaultContext } from '../faults/fault.ts';
import type { Offer } from '../faults/offer.ts';
import { faultDefinition } from '../faults/registry.ts';
import { workerHooksBinding } from '../faults/worker-hooks.ts';
import type { SampledAnswer } from '../measure/explain-sampler.ts';
import { appendFilled, appendLive } from './append-stream.ts';
import { Draws } from './draws.ts';
import { type FaultBite, faultBites, secondInRecovery } from './fault-bites.ts';
import { judgeSimulation } from './judge-simulation.ts';
import { runInMemory } from './memory-run.ts';
import type { SimulationPlan } from './plan.ts';
import type { Played } from './played.ts';
import { SimulatedWorld } from './simulated-world.ts';
import { StreamTruths } from './stream-truths.ts';
import { type StrikeRecord, strike } from './strikes.ts';
import { watchAnswers, watchedTweets } from './watch-answers.ts';

/** A worker that waits to be stopped, and is stopped too shortly to notice, waits for so long. */
const LONGEST_HOLD_MS = 20_000;

export interface SimulationOutcome {
  seed: number;
  architecture: string;
  variant: string;
  verdict: Verdict;
  /** One sentence for a person. */
  reason: string;
  /** Of everything that happened, in its order, with its virtual time. */
  traceHash: string;
  /** Impressions of the stream. */
  events: number;
  virtualMs: number;
  /** Answers that were compared with prefixes while the pipeline ran. */
  answersChecked: number;
  faults: FaultBite[];
  /** A worker died while it restored what a dead one had left. */
  secondInRecovery: boolean;
}

export interface SimulationOptions {
  /** What the workers get for the harness's hooks: for planting bugs. */
  replaceHooks?: (binding: HooksBinding) => HooksBinding;
  /** Is told everything that happens. */
  onNote?: (atMs: number, what: string) => void;
}

/** Never rejects for what the pipeline does: that is a verdict. */
export async function simulate(plan: SimulationPlan, options: SimulationOptions = {}): Promise<SimulationOutcome> {
  await loadHooks(options);
  const { source, truths, tweets } = streamOf(plan);
  const world = new SimulatedWorld(
    new Draws(plan.seed, `world of ${plan.architecture}`).whole(0, 2 ** 31),
    source.startMs,
  );
  if (options.onNote !== undefined) world.onNote(options.onNote);
  const judged = await playAndJudge(plan, world, source, truths, tweets, options);
  return {
    seed: plan.seed,
    architecture: plan.architecture,
    variant: plan.variant,
    ...judged,
    traceHash: world.trace.toString(),
    events: source.totalImpressions,
    virtualMs: world.nowMs() - source.startMs,
  };
}

/** Modules are read from the disk, which takes real time: that is over before virtual time begins. */
async function loadHooks({ replaceHooks = (binding) => binding }: SimulationOptions): Promise<void> {
  const none = { directory: '', crashes: [], keepLedger: false, saveDeletedRows: false };
  await import(replaceHooks(workerHooksBinding(none)).module);
}

interface Stream {
  source: ImpressionSource;
  truths: StreamTruths;
  tweets: readonly WatchedTweet[];
}

/** The last stream that was used: all architectures of a seed have the same. Pure but for the time that it saves. */
let lastStream: { key: string; stream: Stream } | undefined;

function streamOf({ seed, stream, settings }: SimulationPlan): Stream {
  const key = JSON.stringify([seed, stream, settings]);
  if (lastStream?.key !== key) {
    const source = new SyntheticStream(stream);
    const truths = new StreamTruths(source, settings);
    lastStream = { key, stream: { source, truths, tweets: watchedTweets(source, seed) } };
  }
  return lastStream.stream;
}

type Judged = Pick<SimulationOutcome, 'verdict' | 'reason' | 'answersChecked' | 'faults' | 'secondInRecovery'>;

async function playAndJudge(
  plan: SimulationPlan,
  world: SimulatedWorld,
  source: ImpressionSource,
  truths: StreamTruths,
  tweets: readonly WatchedTweet[],
  options: SimulationOptions,
): Promise<Judged> {
  try {
    const played = await world.run(play(plan, world, source, truths, tweets, options), liveWithinMs(plan));
    const { verdict, reason } = judgeSimulation(plan, source, played);
    return {
      verdict,
      reason,
      answersChecked: played.answers.length,
      faults: faultBites(plan, played),
      secondInRecovery: secondInRecovery(played.outcome.events),
    };
  } catch (error) {
    const failure = error as Error;
    const failStop = failStopOf(plan, failure);
    if (failStop !== undefined) return failStop;
    const isStuck = failure instanceof StuckError;
    const reason = isStuck ? `it did not drain after the last fault: ${failure.message}` : String(failure.message);
    const verdict = isStuck || failure.name === 'JobFailedError' ? 'VIOLATION' : 'UNKNOWN';
    return { verdict, reason, answersChecked: 0, faults: [], secondInRecovery: false };
  }
}

/** Whoever has nothing intact to restore from must refuse to go on, and say so: that is right. */
function failStopOf({ faults }: SimulationPlan, { name, message }: Error): Judged | undefined {
  const damaging = faults.filter(({ kind }) => kind === 'corrupt-checkpoint' || kind === 'checkpoints-corrupt');
  const saysSo = /none of its \d+ checkpoints is usable|the committed position .* is damaged/.test(message);
  if (name !== 'JobFailedError' || damaging.length === 0 || !saysSo) return undefined;
  const bites = damaging.map(({ kind }) => ({ kind, bit: true }));
  const reason = `as predicted the job refuses to go on: ${message}`;
  return { verdict: 'EXPECTED-ERROR', reason, answersChecked: 0, faults: bites, secondInRecovery: false };
}

async function play(
  plan: SimulationPlan,
  world: SimulatedWorld,
  source: ImpressionSource,
  truths: StreamTruths,
  tweets: readonly WatchedTweet[],
  options: SimulationOptions,
): Promise<Played> {
  const { maxBlockRows, stalls, repeatedRuns } = plan;
  let strikes: StrikeRecord[] = [];
  let answers: SampledAnswer[] = [];
  const active: ActiveFault[] = [];
  const evidence: boolean[] = [];
  const append = plan.arrival === 'live' ? appendLive : appendFilled;
  const outcome = await runInMemory({
    world,
    source,
    truths,
    settings: plan.settings,
    declaration: plan.declaration,
    workers: plan.workers,
    silentAfterMs: plan.silentAfterMs,
    // Workers that are killed on purpose before they are ready are no reason to give up.
    maxFailedStarts: 1000,
    append: (log) => append(world, source, log, { maxBlockRows, stalls, repeatedRuns }),
    arrival: plan.arrival,
    crashes: plan.crashes,
    ...(options.replaceHooks === undefined ? {} : { replaceHooks: options.replaceHooks }),
    inject: async (site) => {
      const offer: Offer = { stream: source.description, repeated: repeatedRuns };
      const startMs = strikesFromMs(plan, world);
      const context: FaultContext = { ...site, declaration: plan.declaration, startMs, offer };
      for (const fault of plan.faults) active.push(await faultDefinition(fault.kind).inject(context, fault));
    },
    finished: async () => {
      for (const fault of active) {
        await fault.heal();
        evidence.push((await fault.evidence()) !== undefined);
      }
    },
    meanwhile: async (job) => {
      strikes = await strike(world, strikesFromMs(plan, world), plan.strikes, job);
    },
    beside: async (query, drained) => {
      answers = await watchAnswers(world, tweets, plan.seed, query, drained);
    },
  });
  return { outcome, strikes, evidence, tweets, answers };
}

/** A filled log is worked off when all of it has arrived, so that strikes count from there. */
function strikesFromMs(plan: SimulationPlan, world: SimulatedWorld): number {
  return plan.arrival === 'live' ? plan.stream.startMs : world.nowMs();
}

/** Longest virtual time of a run that goes on after its faults: they all take some, one after another at worst. */
function liveWithinMs({ stream, strikes, crashes, faults, stalls, silentAfterMs }: SimulationPlan): number {
  const pausesMs = strikes.reduce((sum, one) => sum + (one.kind === 'pause' ? one.durationMs : 0), 0);
  const stallsMs = stalls.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const recoveriesMs = (strikes.length + crashes.length + faults.length) * (silentAfterMs + 1000);
  const holdsMs = faults.filter(({ kind }) => kind === 'zombie').length * LONGEST_HOLD_MS;
  return 2 * stream.hours * stream.hourMs + pausesMs + stallsMs + recoveriesMs + holdsMs + 5000;
}
