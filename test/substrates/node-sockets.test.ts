import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { connectSocket, serveSocket } from '../../substrates/node-sockets.ts';
import type { Connection, RequestHandler, Server } from '../../substrates/runtime.ts';
import { UnreachableError } from '../../substrates/runtime.ts';
import { range } from '../support/impressions.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

async function withPeers(
  handler: RequestHandler,
  body: (connection: Connection, server: Server) => Promise<void>,
): Promise<void> {
  const server = await serveSocket(handler);
  const connection = await connectSocket(server.address);
  try {
    await body(connection, server);
  } finally {
    connection.close();
    await server.close();
  }
}

describe('a connection', () => {
  test('answers in the order of the requests, however long each takes', () =>
    withPeers(
      async (request) => {
        await sleep(request[0] === 0 ? 20 : 0);
        return request;
      },
      async (connection) => {
        const requests = range(0, 50).map((n) => connection.request(bytes(n % 5, n)));
        expect(await Promise.all(requests)).toEqual(range(0, 50).map((n) => bytes(n % 5, n)));
      },
    ));

  test('carries empty frames and frames of megabytes', () =>
    withPeers(
      (request) => request.map((byte) => byte ^ 1),
      async (connection) => {
        expect(await connection.request(bytes())).toEqual(bytes());
        const large = new Uint8Array(3_000_000).map((_, index) => index);
        expect(
          Buffer.compare(
            await connection.request(large),
            large.map((byte) => byte ^ 1),
          ),
        ).toBe(0);
      },
    ));

  test('hands out copies whose buffer is their own', () =>
    withPeers(
      (request) => {
        expect([request.byteOffset, request.buffer.byteLength]).toEqual([0, request.length]);
        return request;
      },
      async (connection) => {
        const [one, other] = await Promise.all([connection.request(bytes(1, 2)), connection.request(bytes(3))]);
        expect([one.buffer.byteLength, other.buffer.byteLength]).toEqual([2, 1]);
      },
    ));

  test('is closed by a request that the server cannot answer, and says so to all who wait', () =>
    withPeers(
      () => {
        throw new Error('no multi-get');
      },
      async (connection) => {
        const requests = [connection.request(bytes(1)), connection.request(bytes(2))];
        for (const request of requests) await expect(request).rejects.toThrow(UnreachableError);
        await expect(connection.request(bytes(3))).rejects.toThrow(UnreachableError);
      },
    ));

  test('to a server that goes away rejects what is under way and what comes after', () =>
    withPeers(
      () => new Promise(() => undefined),
      async (connection, server) => {
        const waiting = connection.request(bytes(1));
        await sleep(5);
        await server.close();
        await expect(waiting).rejects.toThrow(/went away/);
        await expect(connection.request(bytes(2))).rejects.toThrow(UnreachableError);
      },
    ));

  test('that was closed by its owner rejects what is under way', () =>
    withPeers(
      () => new Promise(() => undefined),
      async (connection) => {
        const waiting = connection.request(bytes(1));
        connection.close();
        await expect(waiting).rejects.toThrow(UnreachableError);
      },
    ));

  test('to nobody is unreachable', async () => {
    const server = await serveSocket((request) => request);
    await server.close();
    await expect(connectSocket(server.address)).rejects.toThrow(UnreachableError);
  });
});

test('a server ends the connection of a peer that speaks something else, and serves the others', () =>
  withPeers(
    (request) => request,
    async (connection, server) => {
      const [host, port] = server.address.split(':') as [string, string];
      const stranger = net.connect({ host, port: Number(port) });
      const closed = new Promise((resolve) => stranger.once('close', resolve));
      stranger.on('error', () => undefined);
      stranger.write('GET / HTTP/1.1\r\n\r\n');
      await closed;
      expect(await connection.request(bytes(1))).toEqual(bytes(1));
    },
  ));
