/** Replies that a link loses: the request is applied, and nobody is told. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Link } from '../../../../harness/faults/proxy/link.ts';
import { MonotonicClock } from '../../../../substrates/clock.ts';
import { eventually, settle, startServer, TestClient, type TestServer } from './echo-server.ts';

const clock = new MonotonicClock(0);
let server: TestServer;
let link: Link;
let clients: TestClient[];

async function open(serve?: Parameters<typeof startServer>[0]): Promise<void> {
  await server?.close();
  await link?.close();
  server = await startServer(serve);
  link = await Link.open({ server: server.address, index: 0, seed: 7, clock });
}

function connect(): TestClient {
  const client = new TestClient(link.port);
  clients.push(client);
  return client;
}

/** A client that has been answered once. */
async function connected(): Promise<TestClient> {
  const client = connect();
  client.send('hello');
  await client.has(5);
  return client;
}

beforeEach(async () => {
  clients = [];
  await open();
});

afterEach(async () => {
  for (const { socket } of clients) socket.destroy();
  await link.close();
  await server.close();
});

describe('lost replies', () => {
  const loss = { do: 'lose-replies', times: 1, minRequestBytes: 10, quietMs: 20 } as const;

  test('the request is applied, its reply is swallowed, then the connection is reset, so many times', async () => {
    const client = await connected();
    link.tell(loss);
    client.send('a longer request');
    expect(await client.ended).toBe('ECONNRESET');
    expect(client.text).toBe('hello');
    expect(server.received[0]?.text).toBe('helloa longer request');
    expect(link.counters()).toMatchObject({ lostReplies: 1, resetConnections: 1, replies: { droppedBytes: 16 } });
    const again = connect();
    again.send('a longer request');
    await again.has(16);
  });

  test('a short request is let alone', async () => {
    const client = await connected();
    link.tell(loss);
    client.send('ping');
    await client.has(9);
    client.send('ping');
    await client.has(13);
    expect(link.counters().lostReplies).toBe(0);
  });

  test('a request that comes in pieces is forwarded as a whole before the reset', async () => {
    const client = await connected();
    link.tell(loss);
    for (const piece of ['first piece, ', 'second, ', 'third']) {
      client.send(piece);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(await client.ended).toBe('ECONNRESET');
    expect(server.received[0]?.text).toBe('hellofirst piece, second, third');
  });

  test('a client that never falls quiet is not waited for', async () => {
    const client = await connected();
    link.tell(loss);
    const timer = setInterval(() => client.send('one request after another'), 5);
    expect(await client.ended).toBe('ECONNRESET');
    clearInterval(timer);
    expect(link.counters()).toMatchObject({ lostReplies: 1, resetConnections: 1 });
  });

  test('a reply that never was is not counted as lost', async () => {
    await open((socket) => socket.on('data', () => undefined));
    const client = connect();
    link.tell(loss);
    client.send('a longer request');
    await eventually(() => server.received[0]?.bytes === 16);
    client.socket.destroy();
    await settle();
    expect(link.counters().lostReplies).toBe(0);
  });
});
