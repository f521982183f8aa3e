import { describe, expect, test } from '@jest/globals';
import { CanaryReader } from '../../../harness/measure/canary-reader.ts';
import { AnswerSampler } from '../../../harness/measure/explain-sampler.ts';
import { FreshnessTracker } from '../../../harness/measure/freshness.ts';
import { Prober } from '../../../harness/measure/prober.ts';
import type { KeyColumns } from '../../../substrates/key-value-store/key-value-store.ts';
import type { Answers } from '../../../substrates/query-service.ts';
import { answersAt, CANARY_EVERY_MS, canaryOf, HOUR, matcherOf, START, sourceOf } from './fake-canaries.ts';
import { VirtualTime } from './virtual-time.ts';

const END = START + 10 * HOUR;

/** A world in virtual time with two partitions; `answer` is the query path. */
function worldOf(
  answer: (keys: KeyColumns, time: VirtualTime) => Promise<Answers>,
  seed = 1,
  sleepIn = (time: VirtualTime) => time.sleep,
) {
  const time = new VirtualTime(START);
  const canaries = [canaryOf(0, 1000), canaryOf(1, 1000)];
  const reader = new CanaryReader(sourceOf(canaries), canaries.map(matcherOf));
  const tracker = new FreshnessTracker(2, START);
  const query = { read: (keys: KeyColumns) => answer(keys, time) };
  const prober = new Prober({
    query,
    reader,
    tracker,
    runtime: { clock: time, sleep: sleepIn(time) },
    seed,
    meanPeriodMs: 50,
  });
  return { time, tracker, prober };
}

/** Canaries that an architecture has counted which is `lagMs` behind. */
const counted = (time: VirtualTime, lagMs: number) =>
  Math.max(0, Math.floor((time.nowMs() - lagMs - START) / CANARY_EVERY_MS) + 1);

/** Answers after `serviceMs`, `lagMs` behind. */
const steady = (serviceMs: number, lagMs: number) => async (keys: KeyColumns, time: VirtualTime) => {
  await time.sleep(serviceMs);
  return answersAt(keys, () => counted(time, lagMs));
};

async function finish({ time, prober }: ReturnType<typeof worldOf>): Promise<void> {
  const stopped = prober.stop();
  await time.runTo(time.nowMs() + 3000);
  await stopped;
}

