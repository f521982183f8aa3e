/** Killing and starting again the processes of a Flink that consists of node scripts. */
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { taskManagersOf } from '../../../harness/services/catalogue/flink.ts';
import { type OwnedFlink, ownedFlink } from '../../../harness/services/owned-flink.ts';
import { probeFlink, probeTaskManagers, taskManagerIds } from '../../../harness/services/probes/flink.ts';
import { markOf, type ProcessMark } from '../../../harness/services/process-mark.ts';
import { isGoneWithin } from '../../../harness/services/server-process.ts';
import type { Command, ServiceDeclaration } from '../../../harness/services/service.ts';
import { startService, takeDownService } from '../../../harness/services/services.ts';
import { withTemporaryDirectory } from '../../support/temporary-directory.ts';
import { freePorts } from './fake-service.ts';

/** Counts a task manager as registered while its connection lives, and for as long afterwards as one may be missed. */
const MISSED_AFTER_MS = 300;

/** REST on one port; on the other, each connection says who it is. */
const JOB_MANAGER = `
const [rest, rpc] = JSON.parse(fs.readFileSync('conf/ports.json', 'utf8'));
const ids = new Set();
net.createServer((socket) => {
  socket.on('error', () => {});
  socket.once('data', (bytes) => {
    const id = String(bytes);
    ids.add(id);
    socket.once('close', () => setTimeout(() => ids.delete(id), ${MISSED_AFTER_MS}));
  });
}).listen(rpc, '127.0.0.1');
http.createServer(({ url }, response) => response.end(JSON.stringify(
  url === '/overview' ? { 'flink-version': '2.3.0' } : { taskmanagers: [...ids].map((id) => ({ id, slotsNumber: 2 })) },
))).listen(rest, '127.0.0.1');
`;

/** Registers under the id that Flink would give it, and comes back when the job manager does. */
const taskManager = (rpcPort: number): string => `
const [, rpc] = JSON.parse(fs.readFileSync('conf/ports.json', 'utf8'));
const register = () => {
  const socket = net.connect(rpc, '127.0.0.1', () => socket.write('127.0.0.1:${rpcPort}-' + process.pid));
  socket.on('error', () => {});
  socket.on('close', () => setTimeout(register, 20));
};
register();
`;

const script = (text: string): Command => ({ file: process.execPath, args: ['-e', text] });

function fakeFlink([rest, rpc]: readonly number[]): ServiceDeclaration {
  return {
    name: 'flink',
    ports: [rest as number],
    startWithinMs: 60_000,
    url: (port) => `flink://127.0.0.1:${port}`,
    probe: probeFlink,
    ready: (port, timeoutMs) => probeTaskManagers(port, 2, timeoutMs),
    install: async () => ({
      version: '2.3.0',
      serve: script(JOB_MANAGER),
      companions: taskManagersOf(0).map(({ name, rpcPort }) => ({ name, serve: script(taskManager(rpcPort)) })),
    }),
    files: () => ({ 'conf/ports.json': JSON.stringify([rest, rpc]) }),
  };
}

async function withFlink(
  body: (flink: OwnedFlink, ids: () => Promise<string[]>, directory: string) => Promise<void>,
): Promise<void> {
  await withTemporaryDirectory(async (directory) => {
    const ports = await freePorts(2);
    const place = { directory, declarations: [fakeFlink(ports)] };
    try {
      const { url } = await startService('flink', place);
      const flink = await ownedFlink(`${url}/?proxy-ports=1`, place);
      if (flink === undefined) throw new Error('it is not known to be ours');
      await body(flink, () => taskManagerIds(ports[0] as number, 60_000), directory);
    } finally {
      await takeDownService('flink', place);
    }
  });
}

test('its processes are known by name, pid, and the ids of Flink', async () => {
  await withFlink(async (flink, ids, directory) => {
    const { jobManager, taskManagers } = flink;
    expect([jobManager, ...taskManagers].map(({ name }) => name)).toEqual([
      'job-manager',
      'task-manager-1',
      'task-manager-2',
    ]);
    expect(flink.pids()).toEqual([jobManager, ...taskManagers].map(({ pid }) => pid));
    expect(taskManagers.map(({ proxy }) => proxy)).toEqual(['127.0.0.1:19069', '127.0.0.1:19070']);
    const called = taskManagers.map(({ isCalled }) => [
      isCalled('127.0.0.1:16125-4ca4c5'),
      isCalled('10.0.0.1:16125-4'),
    ]);
    expect(called).toEqual([
      [true, false],
      [false, false],
    ]);
    for (const one of taskManagers) expect((await ids()).filter((id) => one.isCalled(id))).toHaveLength(1);
    expect(flink).toMatchObject({
      version: '2.3.0',
      directory: join(directory, 'flink'),
      checkpoints: `file://${join(directory, 'flink/data/checkpoints')}`,
      savepoints: `file://${join(directory, 'flink/data/savepoints')}`,
    });
  });
});

test('a task manager that was killed is back when its new process has registered', async () => {
  await withFlink(async (flink, ids) => {
    const [struck, other] = flink.taskManagers;
    const [pid, otherPid] = [struck?.pid, other?.pid];
    expect(struck?.kill('SIGKILL')).toBe(true);
    // The old process still counts for a while: it is not taken for the new one.
    await struck?.restart();
    expect(struck?.pid).not.toBe(pid);
    expect(other?.pid).toBe(otherPid);
    expect(await ids()).toContain(`127.0.0.1:16125-${struck?.pid}`);
  });
});

test('a job manager that was killed is back when the task managers that run have come back to it', async () => {
  await withFlink(async (flink, ids) => {
    const [gone, stays] = flink.taskManagers;
    gone?.kill('SIGKILL');
    flink.jobManager.kill('SIGKILL');
    await flink.jobManager.restart();
    expect(await ids()).toEqual([`127.0.0.1:16126-${stays?.pid}`]);
    expect(gone?.isRunning()).toBe(false);
    expect(flink.pids()).toEqual([flink.jobManager.pid, stays?.pid]);
  });
});

test('restarts that are asked for at once come one after another', async () => {
  await withFlink(async (flink, ids) => {
    await Promise.all(flink.taskManagers.map((one) => one.restart()));
    const expected = flink.taskManagers.map(({ pid }, i) => `127.0.0.1:${16_125 + i}-${pid}`);
    expect(await ids()).toEqual(expect.arrayContaining(expected));
  });
});

test('a Flink at another address, or one of which nothing runs, is not ours', async () => {
  await withTemporaryDirectory(async (directory) => {
    const place = { directory, declarations: [fakeFlink(await freePorts(2))] };
    expect(await ownedFlink('flink://127.0.0.1:18081', place)).toBeUndefined();
    const service = await startService('flink', place);
    try {
      expect(await ownedFlink('flink://127.0.0.1:1', place)).toBeUndefined();
      const mark = markOf(service.pid) as ProcessMark;
      service.kill('SIGKILL');
      expect(await isGoneWithin(mark, 60_000)).toBe(true);
      // Its task managers run still, and are ours to start again.
      expect((await ownedFlink(service.url, place))?.pids()).toHaveLength(2);
      await service.stop();
      expect(await ownedFlink(service.url, place)).toBeUndefined();
    } finally {
      await takeDownService('flink', place);
    }
  });
});
