/** The proxies in their process: told what to do from here, and gone when they are let go of. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { splitAddress } from '../../../../harness/faults/proxy/link.ts';
import { ProxyFailedError, ProxyProcess } from '../../../../harness/faults/proxy/proxy-process.ts';
import { startServer, TestClient, type TestServer } from './echo-server.ts';

let first: TestServer;
let second: TestServer;

beforeEach(async () => {
  first = await startServer();
  second = await startServer();
});

afterEach(async () => {
  await first.close();
  await second.close();
});

const portOf = (proxy: ProxyProcess, server: TestServer): number => splitAddress(proxy.addressOf(server.address)).port;

async function withProxy(body: (proxy: ProxyProcess) => Promise<void>): Promise<void> {
  const proxy = await ProxyProcess.open({ servers: [first.address, second.address], seed: 1 });
  try {
    await body(proxy);
  } finally {
    await proxy.close();
  }
}

function isAlive(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('the process of the proxies', () => {
  test('is another one, and leads to each server by a link of its own', () =>
    withProxy(async (proxy) => {
      expect(proxy.pid).not.toBe(process.pid);
      const client = new TestClient(portOf(proxy, first));
      client.send('hello');
      await client.has(5);
      expect(second.received).toEqual([]);
      expect(await proxy.tell(first.address, { do: 'count' })).toMatchObject({
        openedConnections: 1,
        requests: { forwardedBytes: 5 },
      });
      expect(await proxy.tell(second.address, { do: 'count' })).toMatchObject({ openedConnections: 0 });
      client.socket.destroy();
    }));

  test('has done what it was told when it answers', () =>
    withProxy(async (proxy) => {
      const client = new TestClient(portOf(proxy, first));
      client.send('hello');
      await client.has(5);
      expect(await proxy.tell(first.address, { do: 'reset' })).toMatchObject({ resetConnections: 1 });
      expect(await client.ended).toBe('ECONNRESET');
    }));

  test('says which link there is not', () =>
    withProxy(async (proxy) => {
      await expect(proxy.tell('127.0.0.1:1', { do: 'count' })).rejects.toThrow('there is no link to 127.0.0.1:1');
      expect(() => proxy.addressOf('127.0.0.1:1')).toThrow('there is no link to 127.0.0.1:1');
    }));

  test('that cannot open a link says why, and is gone', async () => {
    const opening = ProxyProcess.open({ servers: ['nowhere'], seed: 1 });
    await expect(opening).rejects.toThrow(ProxyFailedError);
    await expect(opening).rejects.toThrow("'nowhere' is no address of a server");
  });

  test('that is closed is gone with its connections, and cannot be told anything any more', async () => {
    const proxy = await ProxyProcess.open({ servers: [first.address], seed: 1 });
    const client = new TestClient(portOf(proxy, first));
    client.send('hello');
    await client.has(5);
    const { pid } = proxy;
    await proxy.close();
    await client.ended;
    expect(isAlive(pid)).toBe(false);
    await expect(proxy.tell(first.address, { do: 'count' })).rejects.toThrow(/was ended by SIGKILL/);
  });

  test('ends when its parent is killed', async () => {
    const main = fileURLToPath(new URL('./start-proxy.js', import.meta.url));
    const parent = fork(main, [first.address], { execArgv: [] });
    const [{ pid, address }] = (await once(parent, 'message')) as [{ pid: number; address: string }];
    const client = new TestClient(splitAddress(address).port);
    client.send('hello');
    await client.has(5);
    parent.kill('SIGKILL');
    await client.ended;
    while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
  });
});
