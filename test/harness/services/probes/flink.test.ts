/** The probes of Flink against a REST API made by hand. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { probeFlink, probeTaskManagers, taskManagerIds } from '../../../../harness/services/probes/flink.ts';
import { freePorts } from '../fake-service.ts';

const PATIENCE_MS = 60_000;

/** Runs `body` beside a server that answers each path with this JSON, and every other one with 503. */
async function withRest(answers: Record<string, unknown>, body: (port: number) => Promise<void>): Promise<void> {
  const server = createServer(({ url = '' }, response) => {
    if (!(url in answers)) response.writeHead(503);
    response.end(JSON.stringify(answers[url] ?? { errors: ['Service temporarily unavailable'] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await body((server.address() as AddressInfo).port);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe('a job manager', () => {
  test('answers when it says its version', async () => {
    await withRest({ '/overview': { 'flink-version': '2.3.0' } }, (port) => probeFlink(port, PATIENCE_MS));
  });

  test('does not answer while it has no leader, or if it is somebody else', async () => {
    await withRest({}, (port) =>
      expect(probeFlink(port, PATIENCE_MS)).rejects.toThrow(`port ${port} answers with status 503`),
    );
    await withRest({ '/overview': { status: 'UP' } }, (port) =>
      expect(probeFlink(port, PATIENCE_MS)).rejects.toThrow(`port ${port} does not answer as Flink does`),
    );
  });

  test('that nobody listens for is told to be away', async () => {
    const [port] = (await freePorts(1)) as [number];
    await expect(probeFlink(port, PATIENCE_MS)).rejects.toThrow('ECONNREFUSED');
  });

  test('that says nothing is given up', async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    await expect(probeFlink(port, 50)).rejects.toThrow(`port ${port} gave no answer in 50 ms`);
    silent.closeAllConnections();
    silent.close();
  });
});

describe('task managers', () => {
  const two = {
    '/taskmanagers': {
      taskmanagers: [
        { id: '127.0.0.1:16125-a', slotsNumber: 2 },
        { id: '127.0.0.1:16127-c', slotsNumber: 0 },
        { id: '127.0.0.1:16126-b', slotsNumber: 2 },
      ],
    },
  };

  test('are known by Flink’s ids, once they have reported their slots', async () => {
    await withRest(two, async (port) => {
      expect(await taskManagerIds(port, PATIENCE_MS)).toEqual(['127.0.0.1:16125-a', '127.0.0.1:16126-b']);
    });
  });

  test('are waited for until all have registered', async () => {
    await withRest(two, async (port) => {
      await probeTaskManagers(port, 2, PATIENCE_MS);
      await expect(probeTaskManagers(port, 3, PATIENCE_MS)).rejects.toThrow(
        `2 of 3 task managers have registered with port ${port}`,
      );
    });
  });
});
