/** A server that is killed and started again: what it forgot is known row by row. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { encodeDeletedRows, readRowFiles } from '../../../../harness/faults/deleted-rows.ts';
import { serverKill } from '../../../../harness/faults/kinds/server-kill.ts';
import type { OwnedServer } from '../../../../harness/faults/proxy/servers.ts';
import type { RowColumns } from '../../../../substrates/key-value-store/key-value-store.ts';
import { StoreUnavailableError } from '../../../../substrates/key-value-store/key-value-store.ts';
import { atTime, redisAt, struckNetwork } from '../../../support/network-fault.ts';
import { columnsOf, row, rowsOf, type StoreRow } from '../../../support/store-rows.ts';
import { startServer, type TestServer } from '../proxy/echo-server.ts';

/** A server that keeps `keeps` of its rows when it is killed. */
class FakeServer implements OwnedServer {
  readonly name = 'redis';
  pid = 100;
  rows: StoreRow[];
  failures = 1;
  readonly #keeps: StoreRow[];
  #listener: TestServer;
  readonly #restartListener: (address: string) => Promise<TestServer>;

  constructor(
    listener: TestServer,
    rows: StoreRow[],
    keeps: StoreRow[],
    restart: (address: string) => Promise<TestServer>,
  ) {
    this.#listener = listener;
    this.rows = rows;
    this.#keeps = keeps;
    this.#restartListener = restart;
  }

  async kill(): Promise<boolean> {
    await this.#listener.close();
    this.rows = this.#keeps;
    return true;
  }

  async restart(): Promise<void> {
    this.#listener = await this.#restartListener(this.#listener.address);
    this.pid = 200;
  }

  close(): Promise<void> {
    return this.#listener.close();
  }

  /** The store on it; its first reading finds the client without a connection. */
  store() {
    const server = this;
    return {
      async *scan(): AsyncGenerator<RowColumns> {
        if (server.failures-- > 0) throw new StoreUnavailableError('not connected', 'no');
        yield columnsOf(server.rows);
      },
    };
  }
}

let server: FakeServer;
afterEach(() => server.close());

async function killed(before: StoreRow[], keeps: StoreRow[], earlier?: StoreRow[]) {
  const listener = await startServer();
  const { address } = listener;
  server = new FakeServer(listener, before, keeps, () => startServer(undefined, Number(address.split(':')[1])));
  const control = { ownedService: (url: string) => (url === `redis://${address}` ? server : undefined) };
  const struck = await struckNetwork(redisAt(address), 'alpha', {
    servers: control,
    stores: { serving: server.store() },
  });
  const { context, link } = struck;
  const { files } = context.runtime;
  if (earlier !== undefined) await files.write('faults/serving-pserver.lost', [encodeDeletedRows(columnsOf(earlier))]);
  const active = await serverKill.inject(context, atTime('server-kill', 0, 50));
  for (let evidence = await active.evidence(); evidence === undefined; evidence = await active.evidence()) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await active.heal();
  await link.close();
  const lost = rowsOf(await readRowFiles(files, 'faults', 'serving-p', '.lost'));
  return { ...struck, lost, evidence: await active.evidence() };
}

const held = [row(1n, 0, 10, 7), row(2n, 0, 5, -3), row(1n, 1000, 4, 1)];

describe('server-kill', () => {
  test('of a server that keeps nothing loses all that it held', async () => {
    const { lost, evidence } = await killed(held, []);
    expect(lost).toHaveLength(3);
    expect(lost).toEqual(expect.arrayContaining(held));
    expect(evidence).toMatchObject({ events: 19 });
    expect(evidence?.what).toMatch(
      /^redis \(pid 100\) ended by SIGKILL and was back after \d+ ms as pid 200; it had forgotten 19/,
    );
    expect((evidence?.endedMs ?? 0) - (evidence?.atMs ?? 0)).toBeGreaterThanOrEqual(50);
  });

  test('of a server that keeps a part loses the rest, and one that keeps all loses nothing', async () => {
    const part = await killed(held, [row(1n, 0, 8, 5), row(2n, 0, 5, -3)]);
    expect(part.lost).toEqual(expect.arrayContaining([row(1n, 0, 2, 2), row(1n, 1000, 4, 1)]));
    expect(part.lost).toHaveLength(2);
    await server.close();
    const all = await killed(held, held);
    expect(all.lost).toEqual([]);
    expect(all.evidence?.what).toMatch(/forgotten 0 impressions/);
    expect(all.evidence?.events).toBeUndefined();
  });

  test('a second time adds to what was forgotten the first time', async () => {
    const { lost } = await killed([row(1n, 0, 10, 7)], [], [row(1n, 0, 3, 2), row(9n, 0, 1, 1)]);
    expect(lost).toEqual(expect.arrayContaining([row(1n, 0, 13, 9), row(9n, 0, 1, 1)]));
    expect(lost).toHaveLength(2);
  });

  test('holds writes back while the server is read, lets them meet the dead server, and lets go of them', async () => {
    const { armed, healed } = await killed(held, []);
    expect(armed.map(({ effect, id }) => [effect, id])).toEqual([
      ['store-outage', 'server-kill hold 1'],
      ['store-outage', 'server-kill hold 2'],
    ]);
    expect(armed.every((fault) => 'store' in fault && fault.store === 'serving')).toBe(true);
    expect(healed).toEqual(['server-kill hold 1', 'server-kill hold 2']);
  });

  test('is refused on a server that was not started here, even if the user owns it', async () => {
    const listener = await startServer();
    server = new FakeServer(listener, [], [], startServer as never);
    const facts = redisAt(listener.address, { ownership: 'claimed' });
    const { context, link } = await struckNetwork(facts);
    await expect(serverKill.inject(context, atTime('a', 0, 1))).rejects.toThrow(/kills no process of others/);
    const unknown = { ...context, realServers: [redisAt(listener.address)] };
    await expect(serverKill.inject(unknown, atTime('a', 0, 1))).rejects.toThrow(/is not known as started here/);
    await link.close();
  });
});
