/** What a link does to real connections over loopback, mode by mode and direction by direction. */
import { describe, expect, test } from '@jest/globals';
import { MAX_HELD_BYTES } from '../../../../harness/faults/proxy/flow.ts';
import { splitAddress } from '../../../../harness/faults/proxy/link.ts';
import { eventually, settle } from './echo-server.ts';
import { clock, linked } from './linked.ts';

const own = linked();

describe('a link that passes everything', () => {
  test('brings every byte to the other side, in order, and counts it', async () => {
    const client = own.connect();
    const sent = Array.from({ length: 2000 }, (_, i) => `${i};`).join('');
    client.send(sent);
    await client.has(sent.length);
    expect(own.server.received[0]?.text.slice(0, 500)).toBe(sent.slice(0, 500));
    expect(client.text.slice(0, 500)).toBe(sent.slice(0, 500));
    const lane = { receivedBytes: sent.length, forwardedBytes: sent.length, droppedBytes: 0, delayedChunks: 0 };
    expect(own.link.counters()).toEqual({
      openedConnections: 1,
      refusedConnections: 0,
      resetConnections: 0,
      lostReplies: 0,
      requests: lane,
      replies: lane,
    });
  });

  test('ends one side when the other has ended, without an error', async () => {
    const client = await own.connected();
    client.socket.end('bye');
    expect(await client.ended).toBe('end');
    expect(client.text).toBe('hellobye');
  });

  test('breaks off the client when its server breaks off', async () => {
    const client = await own.connected();
    own.server.sockets[0]?.resetAndDestroy();
    expect(await client.ended).toBe('ECONNRESET');
    expect(own.link.counters().resetConnections).toBe(0);
  });

  test('breaks off a client whose server is not there', async () => {
    await own.server.close();
    expect(await own.connect().ended).toBe('ECONNRESET');
  });
});

