/** What a cluster says of itself, from answers of a REST API made by hand. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { durationMsOf, probeFlink } from '../../../../substrates/stream-engine/flink/probe.ts';

const OVERVIEW = {
  taskmanagers: 1,
  'slots-total': 2,
  'slots-available': 1,
  'jobs-running': 1,
  'flink-version': '2.3.0',
  'flink-commit': 'c0f8d1a',
};
const TASK_MANAGER = {
  id: '10.0.0.7:6122-ab',
  path: 'pekko.tcp://flink@10.0.0.7:6122/user/rpc/taskmanager_0',
  dataPort: 1,
  timeSinceLastHeartbeat: 1,
  slotsNumber: 2,
  freeSlots: 1,
};

/** The facts of a cluster with this configuration. */
async function factsWith(config: Record<string, string>) {
  const answers: Record<string, unknown> = {
    '/overview': OVERVIEW,
    '/taskmanagers': { taskmanagers: [TASK_MANAGER] },
    '/jobmanager/config': Object.entries(config).map(([key, value]) => ({ key, value })),
  };
  const server = createServer(({ url = '' }, response) => response.end(JSON.stringify(answers[url])));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await probeFlink({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test('what a configuration does not say is what Flink does by default', async () => {
  expect(await factsWith({})).toEqual({
    version: '2.3.0',
    slots: 2,
    freeSlots: 1,
    taskManagers: ['10.0.0.7'],
    runningJobs: 1,
    checkpointDirectory: undefined,
    savepointDirectory: undefined,
    queryableState: false,
    metricsIntervalMs: 10_000,
    refreshIntervalMs: 3000,
    webTimeoutMs: 600_000,
    heartbeatTimeoutMs: 50_000,
    takesJars: true,
    roundTripMs: expect.any(Number),
  });
});

test('what it says is taken, by the old names of options too', async () => {
  const facts = await factsWith({
    'execution.checkpointing.dir': 's3://bucket/checkpoints',
    'state.savepoints.dir': 'file:///savepoints',
    'queryable-state.enable': 'true',
    'metrics.fetcher.update-interval': '250',
    'web.refresh-interval': '100',
    'web.timeout': '5 s',
    'heartbeat.timeout': '4 s',
    'web.submit.enable': 'false',
  });
  expect(facts).toMatchObject({
    checkpointDirectory: 's3://bucket/checkpoints',
    savepointDirectory: 'file:///savepoints',
    queryableState: true,
    metricsIntervalMs: 250,
    refreshIntervalMs: 100,
    webTimeoutMs: 5000,
    heartbeatTimeoutMs: 4000,
    takesJars: false,
  });
});

test.each([
  ['250', 250],
  ['250 ms', 250],
  ['10s', 10_000],
  ['1 min', 60_000],
  ['2 hours', 7_200_000],
  ['soon', undefined],
  ['5 parsecs', undefined],
  ['', undefined],
])('the duration "%s" is %p ms', (text, ms) => {
  expect(durationMsOf(text)).toBe(ms);
});
