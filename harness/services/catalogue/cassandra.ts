/** Cassandra 5.0.9 as a ring of one, with 1 GiB of heap and without the waits that a real ring needs. */
import { probeCassandra } from '../probes/cassandra.ts';
import type { ServiceDeclaration } from '../service.ts';

const VERSION = '5.0.9';
const NATIVE_PORT = 19_042;
const STORAGE_PORT = 17_000;

export const cassandra: ServiceDeclaration = {
  name: 'cassandra',
  ports: [NATIVE_PORT, STORAGE_PORT],
  startWithinMs: 120_000,
  // The datacentre that the simple snitch knows.
  url: (port) => `cassandra://127.0.0.1:${port}?dc=datacenter1`,
  probe: probeCassandra,
  async install(installer) {
    // On later versions it ends with "Invalid folder descriptor trying to create log replica".
    const java = await installer.java('Cassandra', { wanted: '17, no other', suits: (major) => major === 17 });
    const artifacts = [`org.apache.cassandra:cassandra-all:${VERSION}`];
    const jars = await installer.jars(`cassandra-${VERSION}`, artifacts, '67 MB');
    const args = ['@conf/jvm.options', '-cp', `${jars}/*`, 'org.apache.cassandra.service.CassandraDaemon'];
    // It has as many threads at work as there are processors, and the generator must have its share.
    return { version: VERSION, serve: { file: java, args, yields: true } };
  },
  files: (portOffset) => ({
    'conf/cassandra.yaml': cassandraYaml(portOffset),
    'conf/jvm.options': `${JVM_OPTIONS.join('\n')}\n`,
    'conf/logback.xml': LOGGING,
  }),
};

function cassandraYaml(portOffset: number): string {
  const storagePort = STORAGE_PORT + portOffset;
  return `cluster_name: omegabench
num_tokens: 1
allocate_tokens_for_local_replication_factor: 1
partitioner: org.apache.cassandra.dht.Murmur3Partitioner
endpoint_snitch: SimpleSnitch
seed_provider:
  - class_name: org.apache.cassandra.locator.SimpleSeedProvider
    parameters:
      - seeds: "127.0.0.1:${storagePort}"
listen_address: 127.0.0.1
rpc_address: 127.0.0.1
storage_port: ${storagePort}
native_transport_port: ${NATIVE_PORT + portOffset}
data_file_directories: [data/data]
commitlog_directory: data/commitlog
saved_caches_directory: data/saved_caches
hints_directory: data/hints
cdc_raw_directory: data/cdc
commitlog_sync: periodic
commitlog_sync_period: 10000ms
commitlog_segment_size: 32MiB
commitlog_total_space: 512MiB
authenticator: AllowAllAuthenticator
authorizer: AllowAllAuthorizer
auto_snapshot: false
batch_size_warn_threshold: 50KiB
auto_bootstrap: false
counter_cache_size: 32MiB
key_cache_size: 32MiB
concurrent_writes: 32
concurrent_counter_writes: 32
memtable_heap_space: 256MiB
memtable_offheap_space: 64MiB
`;
}

/** Internals of Java that Cassandra reaches into, by module. */
const EXPORTS = [
  'java.base/java.lang.ref',
  'java.base/java.lang.reflect',
  'java.base/jdk.internal.misc',
  'java.management.rmi/com.sun.jmx.remote.internal.rmi',
  'java.rmi/sun.rmi.registry',
  'java.rmi/sun.rmi.server',
  'java.rmi/sun.rmi.transport.tcp',
  'java.sql/java.sql',
  'jdk.compiler/com.sun.tools.javac.file',
  'jdk.unsupported/sun.misc',
];
const OPENS = [
  'java.base/java.io',
  'java.base/java.lang',
  'java.base/java.lang.module',
  'java.base/java.lang.reflect',
  'java.base/java.nio',
  'java.base/java.util',
  'java.base/java.util.concurrent',
  'java.base/java.util.concurrent.atomic',
  'java.base/jdk.internal.loader',
  'java.base/jdk.internal.math',
  'java.base/jdk.internal.module',
  'java.base/jdk.internal.ref',
  'java.base/jdk.internal.reflect',
  'java.base/jdk.internal.util.jar',
  'java.base/sun.nio.ch',
  'java.rmi/sun.rmi.transport.tcp',
  'jdk.management/com.sun.management.internal',
];

/** No port for JMX: one that is named, even to say no to it, is opened to every network. */
const JVM_OPTIONS = [
  '-Xms1g',
  '-Xmx1g',
  '-Xss256k',
  '-XX:+UseG1GC',
  '-XX:MaxGCPauseMillis=100',
  '-XX:+PerfDisableSharedMem',
  '-XX:+ExitOnOutOfMemoryError',
  '-Djava.net.preferIPv4Stack=true',
  '-Djdk.attach.allowAttachSelf=true',
  '-Dio.netty.tryReflectionSetAccessible=true',
  '-Dcassandra.storagedir=data',
  '-Dcassandra.config=file:conf/cassandra.yaml',
  '-Dcassandra-foreground=yes',
  '-Dlogback.configurationFile=conf/logback.xml',
  // A ring of one has nobody to wait for.
  '-Dcassandra.ring_delay_ms=0',
  '-Dcassandra.skip_wait_for_gossip_to_settle=0',
  '-Dcassandra.superuser_setup_delay_ms=-1',
  ...EXPORTS.map((name) => `--add-exports=${name}=ALL-UNNAMED`),
  ...OPENS.map((name) => `--add-opens=${name}=ALL-UNNAMED`),
];

const LOGGING = `<configuration>
  <appender name="console" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%d{HH:mm:ss.SSS} %-5level %logger{20} %msg%n</pattern></encoder>
  </appender>
  <root level="INFO"><appender-ref ref="console"/></root>
</configuration>
`;
