/**
 * Outages, delays and stalls of known length, which the figures of age, latency, availability and lateness must show.
 */
import { SyntheticStream } from '../../../generators/synthetic-stream.ts';
import { MemoryLogs } from '../../../substrates/event-log/memory-log.ts';
import { VirtualTime } from '../../../substrates/virtual-time.ts';
import { Generator } from '../../load/generator.ts';
import { MAX_GENERATOR_LATENESS_P99_MS } from '../../run/live-act.ts';
import {
  DELAY_MS,
  doubled,
  early,
  exchanged,
  hanging,
  OUTAGE_MS,
  older,
  olderHourLost,
  oneStandsStill,
  outage,
  type Read,
  STALL_MS,
  slow,
} from './disturbances.ts';
import { judgedRun, type Scene, STREAM } from './judged-run.ts';
import { subject } from './subjects.ts';
import { explanationOf, watcherOf } from './watcher.ts';

interface Figures {
  maxAgeMs: number;
  ageP50Ms: number;
  latencyP50Ms: number;
  latencyP99Ms: number;
  unanswered: number;
  availability: number;
  regressions: number;
  wrong: number;
  unexplained: number;
  ahead: number;
  reasons: number;
}

/** What stands in the query path, and which figures must show it. */
interface Experiment {
  what: string;
  disturb: (scene: Scene) => Read;
  shows: (figures: Figures) => (string | undefined)[];
}

const EXPERIMENTS: readonly Experiment[] = [
  {
    what: 'an outage',
    disturb: outage,
    shows: ({ maxAgeMs, unanswered, availability }) => [
      atLeast('the greatest age', maxAgeMs, OUTAGE_MS),
      atLeast('the unanswered probes', unanswered, 10),
      atMost('the availability', availability, 0.8),
    ],
  },
  {
    what: 'a slow query path',
    disturb: slow,
    shows: ({ latencyP50Ms, ageP50Ms }) => [
      atLeast('the median latency', latencyP50Ms, DELAY_MS),
      atLeast('the median age', ageP50Ms, DELAY_MS),
    ],
  },
  {
    what: 'one read that hangs',
    disturb: hanging,
    shows: ({ latencyP99Ms }) => [atLeast('the latency of the probes that waited for it', latencyP99Ms, STALL_MS / 2)],
  },
  {
    what: 'an older answer',
    disturb: older,
    shows: ({ regressions }) => [atLeast('the regressions', regressions, 1)],
  },
  {
    what: 'answers with an impression too many',
    disturb: doubled,
    shows: ({ wrong, unexplained, reasons }) => [
      atLeast('the wrong answers', wrong, 10),
      atLeast('the unexplained answers', unexplained, 10),
      atLeast('the reasons against the run', reasons, 1),
    ],
  },
  {
    what: 'answers with another impression in place of one',
    disturb: exchanged,
    shows: ({ wrong, unexplained }) => [
      atLeast('the wrong answers', wrong, 10),
      atLeast('the unexplained answers', unexplained, 10),
    ],
  },
  {
    what: 'answers before their time',
    disturb: early,
    shows: ({ ahead }) => [atLeast('the answers ahead of the log', ahead, 10)],
  },
  {
    what: 'one partition that stands still',
    disturb: oneStandsStill,
    shows: ({ maxAgeMs }) => [atLeast('the greatest age', maxAgeMs, OUTAGE_MS)],
  },
  {
    what: 'an older hour that is lost',
    disturb: olderHourLost,
    shows: ({ wrong }) => [atLeast('the wrong answers', wrong, 5)],
  },
];

export async function instruments(): Promise<string[]> {
  const findings = await stalledGenerator();
  for (const experiment of EXPERIMENTS) findings.push(...(await findingsOf(experiment)));
  return findings;
}

/** Probes omega through a disturbed query path, and says which figures do not show it. */
async function findingsOf({ what, disturb, shows }: Experiment): Promise<string[]> {
  const findings: string[] = [];
  const meanwhile = async (scene: Scene): Promise<void> => {
    const figures = await figuresOf(scene, disturb(scene));
    if (figures === undefined) findings.push(`${what}: no figures`);
    else findings.push(...shows(figures).flatMap((finding) => (finding === undefined ? [] : [`${what}: ${finding}`])));
  };
  const { verdict, reason } = await judgedRun({ name: what, declaration: subject('omega'), seed: 1, meanwhile });
  if (verdict !== 'EXACT' && verdict !== 'EXPECTED-ERROR') findings.push(`${what}: ${verdict}, ${reason}`);
  return findings;
}

async function figuresOf(scene: Scene, read: Read): Promise<Figures | undefined> {
  const { source, world, job } = scene;
  const { prober, tracker, sampler } = watcherOf(scene, read);
  prober.start();
  await world.delay(source.endMs - world.nowMs());
  await prober.stop();
  await job.drained();
  const probes = prober.log.figures(source.startMs, source.endMs);
  const ages = tracker.figures(source.startMs, source.endMs);
  const { explanation, reasons } = await explanationOf(scene, sampler);
  if (probes === undefined || ages === undefined || explanation === undefined) return undefined;
  return {
    maxAgeMs: ages.maxMs,
    ageP50Ms: ages.p50Ms,
    latencyP50Ms: probes.latencyUs.getValueAtPercentile(50) / 1000,
    latencyP99Ms: probes.latencyUs.getValueAtPercentile(99) / 1000,
    unanswered: probes.unanswered,
    availability: probes.availability,
    regressions: ages.regressions,
    wrong: probes.wrong,
    unexplained: explanation.unexplained,
    ahead: explanation.ahead,
    reasons: reasons.length,
  };
}

/** A generator whose log holds it up must say that it was late. */
async function stalledGenerator(): Promise<string[]> {
  const source = new SyntheticStream(STREAM);
  const time = new VirtualTime(1, source.startMs);
  const log = new MemoryLogs().open({ kind: 'memory', name: 'log', partitions: source.partitions });
  const openWriter = log.openWriter.bind(log);
  log.openWriter = async (partition) => {
    const writer = await openWriter(partition);
    const append = writer.append.bind(writer);
    writer.append = async (block, arrivalMs) => {
      await time.delay(STALL_MS / 10);
      return append(block, arrivalMs);
    };
    return writer;
  };
  const clock = { nowMs: () => time.nowMs() };
  const run = async () =>
    (await Generator.open({ source, log, clock, wait: (ms) => time.delay(Math.max(ms, 0.1)) })).run();
  const { latenessMs } = await time.run(run());
  const finding = atLeast('the lateness at the 99th percentile', latenessMs.p99, MAX_GENERATOR_LATENESS_P99_MS + 1);
  return finding === undefined ? [] : [`a generator that is held up: ${finding}`];
}

function atLeast(what: string, value: number, least: number): string | undefined {
  return value >= least ? undefined : `${what} is ${round(value)}, should be at least ${least}`;
}

function atMost(what: string, value: number, most: number): string | undefined {
  return value <= most ? undefined : `${what} is ${round(value)}, should be at most ${most}`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
