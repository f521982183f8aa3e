/**
 * Outages, delays and stalls of known length, which the figures of age, latency, availability and lateness must show.
 */
import { SyntheticStream } from '../../../generators/synthetic-stream.ts';
import { MemoryLogs } from '../../../substrates/event-log/memory-log.ts';
import type { Answers, QueryService } from '../../../substrates/query-service.ts';
import { VirtualTime } from '../../../substrates/virtual-time.ts';
import { Generator } from '../../load/generator.ts';
import { MAX_GENERATOR_LATENESS_P99_MS } from '../../run/live-act.ts';
import { judgedRun, type Scene, STREAM } from './judged-run.ts';
import { proberOn } from './live.ts';
import { subject } from './subjects.ts';

type Read = QueryService['read'];

const OUTAGE_MS = 300;
const DELAY_MS = 50;
const STALL_MS = 150;

export async function instruments(): Promise<string[]> {
  return [
    ...(await probing(
      'an outage',
      ({ world, query }) => outage(world, query.read.bind(query)),
      (figures) => [
        atLeast('the greatest age', figures.maxAgeMs, OUTAGE_MS),
        atLeast('the unanswered probes', figures.unanswered, 10),
        atMost('the availability', figures.availability, 0.8),
      ],
    )),
    ...(await probing(
      'a slow query path',
      ({ world, query }) => slow(world, query.read.bind(query)),
      (figures) => [
        atLeast('the median latency', figures.latencyP50Ms, DELAY_MS),
        atLeast('the median age', figures.ageP50Ms, DELAY_MS),
      ],
    )),
    ...(await probing(
      'one read that hangs',
      ({ world, query }) => hanging(world, query.read.bind(query)),
      (figures) => [atLeast('the latency of the probes that waited for it', figures.latencyP99Ms, STALL_MS / 2)],
    )),
    ...(await probing(
      'an older answer',
      ({ query }) => older(query.read.bind(query)),
      (figures) => [atLeast('the regressions', figures.regressions, 1)],
    )),
    ...(await probing(
      'a canary counted once too often',
      ({ query }) => doubled(query.read.bind(query)),
      (figures) => [atLeast('the wrong answers', figures.wrong, 10)],
    )),
    ...(await probing(
      'one partition that stands still',
      (scene) => oneStandsStill(scene),
      (figures) => [atLeast('the greatest age', figures.maxAgeMs, OUTAGE_MS)],
    )),
    ...(await probing(
      'an older hour that is lost',
      (scene) => olderHourLost(scene),
      (figures) => [atLeast('the wrong answers', figures.wrong, 5)],
    )),
    ...(await stalledGenerator()),
  ].filter((finding) => finding !== undefined);
}

interface Figures {
  maxAgeMs: number;
  ageP50Ms: number;
  latencyP50Ms: number;
  latencyP99Ms: number;
  unanswered: number;
  availability: number;
  regressions: number;
  wrong: number;
}

/** Probes omega through a query path that `disturb` stands in, and says which figures do not show it. */
async function probing(
  what: string,
  disturb: (scene: Scene) => Read,
  check: (figures: Figures) => (string | undefined)[],
): Promise<string[]> {
  const findings: string[] = [];
  const meanwhile = async (scene: Scene): Promise<void> => {
    const { prober, tracker } = proberOn(scene, disturb(scene));
    const { source, world } = scene;
    prober.start();
    await world.delay(source.endMs - world.nowMs());
    await prober.stop();
    const probes = prober.log.figures(source.startMs, source.endMs);
    const ages = tracker.figures(source.startMs, source.endMs);
    if (probes === undefined || ages === undefined) return void findings.push(`${what}: no figures`);
    const figures: Figures = {
      maxAgeMs: ages.maxMs,
      ageP50Ms: ages.p50Ms,
      latencyP50Ms: probes.latencyUs.getValueAtPercentile(50) / 1000,
      latencyP99Ms: probes.latencyUs.getValueAtPercentile(99) / 1000,
      unanswered: probes.unanswered,
      availability: probes.availability,
      regressions: ages.regressions,
      wrong: probes.wrong,
    };
    findings.push(...check(figures).flatMap((finding) => (finding === undefined ? [] : [`${what}: ${finding}`])));
  };
  const { verdict, reason } = await judgedRun({ name: what, declaration: subject('omega'), seed: 1, meanwhile });
  if (verdict !== 'EXACT' && verdict !== 'EXPECTED-ERROR') findings.push(`${what}: ${verdict}, ${reason}`);
  return findings;
}

