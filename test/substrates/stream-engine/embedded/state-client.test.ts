import { describe, expect, test } from '@jest/globals';
import { StateAnswer, type StateAnswers } from '../../../../substrates/query-service.ts';
import type { RequestHandler } from '../../../../substrates/runtime.ts';
import { QUERY_TIMEOUT_MS, StateClient } from '../../../../substrates/stream-engine/embedded/state-client.ts';
import { decodeRequest, encodeResponse } from '../../../../substrates/stream-engine/embedded/state-protocol.ts';
import { inProcess } from '../../../support/plain-runtime.ts';
import { columnsOf, row } from '../../../support/store-rows.ts';

const { Unavailable, NotHeld, Held } = StateAnswer;

/** Holds every tweet: its count is the id + `base`, its fingerprint the hour. */
function holder(base: number): RequestHandler {
  return (frame) => {
    const keys = decodeRequest(frame);
    return encodeResponse({
      answer: new Uint8Array(keys.count).fill(Held),
      counter: keys.tweetIdLo.map((id) => id + base),
      fingerprint: Int32Array.from(keys.hourStartMs),
    });
  };
}

const keys = columnsOf([4n, 1n, 3n, 2n].map((id) => row(id, Number(id) * 10)));

function plain(answers: StateAnswers): [number[], number[], number[]] {
  return [[...answers.answer], [...answers.counter], [...answers.fingerprint]];
}

describe('a multi-get on state', () => {
  test('asks each worker for its own keys and puts the answers back in place', () =>
    inProcess(async (runtime, world) => {
      // Partitions 0 and 2 belong to worker 0, partition 1 to worker 1.
      const client = new StateClient(runtime, [0, 1, 0]);
      client.workerIsAt(0, (await world.process().serve(holder(1000))).address);
      client.workerIsAt(1, (await world.process().serve(holder(2000))).address);
      // 4 % 3 = 1, 1 % 3 = 1, 3 % 3 = 0, 2 % 3 = 2.
      expect(plain(await client.read(keys))).toEqual([
        [Held, Held, Held, Held],
        [2004, 2001, 1003, 1002],
        [40, 10, 30, 20],
      ]);
    }));

  test('passes on that a window is not held', () =>
    inProcess(async (runtime, world) => {
      const client = new StateClient(runtime, [0]);
      const answer = Uint8Array.of(NotHeld, Held, NotHeld, Held);
      const columns = { counter: Uint32Array.of(0, 0, 0, 5), fingerprint: Int32Array.of(0, 0, 0, -5) };
      const server = await world.process().serve(() => encodeResponse({ answer, ...columns }));
      client.workerIsAt(0, server.address);
      expect(plain(await client.read(keys))).toEqual([[...answer], [0, 0, 0, 5], [0, 0, 0, -5]]);
    }));

  test('makes the keys of a worker that is down unavailable, and only those', () =>
    inProcess(async (runtime, world) => {
      const client = new StateClient(runtime, [0, 1, 0]);
      const server = world.process();
      client.workerIsAt(0, (await server.serve(holder(0))).address);
      expect((await client.read(keys)).answer).toEqual(Uint8Array.of(Unavailable, Unavailable, Held, Held));
      server.kill();
      expect((await client.read(keys)).answer).toEqual(new Uint8Array(4).fill(Unavailable));
    }));

  test('goes to the successor once it is known', () =>
    inProcess(async (runtime, world) => {
      const client = new StateClient(runtime, [0]);
      client.workerIsAt(0, (await world.process().serve(holder(0))).address);
      await client.read(keys);
      client.workerIsGone(0);
      expect((await client.read(keys)).answer).toEqual(new Uint8Array(4).fill(Unavailable));
      client.workerIsAt(0, (await world.process().serve(holder(500))).address);
      expect((await client.read(keys)).counter[1]).toBe(501);
    }));

  test('gives up a worker that does not answer in time', () =>
    inProcess(async (runtime, world) => {
      const client = new StateClient(runtime, [0]);
      const server = world.process();
      client.workerIsAt(0, (await server.serve(holder(0))).address);
      server.pause();
      const askedMs = runtime.clock.nowMs();
      expect((await client.read(keys)).answer).toEqual(new Uint8Array(4).fill(Unavailable));
      expect(runtime.clock.nowMs() - askedMs).toBeGreaterThanOrEqual(QUERY_TIMEOUT_MS);
      expect(runtime.clock.nowMs() - askedMs).toBeLessThan(QUERY_TIMEOUT_MS + 10);
      server.continue();
      expect((await client.read(keys)).answer[0]).toBe(Held);
    }));

  test('takes an answer to other keys for none, and connects anew for the next', () =>
    inProcess(async (runtime, world) => {
      let connections = 0;
      const counting = Object.assign(Object.create(runtime) as typeof runtime, {
        connect: (address: string) => {
          connections += 1;
          return runtime.connect(address);
        },
        sleep: (ms: number) => runtime.sleep(ms),
      });
      const client = new StateClient(counting, [0]);
      let broken = true;
      const server = await world.process().serve((frame) => (broken ? new Uint8Array(3) : holder(0)(frame)));
      client.workerIsAt(0, server.address);
      expect((await client.read(keys)).answer).toEqual(new Uint8Array(4).fill(Unavailable));
      broken = false;
      expect((await client.read(keys)).answer).toEqual(new Uint8Array(4).fill(Held));
      expect(connections).toBe(2);
    }));
});
