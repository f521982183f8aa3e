/**
 * Flink 2.3.0 as a cluster of one job manager and two task managers, each a process of its own: a job of parallelism 2
 * fits into one task manager, so that the other stands by. Queryable state is on, and what the cluster finds out it
 * finds out fast: a dead process, a metric, a task manager that is back.
 */
import { join } from 'node:path';
import { probeFlink, probeTaskManagers } from '../probes/flink.ts';
import type { Command, ServiceDeclaration } from '../service.ts';
import { properties } from './properties.ts';

const VERSION = '2.3.0';
/** What Flink's distribution holds, as far as a cluster needs it: connectors are part of a job's jar. */
const ARTIFACTS = [
  ...[
    'flink-streaming-java',
    'flink-clients',
    'flink-runtime-web',
    'flink-statebackend-rocksdb',
    'flink-queryable-state-runtime',
    'flink-connector-base',
  ].map((artifact) => `org.apache.flink:${artifact}:${VERSION}`),
  'org.apache.logging.log4j:log4j-slf4j-impl:2.25.4',
];

const REST_PORT = 18_081;
const JOB_MANAGER_RPC_PORT = 16_123;
const BLOB_PORT = 16_124;
/** Of the first task manager; of the next one each is the next. */
const TASK_MANAGER_RPC_PORT = 16_125;
const PROXY_PORT = 19_069;
const STATE_PORT = 19_050;

const TASK_MANAGERS = [1, 2] as const;

export interface TaskManagerPlace {
  name: string;
  /** Part of the id that Flink gives to each of its processes: `127.0.0.1:<rpcPort>-<random>`. */
  rpcPort: number;
  /** Of its queryable-state proxy. */
  proxyPort: number;
  statePort: number;
}

/** The task managers that a service from packages has. */
export function taskManagersOf(portOffset: number): TaskManagerPlace[] {
  return TASK_MANAGERS.map((number, i) => ({
    name: `task-manager-${number}`,
    rpcPort: TASK_MANAGER_RPC_PORT + i + portOffset,
    proxyPort: PROXY_PORT + i + portOffset,
    statePort: STATE_PORT + i + portOffset,
  }));
}

export const flink: ServiceDeclaration = {
  name: 'flink',
  ports: [
    REST_PORT,
    JOB_MANAGER_RPC_PORT,
    BLOB_PORT,
    ...taskManagersOf(0).flatMap(({ rpcPort, proxyPort, statePort }) => [rpcPort, proxyPort, statePort]),
  ],
  startWithinMs: 120_000,
  containers: ['flink-task-manager'],
  url: (port) => `flink://127.0.0.1:${port}`,
  probe: probeFlink,
  ready: (port, timeoutMs) => probeTaskManagers(port, TASK_MANAGERS.length, timeoutMs),
  async install(installer) {
    const java = await installer.java('Flink', { wanted: '17 or 21', suits: (major) => major === 17 || major === 21 });
    const jars = await installer.jars(`flink-${VERSION}`, ARTIFACTS, '135 MB');
    const command = (memory: readonly string[], main: string, conf: string): Command => ({
      file: java,
      args: ['@conf/jvm.options', ...memory, '-cp', `${jars}/*`, `org.apache.flink.runtime.${main}`, '-c', conf],
      yields: true,
    });
    return {
      version: VERSION,
      serve: command(JOB_MANAGER_HEAP, 'entrypoint.StandaloneSessionClusterEntrypoint', 'conf/job-manager'),
      companions: taskManagersOf(0).map(({ name }) => ({
        name,
        serve: command(TASK_MANAGER_HEAP, 'taskexecutor.TaskManagerRunner', `conf/${name}`),
      })),
    };
  },
  files(portOffset, directory) {
    const common = { ...addresses(portOffset), ...folders(directory), ...FLINK_SETTINGS, ...MEMORY };
    const ofJobManager = {
      // Clients learn from the job manager where to look for proxies.
      'queryable-state.proxy.ports': taskManagersOf(portOffset)
        .map(({ proxyPort }) => proxyPort)
        .join(','),
      'web.log.path': join(directory, 'flink.log'),
    };
    const files = Object.fromEntries(
      taskManagersOf(portOffset).map(({ name, rpcPort, proxyPort, statePort }) => {
        const own = {
          'taskmanager.rpc.port': rpcPort,
          'queryable-state.proxy.ports': proxyPort,
          'queryable-state.server.ports': statePort,
          'taskmanager.log.path': join(directory, `${name}.log`),
        };
        return [`conf/${name}/config.yaml`, yaml({ ...common, ...own })];
      }),
    );
    return {
      'conf/job-manager/config.yaml': yaml({ ...common, ...ofJobManager }),
      ...files,
      'conf/jvm.options': `${JVM_OPTIONS.join('\n')}\n`,
      'conf/log4j2.properties': LOGGING,
    };
  },
};

/** URLs of the folders that the cluster's checkpoints and savepoints are in. */
export function stateFoldersOf(directory: string): { checkpoints: string; savepoints: string } {
  // Flink takes the path as it is, without percent codes.
  const url = (name: string): string => `file://${join(directory, 'data', name)}`;
  return { checkpoints: url('checkpoints'), savepoints: url('savepoints') };
}

type Settings = Readonly<Record<string, string | number | boolean>>;