describe('delay', () => {
  test('holds back each direction by at least the time that was said, and keeps the order', async () => {
    const client = await own.connected();
    const delay = { kind: 'delay', ms: 40, jitterMs: 15 } as const;
    own.link.tell({ do: 'set', requests: delay, replies: delay });
    const sentMs = clock.nowMs();
    const sent = Array.from({ length: 20 }, (_, i) => `[${i}]`);
    for (const text of sent) {
      client.send(text);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await client.has(5 + sent.join('').length);
    expect(clock.nowMs() - sentMs).toBeGreaterThanOrEqual(50);
    expect(client.text).toBe(`hello${sent.join('')}`);
    expect(own.link.counters().requests.delayedChunks).toBeGreaterThan(0);
    expect(own.link.counters().replies.delayedChunks).toBeGreaterThan(0);
  });

  test('of replies alone does not keep requests back', async () => {
    const client = await own.connected();
    own.link.tell({ do: 'set', replies: { kind: 'delay', ms: 60_000, jitterMs: 0 } });
    client.send('now');
    await eventually(() => own.server.received[0]?.text === 'hellonow');
    expect(client.text).toBe('hello');
    expect(own.link.counters().requests.delayedChunks).toBe(0);
  });

  test('that is over lets what it holds go at its time, and what comes next after it', async () => {
    const client = await own.connected();
    own.link.tell({ do: 'set', requests: { kind: 'delay', ms: 80, jitterMs: 0 } });
    client.send('first');
    await eventually(() => own.link.counters().requests.delayedChunks === 1);
    own.link.tell({ do: 'resume' });
    client.send('second');
    await client.has(16);
    expect(client.text).toBe('hellofirstsecond');
  });
});

describe('drop', () => {
  test('of requests swallows them, and brings replies', async () => {
    await own.open((socket) => socket.on('data', () => undefined));
    const client = own.connect();
    client.send('before');
    await eventually(() => own.server.received[0]?.bytes === 6);
    own.link.tell({ do: 'set', requests: { kind: 'drop' } });
    client.send('lost');
    await eventually(() => own.link.counters().requests.droppedBytes === 4);
    own.server.sockets[0]?.write('reply');
    await client.has(5);
    expect(own.server.received[0]?.text).toBe('before');
  });

  test('of replies swallows them, and brings requests', async () => {
    const client = await own.connected();
    own.link.tell({ do: 'set', replies: { kind: 'drop' } });
    client.send('asked');
    await eventually(() => own.link.counters().replies.droppedBytes === 5);
    expect(own.server.received[0]?.text).toBe('helloasked');
    expect(client.text).toBe('hello');
    expect(own.link.counters().requests.droppedBytes).toBe(0);
  });

  test('in both directions is a black hole: nothing breaks while it lasts, not even by an end', async () => {
    const [client, other] = [await own.connected(), await own.connected()];
    own.link.tell({ do: 'set', requests: { kind: 'drop' }, replies: { kind: 'drop' } });
    client.send('lost');
    other.socket.end();
    await settle();
    expect(client.socket.destroyed).toBe(false);
    expect(other.socket.destroyed).toBe(false);
    expect(own.server.received.map(({ text }) => text)).toEqual(['hello', 'hello']);
  });

  test('resets, when it is over, the connections that have lost something, and no others', async () => {
    const [lossy, whole] = [await own.connected(), await own.connected()];
    own.link.tell({ do: 'set', requests: { kind: 'drop' } });
    lossy.send('lost');
    await eventually(() => own.link.counters().requests.droppedBytes === 4);
    own.link.tell({ do: 'resume' });
    expect(await lossy.ended).toBe('ECONNRESET');
    whole.send('still');
    await whole.has(10);
    expect(own.link.counters().resetConnections).toBe(1);
  });
});

describe('stall', () => {
  test('loses nothing, and lets the writer wait with a bounded part of what it has', async () => {
    const client = await own.connected();
    own.link.tell({ do: 'set', requests: { kind: 'stall' } });
    const chunk = 'x'.repeat(1024 * 1024);
    for (let i = 0; i < 32; i++) client.send(chunk);
    await settle();
    expect(own.server.received[0]?.bytes).toBe(5);
    // What a stalled link has taken in is at most what the system buffers; the rest waits at the writer.
    expect(client.socket.writableLength).toBeGreaterThan(16 * 1024 * 1024);
    expect(own.link.counters().requests.receivedBytes).toBeLessThan(1024 * 1024);
    own.link.tell({ do: 'resume' });
    await client.has(5 + 32 * chunk.length);
    expect(own.link.counters().resetConnections).toBe(0);
  });

  test('of replies keeps them, while requests come through', async () => {
    const client = await own.connected();
    own.link.tell({ do: 'set', replies: { kind: 'stall' } });
    client.send('asked');
    await eventually(() => own.server.received[0]?.text === 'helloasked');
    await settle();
    expect(client.text).toBe('hello');
    own.link.tell({ do: 'resume' });
    await client.has(10);
  });

  test('holds for connections that are made meanwhile too', async () => {
    own.link.tell({ do: 'set', requests: { kind: 'stall' } });
    const client = own.connect();
    client.send('early');
    await settle();
    expect(own.server.received[0]?.bytes ?? 0).toBe(0);
    own.link.tell({ do: 'resume' });
    await client.has(5);
  });
});

describe('a reader that is slow', () => {
  test('makes the writer wait, whether chunks are delayed or not', async () => {
    await own.open((socket) => {
      // Reads nothing until it is told to.
      socket.pause();
      setImmediate(() => socket.pause());
    });
    for (const delay of [false, true]) {
      const ms = delay ? 1 : 0;
      own.link.tell({ do: 'set', requests: { kind: 'delay', ms, jitterMs: 0 } });
      const client = own.connect();
      const before = own.link.counters().requests.receivedBytes;
      for (let i = 0; i < 64; i++) client.send('x'.repeat(1024 * 1024));
      await settle();
      await settle();
      const taken = own.link.counters().requests.receivedBytes - before;
      expect(taken).toBeLessThan(MAX_HELD_BYTES + 16 * 1024 * 1024);
      expect(client.socket.writableLength).toBeGreaterThan(32 * 1024 * 1024);
      client.socket.destroy();
    }
  });
});

describe('reset and refuse', () => {
  test('reset is an RST for both sides, and new connections go on', async () => {
    const client = await own.connected();
    const atServer = new Promise<NodeJS.ErrnoException>((resolve) => own.server.sockets[0]?.once('error', resolve));
    own.link.tell({ do: 'reset' });
    expect(await client.ended).toBe('ECONNRESET');
    expect((await atServer).code).toBe('ECONNRESET');
    expect(own.link.counters().resetConnections).toBe(1);
    await own.connected();
  });

  test('refuse turns new connections away and leaves the others alone', async () => {
    const client = await own.connected();
    own.link.tell({ do: 'refuse' });
    expect(await own.connect().ended).toBe('ECONNRESET');
    client.send('still');
    await client.has(10);
    expect(own.link.counters()).toMatchObject({ openedConnections: 1, refusedConnections: 1, resetConnections: 0 });
    own.link.tell({ do: 'resume' });
    await own.connected();
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
