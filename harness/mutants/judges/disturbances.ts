/**
 * What may stand in a query path: an outage, a delay, a read that hangs, answers that are old, doubled, lost or early.
 */
import { tally } from '../../../generators/oracle.ts';
import type { Answers, QueryService } from '../../../substrates/query-service.ts';
import type { Scene } from './judged-run.ts';

export type Read = QueryService['read'];

export const OUTAGE_MS = 300;
export const DELAY_MS = 50;
export const STALL_MS = 150;

export function outage({ world, query }: Scene): Read {
  const fromMs = world.nowMs() + 200;
  return async (keys) => {
    const answers = await query.read(keys);
    if (world.nowMs() >= fromMs && world.nowMs() < fromMs + OUTAGE_MS) answers.unavailable.fill(1);
    return answers;
  };
}

/** The canary of partition 0 is not answered for a while. */
export function oneStandsStill({ world, source, query }: Scene): Read {
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
export function olderHourLost({ world, source, query }: Scene): Read {
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

export function slow({ world, query }: Scene): Read {
  return async (keys) => {
    const answers = await query.read(keys);
    await world.delay(DELAY_MS);
    return answers;
  };
}

export function hanging({ world, query }: Scene): Read {
  let reads = 0;
  return async (keys) => {
    reads += 1;
    if (reads === 20) await world.delay(STALL_MS);
    return query.read(keys);
  };
}

/** The thirtieth read is answered as the first ten were, for keys that they had. */
export function older({ query }: Scene): Read {
  let reads = 0;
  const seen = new Map<string, { counter: number; fingerprint: number }>();
  return async (keys) => {
    reads += 1;
    const answers = await query.read(keys);
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
export function doubled(scene: Scene): Read {
  return withOthers(scene, 1);
}

/** The counts are right, but one of the impressions is another. */
export function exchanged(scene: Scene): Read {
  return withOthers(scene, 0);
}

function withOthers({ query }: Scene, more: number): Read {
  return async (keys) => {
    const answers = await query.read(keys);
    for (let row = 0; row < keys.count; row++) {
      if (answers.counter[row] === 0) continue;
      answers.counter[row] = (answers.counter[row] as number) + more;
      answers.fingerprint[row] = fingerprintOf(answers, row) + 4711;
    }
    return answers;
  };
}

/** Every hour is answered as it will be when all of it has come. */
export function early({ source, query }: Scene): Read {
  const truth = tally(source, { labelling: { by: 'event-time' } });
  return async (keys) => {
    const answers = await query.read(keys);
    for (let row = 0; row < keys.count; row++) {
      const at = truth.find(
        keys.tweetIdLo[row] as number,
        keys.tweetIdHi[row] as number,
        keys.hourStartMs[row] as number,
      );
      if (at === -1) continue;
      answers.counter[row] = truth.rows.counter[at] as number;
      answers.fingerprint[row] = truth.rows.fingerprint[at] as number;
    }
    return answers;
  };
}
