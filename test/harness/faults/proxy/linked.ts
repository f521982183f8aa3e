/** For each test of a file a server, a link to it, and clients on the link, all closed afterwards. */
import { afterEach, beforeEach } from '@jest/globals';
import { Link } from '../../../../harness/faults/proxy/link.ts';
import { MonotonicClock } from '../../../../substrates/clock.ts';
import { startServer, TestClient, type TestServer } from './echo-server.ts';

export const clock = new MonotonicClock(0);

export interface Linked {
  readonly server: TestServer;
  readonly link: Link;
  /** Begins anew with a server that answers so. */
  open(serve?: Parameters<typeof startServer>[0]): Promise<void>;
  connect(): TestClient;
  /** A client that has been answered once. */
  connected(): Promise<TestClient>;
}

export function linked(): Linked {
  let server: TestServer;
  let link: Link;
  let clients: TestClient[] = [];

  async function close(): Promise<void> {
    for (const { socket } of clients) socket.destroy();
    clients = [];
    await link?.close();
    await server?.close();
  }

  async function open(serve?: Parameters<typeof startServer>[0]): Promise<void> {
    await close();
    server = await startServer(serve);
    link = await Link.open({ server: server.address, index: 0, seed: 7, clock });
  }

  function connect(): TestClient {
    const client = new TestClient(link.port);
    clients.push(client);
    return client;
  }

  beforeEach(() => open());
  afterEach(close);
  return {
    get server() {
      return server;
    },
    get link() {
      return link;
    },
    open,
    connect,
    async connected() {
      const client = connect();
      client.send('hello');
      await client.has(5);
      return client;
    },
  };
}