function addresses(portOffset: number): Settings {
  return {
    'jobmanager.rpc.address': '127.0.0.1',
    'jobmanager.rpc.port': JOB_MANAGER_RPC_PORT + portOffset,
    'jobmanager.bind-host': '127.0.0.1',
    'rest.address': '127.0.0.1',
    'rest.bind-address': '127.0.0.1',
    'rest.port': REST_PORT + portOffset,
    'blob.server.port': BLOB_PORT + portOffset,
    'taskmanager.host': '127.0.0.1',
    'taskmanager.bind-host': '127.0.0.1',
    'taskmanager.data.port': 0,
  };
}

function folders(directory: string): Settings {
  const { checkpoints, savepoints } = stateFoldersOf(directory);
  return {
    'io.tmp.dirs': join(directory, 'data', 'tmp'),
    'web.tmpdir': join(directory, 'data', 'web'),
    'execution.checkpointing.dir': checkpoints,
    'execution.checkpointing.savepoint-dir': savepoints,
  };
}

/** What is the same in a container. */
export const FLINK_SETTINGS: Settings = {
  'taskmanager.numberOfTaskSlots': 2,
  'queryable-state.enable': true,
  'web.submit.enable': true,
  'web.cancel.enable': true,
  // The progress of a job is read from its metrics: by default, every 10 s.
  'metrics.fetcher.update-interval': 250,
  // One that was killed while it was asked for metrics holds back those of all others for so long: by default, 10 min.
  'web.timeout': 5000,
  // What REST tells of a job is a copy of this age at most: by default, 3 s.
  'web.refresh-interval': 100,
  'execution.checkpointing.storage': 'filesystem',
  // What a job manager that was killed leaves is what its jobs are started from again.
  'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
  'restart-strategy.type': 'fixed-delay',
  'restart-strategy.fixed-delay.attempts': 1_000_000,
  'restart-strategy.fixed-delay.delay': '500ms',
  // A process that was killed is missed after two heartbeats that nobody takes, one that hangs after the timeout.
  'heartbeat.interval': 500,
  'heartbeat.timeout': 4000,
  // A task manager whose job manager was killed looks for the new one without long pauses.
  'cluster.registration.error-delay': 500,
  'cluster.registration.refused-registration-delay': 500,
  'cluster.registration.max-timeout': 2000,
};

/** Of each process. Flink's own launch script derives what JVMs are given from these; here both are written down. */
const MEMORY: Settings = {
  'jobmanager.memory.heap.size': '448m',
  'jobmanager.memory.off-heap.size': '64m',
  'jobmanager.memory.jvm-metaspace.size': '256m',
  'jobmanager.memory.jvm-overhead.min': '64m',
  'jobmanager.memory.jvm-overhead.max': '64m',
  'taskmanager.cpu.cores': 2,
  'taskmanager.memory.task.heap.size': '1408m',
  'taskmanager.memory.task.off-heap.size': '0m',
  'taskmanager.memory.framework.heap.size': '128m',
  'taskmanager.memory.framework.off-heap.size': '128m',
  'taskmanager.memory.network.min': '64m',
  'taskmanager.memory.network.max': '64m',
  // For RocksDB, which takes it only where a job uses it.
  'taskmanager.memory.managed.size': '512m',
  'taskmanager.memory.jvm-metaspace.size': '256m',
  'taskmanager.memory.jvm-overhead.min': '64m',
  'taskmanager.memory.jvm-overhead.max': '64m',
};
const JOB_MANAGER_HEAP = ['-Xmx448m'];
/** Heap of tasks and framework; framework, network and some room besides. */
const TASK_MANAGER_HEAP = ['-Xms512m', '-Xmx1536m', '-XX:MaxDirectMemorySize=320m'];

/** No port for JMX: one that is named, even to say no to it, is opened to every network. */
const JVM_OPTIONS = [
  '-XX:+UseG1GC',
  '-XX:MaxMetaspaceSize=256m',
  '-XX:+PerfDisableSharedMem',
  '-XX:+ExitOnOutOfMemoryError',
  '-Djava.io.tmpdir=data',
  '-Djava.net.preferIPv4Stack=true',
  '-Dlog4j2.configurationFile=conf/log4j2.properties',
  ...['java.base/sun.net.util', 'java.rmi/sun.rmi.registry', 'java.security.jgss/sun.security.krb5'].map(
    (name) => `--add-exports=${name}=ALL-UNNAMED`,
  ),
  ...[
    'java.base/java.io',
    'java.base/java.lang',
    'java.base/java.lang.reflect',
    'java.base/java.net',
    'java.base/java.nio',
    'java.base/java.text',
    'java.base/java.time',
    'java.base/java.util',
    'java.base/java.util.concurrent',
    'java.base/java.util.concurrent.atomic',
    'java.base/java.util.concurrent.locks',
    'java.base/sun.nio.ch',
  ].map((name) => `--add-opens=${name}=ALL-UNNAMED`),
];

const LOGGING = properties({
  status: 'error',
  'rootLogger.level': 'warn',
  'rootLogger.appenderRef.console.ref': 'console',
  'appender.console.type': 'Console',
  'appender.console.name': 'console',
  'appender.console.layout.type': 'PatternLayout',
  'appender.console.layout.pattern': '%d %p %c{1} %m%n',
});

/** A text in JSON is one in YAML. */
function yaml(settings: Settings): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`)
    .join('');
}