describe('a prober', () => {
  test('asks at times fixed in advance, 50 % around the mean period, the same for the same seed', async () => {
    const intendedOf = async (seed: number, serviceMs: number) => {
      const world = worldOf(steady(serviceMs, 5), seed);
      world.prober.start();
      await world.time.runTo(END);
      await finish(world);
      return world.prober.log.records.map(({ intendedMs }) => intendedMs).filter((intendedMs) => intendedMs < END);
    };
    const intended = await intendedOf(1, 2);
    const gaps = intended.slice(1).map((intendedMs, i) => intendedMs - (intended[i] as number));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(25);
    expect(Math.max(...gaps)).toBeLessThan(75);
    expect(Math.min(...gaps)).toBeLessThan(30);
    expect(Math.max(...gaps)).toBeGreaterThan(70);
    // 10 s at 50 ms, with an error of 14.4 ms × sqrt(200) = 204 ms, about 4 probes.
    expect(Math.abs(intended.length - 200)).toBeLessThan(20);
    expect(await intendedOf(1, 400)).toEqual(intended);
    expect(await intendedOf(2, 2)).not.toEqual(intended);
  });

  test('measures the age of what is answered, and latency from the intended time', async () => {
    const world = worldOf(steady(2, 30));
    world.prober.start();
    await world.time.runTo(END);
    await finish(world);
    const freshness = world.tracker.figures(START + 2 * HOUR, END);
    // 30 ms behind, known to the 10 ms between two canaries.
    expect(freshness?.p50Ms).toBeGreaterThanOrEqual(30);
    expect(freshness?.p50Ms).toBeLessThan(40);
    expect(freshness?.maxMs).toBeLessThan(45);
    expect(freshness?.regressions).toBe(0);
    const probes = world.prober.log.figures(START, END);
    expect(probes).toMatchObject({ unanswered: 0, wrong: 0, availability: 1 });
    expect(probes?.latencyUs.getValueAtPercentile(50)).toBe(2000);
    expect(world.prober.notes).toEqual([]);
  });

  test('counts a stall for every probe that fell due in it, with one read for all of them', async () => {
    let stalled = false;
    const world = worldOf(async (keys, time) => {
      const isFirst = !stalled && time.nowMs() >= START + 3000;
      if (isFirst) {
        stalled = true;
        await time.sleep(900);
      }
      return answersAt(keys, () => counted(time, 5));
    });
    world.prober.start();
    await world.time.runTo(END);
    await finish(world);
    const probes = world.prober.log.figures(START, END);
    // 900 ms of 10 s: about 18 of 200 probes wait, half of them more than 450 ms.
    expect(probes?.latencyUs.maxValue).toBeGreaterThanOrEqual(899_000);
    expect(probes?.latencyUs.getValueAtPercentile(93)).toBeGreaterThan(100_000);
    expect(probes?.serviceUs.getValueAtPercentile(93)).toBeLessThan(100_000);
    expect(world.prober.reads).toBeLessThan((probes?.probes ?? 0) - 10);
    expect(world.tracker.figures(START, END)?.maxMs).toBeGreaterThan(900);
  });

  test('that is itself held up counts the delay as age and latency, for it could not know better', async () => {
    let heldUp = false;
    const world = worldOf(
      async (keys, time) => answersAt(keys, () => counted(time, 5)),
      1,
      (time) => (durationMs) => {
        // The wait for the next probe, not a time-out.
        const late = !heldUp && durationMs < 100 && time.nowMs() >= START + 3000;
        heldUp ||= late;
        return time.sleep(late ? durationMs + 800 : durationMs);
      },
    );
    world.prober.start();
    await world.time.runTo(END);
    await finish(world);
    expect(world.prober.log.figures(START, END)?.latencyUs.maxValue).toBeGreaterThan(700_000);
    expect(world.tracker.figures(START, END)?.maxMs).toBeGreaterThan(700);
  });

  test('has at most one probe under way', async () => {
    let underWay = 0;
    let most = 0;
    const world = worldOf(async (keys, time) => {
      most = Math.max(most, ++underWay);
      await time.sleep(170);
      underWay--;
      return answersAt(keys, () => counted(time, 5));
    });
    world.prober.start();
    await world.time.runTo(END);
    await finish(world);
    expect(most).toBe(1);
    expect(world.prober.log.figures(START, END)?.unanswered).toBe(0);
  });

  test('gives up a probe after the time-out, ignores its late answer, and keeps the answer ageing', async () => {
    const world = worldOf(async (keys, time) => {
      const isHung = time.nowMs() >= START + 3000 && time.nowMs() < START + 4500;
      if (isHung) await time.sleep(5000);
      return answersAt(keys, () => (isHung ? 0 : counted(time, 5)));
    });
    world.prober.start();
    await world.time.runTo(END);
    await finish(world);
    const probes = world.prober.log.figures(START, END);
    // The first, and those that fell due in its second and were sent together: about 20.
    expect(probes?.unanswered).toBeGreaterThan(14);
    expect(probes?.latencyUs.maxValue).toBeGreaterThanOrEqual(1_000_000);
    const freshness = world.tracker.figures(START, END);
    expect(freshness?.maxMs).toBeGreaterThan(1900);
    expect(freshness?.regressions).toBe(0);
    const perSecond = probes?.perSecond.map(({ availability }) => availability);
    expect(perSecond?.slice(0, 3)).toEqual([1, 1, 1]);
    expect(perSecond?.[3]).toBe(0);
    expect(perSecond?.slice(6)).toEqual([1, 1, 1, 1]);
  });

  test('takes errors of the query path as unanswered, and notes them', async () => {
    const world = worldOf(async (keys, time) => {
      if (time.nowMs() < START + 1000) throw new Error('the store is gone');
      return answersAt(keys, () => counted(time, 5));
    });
    world.prober.start();
    await world.time.runTo(START + 2000);
    await finish(world);
    const early = world.prober.log.figures(START, START + 1000);
    expect(early).toMatchObject({ availability: 0, unanswered: early?.probes });
    expect(early?.latencyUs.totalCount).toBe(0);
    expect(world.prober.notes).toEqual([{ message: 'the store is gone', count: early?.probes }]);
    expect(world.prober.log.figures(START + 1000, START + 2000)).toMatchObject({ availability: 1 });
  });

  test('survives a query path that throws at once', async () => {
    const world = worldOf(() => {
      throw new Error('not even a promise');
    });
    world.prober.start();
    await world.time.runTo(START + 500);
    await finish(world);
    expect(world.prober.notes[0]?.message).toBe('not even a promise');
  });

  test('counts partitions that are unavailable or wrong, apart', async () => {
    const world = worldOf(async (keys, time) => {
      const answers = answersAt(keys, (partition) => (partition === 0 ? -1 : counted(time, 5)));
      const row = keys.tweetIdLo.indexOf(1);
      answers.fingerprint[row] = (answers.fingerprint[row] as number) + 1;
      return answers;
    });
    world.prober.start();
    await world.time.runTo(START + 500);
    await finish(world);
    const probes = world.prober.log.figures(START, START + 500);
    expect(probes).toMatchObject({ availability: 0.5, unanswered: probes?.probes, wrong: probes?.probes });
    // Nothing right was ever answered: the age is the time since the start.
    expect(world.tracker.timeline().ageMs.at(-1)).toBe((world.tracker.timeline().atMs.at(-1) as number) - START);
  });

  test('counts the keys that it asks', async () => {
    let keysSeen = 0;
    const world = worldOf(async (keys, time) => {
      keysSeen += keys.count;
      return answersAt(keys, () => counted(time, 5));
    });
    world.prober.start();
    await world.time.runTo(END);
    await finish(world);
    expect(world.prober.keysAsked).toBe(keysSeen);
    // Two partitions; the current hour, one older in turn, and for a moment the hour before.
    expect(keysSeen / world.prober.reads).toBeGreaterThan(3);
    expect(keysSeen / world.prober.reads).toBeLessThan(4.2);
  });

  test('asks for watched tweets in every second read, instead of the older hours, and keeps all answers', async () => {
    const time = new VirtualTime(START);
    const canary = canaryOf(0, 1000);
    const hours = [{ hourStartMs: START, fromMs: START }];
    const watched = { partition: 0, tweetIdLo: 77, tweetIdHi: 0, popularity: 'hot' as const, hours };
    const sampler = new AnswerSampler([canary], [watched], 1);
    const asked: { watched: boolean; canaryHours: number }[] = [];
    const prober = new Prober({
      query: {
        read: async (keys) => {
          const isWatched = keys.tweetIdLo.at(-1) === 77;
          asked.push({ watched: isWatched, canaryHours: keys.count - (isWatched ? 1 : 0) });
          return answersAt(keys, (tweetIdLo) => (tweetIdLo === 77 ? 3 : counted(time, 5)));
        },
      },
      reader: new CanaryReader(sourceOf([canary]), [matcherOf(canary)]),
      tracker: new FreshnessTracker(1, START),
      sampler,
      runtime: { clock: time, sleep: time.sleep },
      seed: 1,
      meanPeriodMs: 50,
    });
    prober.start();
    await time.runTo(END);
    await finish({ time, prober, tracker: new FreshnessTracker(1, START) });
    expect(prober.log.figures(START, END)).toMatchObject({ wrong: 0, unanswered: 0 });
    const late = asked.slice(60);
    expect(late.length).toBeGreaterThan(100);
    expect(late.map((read) => read.watched)).toEqual(late.map((_, i) => i % 2 === 1));
    // The open hour; the one before for a moment; and one older hour only where no tweet is asked.
    const mean = (reads: typeof late) => reads.reduce((sum, { canaryHours }) => sum + canaryHours, 0) / reads.length;
    expect(mean(late.filter((read) => read.watched))).toBeLessThan(1.2);
    expect(mean(late.filter((read) => !read.watched))).toBeGreaterThanOrEqual(2);
    expect(sampler.answers.filter(({ tweet }) => tweet === 1)[0]).toMatchObject({ hourStartMs: START, counter: 3 });
    expect(sampler.answers.filter(({ tweet }) => tweet === 0).length).toBeGreaterThan(250);
  });

  test('refuses a period of 0 and a second start', () => {
    const { prober, time } = worldOf(steady(1, 1));
    prober.start();
    expect(() => prober.start()).toThrow('started already');
    const reader = new CanaryReader(sourceOf([canaryOf(0, 1)]), [matcherOf(canaryOf(0, 1))]);
    const options = { query: { read: steadyForever }, reader, tracker: new FreshnessTracker(1, 0), seed: 1 };
    expect(() => new Prober({ ...options, runtime: { clock: time, sleep: time.sleep }, meanPeriodMs: 0 })).toThrow(
      'above 0',
    );
  });
});

const steadyForever = (): Promise<Answers> => new Promise(() => undefined);
