/** Kafka 4.3.1 as one process that is broker and controller, with the limits that a benchmark of one machine needs. */
import { probeKafka } from '../probes/kafka.ts';
import type { Command, ServiceDeclaration } from '../service.ts';
import { properties } from './properties.ts';

const VERSION = '4.3.1';
const ARTIFACTS = [`org.apache.kafka:kafka_2.13:${VERSION}`, 'org.apache.logging.log4j:log4j-slf4j-impl:2.25.4'];
const BROKER_PORT = 19_092;
const CONTROLLER_PORT = 19_093;

/** Sixteen bytes that say whose cluster it is, as Kafka writes ids. */
const CLUSTER_ID = Buffer.from('omegabench-kafka', 'latin1').toString('base64url');

const SERVER_OPTIONS = [
  '-Xms512m',
  '-Xmx512m',
  '-XX:+UseG1GC',
  '-XX:MaxGCPauseMillis=20',
  '-XX:+PerfDisableSharedMem',
  '-XX:+ExitOnOutOfMemoryError',
];
const FORMAT_OPTIONS = ['-Xmx128m', '-XX:TieredStopAtLevel=1', '-XX:+PerfDisableSharedMem'];

export const kafka: ServiceDeclaration = {
  name: 'kafka',
  ports: [BROKER_PORT, CONTROLLER_PORT],
  startWithinMs: 60_000,
  url: (port) => `kafka://127.0.0.1:${port}`,
  probe: probeKafka,
  async install(installer) {
    const java = await installer.java('Kafka', { wanted: '17 or later', suits: (major) => major >= 17 });
    const jars = await installer.jars(`kafka-${VERSION}`, ARTIFACTS, '44 MB');
    const command = (options: readonly string[], ...main: string[]): Command => ({
      file: java,
      args: [...options, '-Dlog4j2.configurationFile=conf/log4j2.properties', '-cp', `${jars}/*`, ...main],
    });
    const settings = 'conf/server.properties';
    return {
      version: VERSION,
      format: command(FORMAT_OPTIONS, 'kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', settings),
      serve: command(SERVER_OPTIONS, 'kafka.Kafka', settings),
    };
  },
  files: (portOffset) => ({
    'conf/server.properties': properties(kafkaSettings(portOffset)),
    'conf/log4j2.properties': LOGGING,
  }),
};

/** Settings of the broker, by property. */
export function kafkaSettings(portOffset: number): Record<string, string> {
  const broker = `127.0.0.1:${BROKER_PORT + portOffset}`;
  const controller = `127.0.0.1:${CONTROLLER_PORT + portOffset}`;
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@${controller}`,
    listeners: `PLAINTEXT://${broker},CONTROLLER://${controller}`,
    'advertised.listeners': `PLAINTEXT://${broker}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': 'data',
    ...KAFKA_LIMITS,
  };
}

/** What is the same in a container. */
export const KAFKA_LIMITS: Readonly<Record<string, string>> = {
  // A topic comes into being only by the one who knows how many partitions it has.
  'auto.create.topics.enable': 'false',
  'message.max.bytes': '16777216',
  'replica.fetch.max.bytes': '16777216',
  'num.partitions': '4',
  // One broker can keep one copy.
  'offsets.topic.replication.factor': '1',
  'offsets.topic.num.partitions': '4',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'transaction.state.log.num.partitions': '4',
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
  'group.initial.rebalance.delay.ms': '0',
  // A forgotten topic does not fill the disk.
  'log.retention.bytes': '1073741824',
  'log.segment.bytes': '134217728',
};

const LOGGING = properties({
  status: 'error',
  'rootLogger.level': 'warn',
  'rootLogger.appenderRef.console.ref': 'console',
  'appender.console.type': 'Console',
  'appender.console.name': 'console',
  'appender.console.layout.type': 'PatternLayout',
  'appender.console.layout.pattern': '%d %p %c{1} %m%n',
  'logger.server.name': 'kafka.server.KafkaRaftServer',
  'logger.server.level': 'info',
});
