/** What a link does to real connections over loopback, mode by mode and direction by direction. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { MAX_HELD_BYTES } from '../../../../harness/faults/proxy/flow.ts';
import { Link, splitAddress } from '../../../../harness/faults/proxy/link.ts';
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

describe('a link that passes everything', () => {
  test('brings every byte to the other side, in order, and counts it', async () => {
    const client = connect();
    const sent = Array.from({ length: 2000 }, (_, i) => `${i};`).join('');
    client.send(sent);
    await client.has(sent.length);
    expect(server.received[0]?.text.slice(0, 500)).toBe(sent.slice(0, 500));
    expect(client.text.slice(0, 500)).toBe(sent.slice(0, 500));
    const lane = { receivedBytes: sent.length, forwardedBytes: sent.length, droppedBytes: 0, delayedChunks: 0 };
    expect(link.counters()).toEqual({
      openedConnections: 1,
      refusedConnections: 0,
      resetConnections: 0,
      lostReplies: 0,
      requests: lane,
      replies: lane,
    });
  });

  test('ends one side when the other has ended, without an error', async () => {
    const client = await connected();
    client.socket.end('bye');
    expect(await client.ended).toBe('end');
    expect(client.text).toBe('hellobye');
  });

  test('breaks off the client when its server breaks off', async () => {
    const client = await connected();
    server.sockets[0]?.resetAndDestroy();
    expect(await client.ended).toBe('ECONNRESET');
    expect(link.counters().resetConnections).toBe(0);
  });

  test('breaks off a client whose server is not there', async () => {
    await server.close();
    expect(await connect().ended).toBe('ECONNRESET');
  });
});

describe('delay', () => {
  test('holds back each direction by at least the time that was said, and keeps the order', async () => {
    const client = await connected();
    const delay = { kind: 'delay', ms: 40, jitterMs: 15 } as const;
    link.tell({ do: 'set', requests: delay, replies: delay });
    const sentMs = clock.nowMs();
    const sent = Array.from({ length: 20 }, (_, i) => `[${i}]`);
    for (const text of sent) {
      client.send(text);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await client.has(5 + sent.join('').length);
    expect(clock.nowMs() - sentMs).toBeGreaterThanOrEqual(50);
    expect(client.text).toBe(`hello${sent.join('')}`);
    expect(link.counters().requests.delayedChunks).toBeGreaterThan(0);
    expect(link.counters().replies.delayedChunks).toBeGreaterThan(0);
  });

  test('of replies alone does not keep requests back', async () => {
    const client = await connected();
    link.tell({ do: 'set', replies: { kind: 'delay', ms: 60_000, jitterMs: 0 } });
    client.send('now');
    await eventually(() => server.received[0]?.text === 'hellonow');
    expect(client.text).toBe('hello');
    expect(link.counters().requests.delayedChunks).toBe(0);
  });

  test('that is over lets what it holds go at its time, and what comes next after it', async () => {
    const client = await connected();
    link.tell({ do: 'set', requests: { kind: 'delay', ms: 80, jitterMs: 0 } });
    client.send('first');
    await eventually(() => link.counters().requests.delayedChunks === 1);
    link.tell({ do: 'resume' });
    client.send('second');
    await client.has(16);
    expect(client.text).toBe('hellofirstsecond');
  });
});

describe('drop', () => {
  test('of requests swallows them, and brings replies', async () => {
    await open((socket) => socket.on('data', () => undefined));
    const client = connect();
    client.send('before');
    await eventually(() => server.received[0]?.bytes === 6);
    link.tell({ do: 'set', requests: { kind: 'drop' } });
    client.send('lost');
    await eventually(() => link.counters().requests.droppedBytes === 4);
    server.sockets[0]?.write('reply');
    await client.has(5);
    expect(server.received[0]?.text).toBe('before');
  });

  test('of replies swallows them, and brings requests', async () => {
    const client = await connected();
    link.tell({ do: 'set', replies: { kind: 'drop' } });
    client.send('asked');
    await eventually(() => link.counters().replies.droppedBytes === 5);
    expect(server.received[0]?.text).toBe('helloasked');
    expect(client.text).toBe('hello');
    expect(link.counters().requests.droppedBytes).toBe(0);
  });

  test('in both directions is a black hole: nothing breaks while it lasts, not even by an end', async () => {
    const [client, other] = [await connected(), await connected()];
    link.tell({ do: 'set', requests: { kind: 'drop' }, replies: { kind: 'drop' } });
    client.send('lost');
    other.socket.end();
    await settle();
    expect(client.socket.destroyed).toBe(false);
    expect(other.socket.destroyed).toBe(false);
    expect(server.received.map(({ text }) => text)).toEqual(['hello', 'hello']);
  });

  test('resets, when it is over, the connections that have lost something, and no others', async () => {
    const [lossy, whole] = [await connected(), await connected()];
    link.tell({ do: 'set', requests: { kind: 'drop' } });
    lossy.send('lost');
    await eventually(() => link.counters().requests.droppedBytes === 4);
    link.tell({ do: 'resume' });
    expect(await lossy.ended).toBe('ECONNRESET');
    whole.send('still');
    await whole.has(10);
    expect(link.counters().resetConnections).toBe(1);
  });
});

describe('stall', () => {
  test('loses nothing, and lets the writer wait with a bounded part of what it has', async () => {
    const client = await connected();
    link.tell({ do: 'set', requests: { kind: 'stall' } });
    const chunk = 'x'.repeat(1024 * 1024);
    for (let i = 0; i < 32; i++) client.send(chunk);
    await settle();
    expect(server.received[0]?.bytes).toBe(5);
    // What a stalled link has taken in is at most what the system buffers; the rest waits at the writer.
    expect(client.socket.writableLength).toBeGreaterThan(16 * 1024 * 1024);
    expect(link.counters().requests.receivedBytes).toBeLessThan(1024 * 1024);
    link.tell({ do: 'resume' });
    await client.has(5 + 32 * chunk.length);
    expect(link.counters().resetConnections).toBe(0);
  });

  test('of replies keeps them, while requests come through', async () => {
    const client = await connected();
    link.tell({ do: 'set', replies: { kind: 'stall' } });
    client.send('asked');
    await eventually(() => server.received[0]?.text === 'helloasked');
    await settle();
    expect(client.text).toBe('hello');
    link.tell({ do: 'resume' });
    await client.has(10);
  });

  test('holds for connections that are made meanwhile too', async () => {
    link.tell({ do: 'set', requests: { kind: 'stall' } });
    const client = connect();
    client.send('early');
    await settle();
    expect(server.received[0]?.bytes ?? 0).toBe(0);
    link.tell({ do: 'resume' });
    await client.has(5);
  });
});

describe('a reader that is slow', () => {
  test('makes the writer wait, whether chunks are delayed or not', async () => {
    await open((socket) => {
      // Reads nothing until it is told to.
      socket.pause();
      setImmediate(() => socket.pause());
    });
    for (const delay of [false, true]) {
      const ms = delay ? 1 : 0;
      link.tell({ do: 'set', requests: { kind: 'delay', ms, jitterMs: 0 } });
      const client = connect();
      const before = link.counters().requests.receivedBytes;
      for (let i = 0; i < 64; i++) client.send('x'.repeat(1024 * 1024));
      await settle();
      await settle();
      const taken = link.counters().requests.receivedBytes - before;
      expect(taken).toBeLessThan(MAX_HELD_BYTES + 16 * 1024 * 1024);
      expect(client.socket.writableLength).toBeGreaterThan(32 * 1024 * 1024);
      client.socket.destroy();
    }
  });
});

describe('reset and refuse', () => {
  test('reset is an RST for both sides, and new connections go on', async () => {
    const client = await connected();
    const atServer = new Promise<NodeJS.ErrnoException>((resolve) => server.sockets[0]?.once('error', resolve));
    link.tell({ do: 'reset' });
    expect(await client.ended).toBe('ECONNRESET');
    expect((await atServer).code).toBe('ECONNRESET');
    expect(link.counters().resetConnections).toBe(1);
    await connected();
  });

  test('refuse turns new connections away and leaves the others alone', async () => {
    const client = await connected();
    link.tell({ do: 'refuse' });
    expect(await connect().ended).toBe('ECONNRESET');
    client.send('still');
    await client.has(10);
    expect(link.counters()).toMatchObject({ openedConnections: 1, refusedConnections: 1, resetConnections: 0 });
    link.tell({ do: 'resume' });
    await connected();
  });
});

describe('an address', () => {
  test('is split into host and port, or refused', () => {
    expect(splitAddress('127.0.0.1:6379')).toEqual({ host: '127.0.0.1', port: 6379 });
    expect(splitAddress('[::1]:9042')).toEqual({ host: '::1', port: 9042 });
    for (const wrong of ['nowhere', ':1', 'a:0', 'a:70000', 'a:x']) {
      expect(() => splitAddress(wrong)).toThrow(/is no address of a server: write host:port/);
    }
  });
});
