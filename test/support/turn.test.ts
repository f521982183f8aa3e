/** Turns between processes. */
import net from 'node:net';
import { expect, test } from '@jest/globals';
import { takeTurn } from './turn.ts';

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test('a turn has one holder at a time, and everyone who waits gets it', async () => {
  const port = await freePort();
  let holders = 0;
  const most: number[] = [];
  await Promise.all(
    [1, 2, 3, 4].map(async () => {
      const giveBack = await takeTurn(port);
      most.push(++holders);
      await new Promise((resolve) => setImmediate(resolve));
      holders -= 1;
      await giveBack();
    }),
  );
  expect(most).toEqual([1, 1, 1, 1]);
});
