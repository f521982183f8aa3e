/** What the processes of Flink are told, against texts written by hand. */
import { describe, expect, test } from '@jest/globals';
import { flink, stateFoldersOf, taskManagersOf } from '../../../../harness/services/catalogue/flink.ts';
import { richInstaller } from '../rich-installer.ts';

const files = flink.files(100, '/state dir/flink');
/** A setting a line, each a value of JSON, which YAML understands. */
const configOf = (name: string): Record<string, unknown> => {
  const lines = (files[`conf/${name}/config.yaml`] ?? '').trim().split('\n');
  return Object.fromEntries(
    lines.map((line) => line.split(/: (.*)/)).map(([key, value]) => [key, JSON.parse(`${value}`)]),
  );
};

describe('Flink', () => {
  test('is a job manager and two task managers on Java 17 or 21, from its jars and no connector', async () => {
    const installer = richInstaller();
    const { version, format, serve, companions = [] } = await flink.install(installer);
    expect([version, format, installer.majors]).toEqual(['2.3.0', undefined, [17, 21]]);
    expect(installer.asked).toEqual([
      'java of Flink',
      'flink-2.3.0',
      'org.apache.flink:flink-streaming-java:2.3.0',
      'org.apache.flink:flink-clients:2.3.0',
      'org.apache.flink:flink-runtime-web:2.3.0',
      'org.apache.flink:flink-statebackend-rocksdb:2.3.0',
      'org.apache.flink:flink-queryable-state-runtime:2.3.0',
      'org.apache.flink:flink-connector-base:2.3.0',
      'org.apache.logging.log4j:log4j-slf4j-impl:2.25.4',
    ]);
    const tails = [serve, ...companions.map((each) => each.serve)].map(({ args }) => args.slice(-4).join(' '));
    expect(tails).toEqual([
      '/cache/libs/* org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint -c conf/job-manager',
      '/cache/libs/* org.apache.flink.runtime.taskexecutor.TaskManagerRunner -c conf/task-manager-1',
      '/cache/libs/* org.apache.flink.runtime.taskexecutor.TaskManagerRunner -c conf/task-manager-2',
    ]);
    expect(companions.map(({ name }) => name)).toEqual(['task-manager-1', 'task-manager-2']);
  });

  test('listens on loopback only, with every port shifted, and each task manager on ports of its own', () => {
    const ports = [
      'rest.port',
      'jobmanager.rpc.port',
      'blob.server.port',
      'taskmanager.rpc.port',
      'queryable-state.proxy.ports',
      'queryable-state.server.ports',
    ];
    const portsOf = (name: string): unknown[] => ports.map((port) => configOf(name)[port]);
    expect(portsOf('task-manager-1')).toEqual([18_181, 16_223, 16_224, 16_225, 19_169, 19_150]);
    expect(portsOf('task-manager-2')).toEqual([18_181, 16_223, 16_224, 16_226, 19_170, 19_151]);
    expect(portsOf('job-manager')).toEqual([18_181, 16_223, 16_224, undefined, '19169,19170', undefined]);
    for (const name of ['job-manager', 'task-manager-1', 'task-manager-2']) {
      expect(configOf(name)).toMatchObject({
        'jobmanager.rpc.address': '127.0.0.1',
        'jobmanager.bind-host': '127.0.0.1',
        'rest.address': '127.0.0.1',
        'rest.bind-address': '127.0.0.1',
        'taskmanager.host': '127.0.0.1',
        'taskmanager.bind-host': '127.0.0.1',
      });
    }
    expect(taskManagersOf(100)).toEqual([
      { name: 'task-manager-1', rpcPort: 16_225, proxyPort: 19_169, statePort: 19_150 },
      { name: 'task-manager-2', rpcPort: 16_226, proxyPort: 19_170, statePort: 19_151 },
    ]);
  });

  test('keeps checkpoints, savepoints and scratch in its own data folder', () => {
    expect(configOf('task-manager-2')).toMatchObject({
      'execution.checkpointing.dir': 'file:///state dir/flink/data/checkpoints',
      'execution.checkpointing.savepoint-dir': 'file:///state dir/flink/data/savepoints',
      'io.tmp.dirs': '/state dir/flink/data/tmp',
    });
    expect(stateFoldersOf('/a')).toEqual({
      checkpoints: 'file:///a/data/checkpoints',
      savepoints: 'file:///a/data/savepoints',
    });
  });

  test('is set to be queried, to find things out fast and to try again', () => {
    expect(configOf('job-manager')).toMatchObject({
      'taskmanager.numberOfTaskSlots': 2,
      'queryable-state.enable': true,
      'metrics.fetcher.update-interval': 250,
      'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
      'restart-strategy.type': 'fixed-delay',
      'restart-strategy.fixed-delay.attempts': 1_000_000,
      'restart-strategy.fixed-delay.delay': '500ms',
      'heartbeat.interval': 500,
      'heartbeat.timeout': 4000,
    });
  });

  test('opens no port for JMX', () => {
    expect(files['conf/jvm.options']).not.toContain('jmx');
  });
});
