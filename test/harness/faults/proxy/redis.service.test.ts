/**
 * Increments to a real Redis through a link whose replies get lost: whoever sends a write again doubles it, and what
 * was doubled lies within what was written down as doubtful. Nobody crashes.
 */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { doubtedEvents, doubtfulStore, readDoubts } from '../../../../harness/faults/proxy/doubtful-store.ts';
import { throughLinks } from '../../../../harness/faults/proxy/redirect.ts';
import { faultDefinition } from '../../../../harness/faults/registry.ts';
import {
  createRows,
  type KeyValueStore,
  type RedisStoreBinding,
  StoreUnavailableError,
} from '../../../../substrates/key-value-store/key-value-store.ts';
import { openStore, removeStore } from '../../../../substrates/key-value-store/open-store.ts';
import { bindingOf } from '../../../substrates/key-value-store/redis/with-redis.ts';
import { atTime, redisAt, type StruckNetwork, struckNetwork } from '../../../support/network-fault.ts';
import { describeWith } from '../../../support/real-servers.ts';
import { columnsOf, row } from '../../../support/store-rows.ts';

const ROWS = 50;
const WRITES = 60;
const fence = { partition: 0, epoch: 1 };
const rows = columnsOf(Array.from({ length: ROWS }, (_, i) => row(BigInt(i + 1), 0, 1, 1)));

describeWith(['redis'], 'increments on Redis through a faulty network', ({ redis }) => {
  const { hostname, port } = new URL(redis);
  let binding: RedisStoreBinding;
  let struck: StruckNetwork;
  let opened: KeyValueStore[];

  beforeEach(async () => {
    struck = await struckNetwork(redisAt(`${hostname}:${port}`));
    opened = [];
    binding = bindingOf(redis);
  });

  afterEach(async () => {
    for (const store of opened) await store.close();
    await struck.link.close();
    await removeStore(binding);
  });

  /**
   * Writes as a stage does, again until it is acknowledged, while the fault strikes: a round of writes, or rounds until
   * something was doubled. What is counted then.
   */
  async function countAfter(kind: string, { resend = false, rounds = 1, durationMs = 600 } = {}) {
    const { context, link } = struck;
    const worker = throughLinks<RedisStoreBinding>({ ...binding, resend }, () => `127.0.0.1:${link.port}`);
    const inner = await openStore(worker);
    const straight = await openStore(binding);
    opened.push(inner, straight);
    const store = doubtfulStore(inner, 'serving', context.runtime, 'faults', () => 0);
    const active = await faultDefinition(kind).inject(context, atTime(kind, 0, durationMs));
    let errors = 0;
    let unknown = 0;
    let sent = 0;
    let counted = 0;
    for (let round = 0; round < rounds && counted === sent; round++) {
      for (let written = 0; written < WRITES; ) {
        try {
          await store.increment(rows, fence);
          written += 1;
          await context.runtime.sleep(3);
        } catch (error) {
          if (!(error instanceof StoreUnavailableError)) throw error;
          errors += 1;
          if (error.applied === 'unknown') unknown += 1;
          await context.runtime.sleep(20);
        }
      }
      sent += WRITES * ROWS;
      const held = createRows(ROWS);
      await straight.multiGet(rows, held);
      counted = held.counter.reduce((sum, counter) => sum + counter, 0);
    }
    await active.heal();
    expect((await active.evidence())?.what).toMatch(/redis/);
    const doubted = doubtedEvents(await readDoubts(context.runtime.files, 'faults'), 0);
    return { sent, counted, doubted, errors, unknown };
  }

  // A lost reply may be to a question, of which nothing comes: the fault goes on until writes are in doubt.
  const untilDoubled = { rounds: 40, durationMs: 30_000 };

  test('are doubled by a lost reply when the worker sends them again, within what was in doubt', async () => {
    const { sent, counted, doubted, unknown } = await countAfter('network-reply-lost', untilDoubled);
    expect(unknown).toBeGreaterThan(0);
    expect(counted).toBeGreaterThan(sent);
    expect(counted).toBeLessThanOrEqual(sent + doubted);
  });

  test('are doubled by a lost reply when the client itself sends them again, and nobody is told', async () => {
    const { sent, counted, doubted, unknown } = await countAfter('network-reply-lost', {
      ...untilDoubled,
      resend: true,
    });
    expect(unknown).toBe(0);
    expect(counted).toBeGreaterThan(sent);
    expect(counted).toBeLessThanOrEqual(sent + doubted);
  });

  test.each(['network-reset', 'network-drop', 'network-black-hole'])(
    'are all there after %s, and none more often than is in doubt',
    async (kind) => {
      const { sent, counted, doubted } = await countAfter(kind);
      expect(counted).toBeGreaterThanOrEqual(sent);
      expect(counted).toBeLessThanOrEqual(sent + doubted);
    },
  );

  test('are counted once under a delay', async () => {
    const { sent, counted, doubted, errors } = await countAfter('network-delay');
    expect({ counted, doubted, errors }).toEqual({ counted: sent, doubted: 0, errors: 0 });
  });
});