function outage(world: VirtualTime, read: Read): Read {
  const fromMs = world.nowMs() + 200;
  return async (keys) => {
    const answers = await read(keys);
    if (world.nowMs() >= fromMs && world.nowMs() < fromMs + OUTAGE_MS) answers.unavailable.fill(1);
    return answers;
  };
}

/** The canary of partition 0 is not answered for a while. */
function oneStandsStill({ world, source, query }: Scene): Read {
  const [canary] = source.canaries;
  const fromMs = world.nowMs() + 200;
  return async (keys) => {
    const answers = await query.read(keys);
    const isOut = world.nowMs() >= fromMs && world.nowMs() < fromMs + OUTAGE_MS;
    for (let row = 0; row < keys.count; row++) {
      const isIts = keys.tweetIdLo[row] === canary?.tweetIdLo && keys.tweetIdHi[row] === canary?.tweetIdHi;
      if (isOut && isIts) answers.unavailable[row] = 1;
    }
    return answers;
  };
}

/** From the middle of the stream on its first hour is answered as 0, which was answered rightly before. */
function olderHourLost({ world, source, query }: Scene): Read {
  return async (keys) => {
    const answers = await query.read(keys);
    if (world.nowMs() < (source.startMs + source.endMs) / 2) return answers;
    for (let row = 0; row < keys.count; row++) {
      if (keys.hourStartMs[row] !== source.startMs) continue;
      answers.counter[row] = 0;
      answers.fingerprint[row] = 0;
    }
    return answers;
  };
}

function slow(world: VirtualTime, read: Read): Read {
  return async (keys) => {
    const answers = await read(keys);
    await world.delay(DELAY_MS);
    return answers;
  };
}

function hanging(world: VirtualTime, read: Read): Read {
  let reads = 0;
  return async (keys) => {
    reads += 1;
    if (reads === 20) await world.delay(STALL_MS);
    return read(keys);
  };
}

/** The thirtieth read and those after it are answered as the tenth was, for keys that it had. */
function older(read: Read): Read {
  let reads = 0;
  const seen = new Map<string, { counter: number; fingerprint: number }>();
  return async (keys) => {
    reads += 1;
    const answers = await read(keys);
    for (let row = 0; row < keys.count; row++) {
      const key = `${keys.hourStartMs[row]} ${keys.tweetIdLo[row]} ${keys.tweetIdHi[row]}`;
      const old = seen.get(key);
      if (reads <= 10)
        seen.set(key, { counter: answers.counter[row] as number, fingerprint: fingerprintOf(answers, row) });
      if (reads !== 30 || old === undefined) continue;
      answers.counter[row] = old.counter;
      answers.fingerprint[row] = old.fingerprint;
    }
    return answers;
  };
}

function fingerprintOf(answers: Answers, row: number): number {
  return answers.fingerprint[row] as number;
}

/** Whatever was counted was counted once more, with the fingerprint of another impression. */
function doubled(read: Read): Read {
  return async (keys) => {
    const answers = await read(keys);
    for (let row = 0; row < keys.count; row++) {
      if (answers.counter[row] === 0) continue;
      answers.counter[row] = (answers.counter[row] as number) + 1;
      answers.fingerprint[row] = fingerprintOf(answers, row) + 4711;
    }
    return answers;
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
