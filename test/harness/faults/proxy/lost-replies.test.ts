/** Replies that a link loses: the request is applied, and nobody is told. */
import { describe, expect, test } from '@jest/globals';
import { eventually, settle } from './echo-server.ts';
import { linked } from './linked.ts';

const own = linked();

describe('lost replies', () => {
  const loss = { do: 'lose-replies', times: 1, minRequestBytes: 10, quietMs: 20 } as const;

  test('the request is applied, its reply is swallowed, then the connection is reset, so many times', async () => {
    const client = await own.connected();
    own.link.tell(loss);
    client.send('a longer request');
    expect(await client.ended).toBe('ECONNRESET');
    expect(client.text).toBe('hello');
    expect(own.server.received[0]?.text).toBe('helloa longer request');
    expect(own.link.counters()).toMatchObject({ lostReplies: 1, resetConnections: 1, replies: { droppedBytes: 16 } });
    const again = own.connect();
    again.send('a longer request');
    await again.has(16);
  });

  test('a short request is let alone', async () => {
    const client = await own.connected();
    own.link.tell(loss);
    client.send('ping');
    await client.has(9);
    client.send('ping');
    await client.has(13);
    expect(own.link.counters().lostReplies).toBe(0);
  });

  test('a request that comes in pieces is forwarded as a whole before the reset', async () => {
    const client = await own.connected();
    // As long as a busy machine may take between two pieces.
    own.link.tell({ ...loss, quietMs: 1000 });
    for (const piece of ['first piece, ', 'second, ', 'third']) {
      client.send(piece);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(await client.ended).toBe('ECONNRESET');
    expect(own.server.received[0]?.text).toBe('hellofirst piece, second, third');
  });

  test('a client that never falls quiet is not waited for', async () => {
    const client = await own.connected();
    own.link.tell(loss);
    const timer = setInterval(() => client.send('one request after another'), 5);
    expect(await client.ended).toBe('ECONNRESET');
    clearInterval(timer);
    expect(own.link.counters()).toMatchObject({ lostReplies: 1, resetConnections: 1 });
  });

  test('a reply that never was is not counted as lost', async () => {
    await own.open((socket) => socket.on('data', () => undefined));
    const client = own.connect();
    own.link.tell(loss);
    client.send('a longer request');
    await eventually(() => own.server.received[0]?.bytes === 16);
    client.socket.destroy();
    await settle();
    expect(own.link.counters().lostReplies).toBe(0);
  });
});
