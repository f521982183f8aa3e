/** docker-compose.yml: closed to other machines, bounded, pinned, and set as the servers from packages are. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { packageRoot } from '../../../harness/environment/host-facts.ts';
import { FLINK_SETTINGS, flink } from '../../../harness/services/catalogue/flink.ts';
import { KAFKA_LIMITS } from '../../../harness/services/catalogue/kafka.ts';
import { REDIS_SETTINGS } from '../../../harness/services/catalogue/redis.ts';
import { SERVICES } from '../../../harness/services/catalogue/registry.ts';
import { containersOf } from '../../../harness/services/service.ts';

interface ComposeService {
  image?: string;
  build?: { context: string; dockerfile_inline: string };
  network_mode?: string;
  volumes_from?: string[];
  deploy?: { replicas: number };
  profiles: string[];
  ports?: string[];
  mem_limit: string;
  restart: string;
  healthcheck: { test: string[]; interval: string; timeout: string; retries: number };
  environment?: Record<string, string>;
  command?: string[];
}

const composed = parse(readFileSync(join(packageRoot(), 'docker-compose.yml'), 'utf8')) as {
  services: Record<string, ComposeService>;
};

function serviceOf(name: string): ComposeService {
  const service = composed.services[name];
  if (service === undefined) throw new Error(`docker-compose.yml has no ${name}`);
  return service;
}

test('every service that there is, is there, and no other', () => {
  expect(Object.keys(composed.services).sort()).toEqual(SERVICES.flatMap(containersOf).sort());
});

/** Every image that the service is made of. */
function imagesOf({ image, build }: ComposeService): string[] {
  const bases = [...(build?.dockerfile_inline ?? '').matchAll(/^FROM (\S+)/gm)].map(([, base]) => base as string);
  return image === undefined ? bases : [image];
}

describe.each(Object.keys(composed.services))('%s', (name) => {
  const service = serviceOf(name);

  test('has pinned images, a limit of memory, and a health check that ends', () => {
    expect(imagesOf(service).length).toBeGreaterThan(0);
    for (const image of imagesOf(service)) expect(image).toMatch(/^[a-z/]+:\d+\.\d+\.\d+(-[a-z0-9-]+)?$/);
    expect(service.mem_limit).toMatch(/^[1-9]\d*m$/);
    expect(service.healthcheck.test.length).toBeGreaterThan(1);
    expect(service.healthcheck.timeout).toMatch(/^\ds$/);
    expect(service.healthcheck.retries).toBeGreaterThan(1);
  });

  test('belongs to the profile of its service and to all, and stays down once it is', () => {
    const [owner] = SERVICES.filter((declaration) => containersOf(declaration).includes(name));
    expect(service.profiles).toEqual(['all', owner?.name]);
    expect(service.restart).toBe('no');
  });
});

describe.each(SERVICES.filter(({ name }) => name !== 'flink').map(({ name, ports }) => [name, ports[0]] as const))(
  '%s',
  (name, port) => {
    test('is published on 127.0.0.1 only, on the port of the packages', () => {
      const { ports = [] } = serviceOf(name);
      const variable = `OMEGABENCH_${name.toUpperCase()}_PORT`;
      expect(ports).toHaveLength(1);
      expect(ports[0]).toMatch(/^127\.0\.0\.1:\$\{\w+:-\d+\}:\d+$/);
      expect(ports[0]).toContain(`\${${variable}:-${port}}`);
    });
  },
);

describe('Flink', () => {
  const [manager, worker] = [serviceOf('flink'), serviceOf('flink-task-manager')];
  const settings = new Map(
    (manager.environment?.FLINK_PROPERTIES ?? '')
      .trim()
      .split('\n')
      .map((line) => line.split(/: (.*)/) as [string, string]),
  );

  test('has the settings of the packages', () => {
    for (const [name, value] of Object.entries(FLINK_SETTINGS))
      expect([name, settings.get(name)]).toEqual([name, `${value}`]);
    expect(worker.environment).toEqual(manager.environment);
    expect(worker.build).toEqual(manager.build);
  });

  test('is on the host’s network, where all that it binds is 127.0.0.1', () => {
    for (const service of [manager, worker]) expect([service.network_mode, service.ports]).toEqual(['host', undefined]);
    for (const name of ['jobmanager.bind-host', 'taskmanager.bind-host', 'rest.bind-address', 'taskmanager.host']) {
      expect([name, settings.get(name)]).toEqual([name, '127.0.0.1']);
    }
    expect(settings.get('rest.port')).toBe(`\${OMEGABENCH_FLINK_PORT:-${flink.ports[0]}}`);
  });

  test('has a job’s jar, queryable state, and one folder for the checkpoints of all', () => {
    const recipe = manager.build?.dockerfile_inline ?? '';
    expect(existsSync(join(packageRoot(), manager.build?.context ?? '', 'pom.xml'))).toBe(true);
    expect(recipe).toMatch(/flink-queryable-state-\$\$part:2\.3\.0[\s\S]*^FROM flink:2\.3\.0-java17$/m);
    expect(recipe).toContain('/omegabench-flink-job.jar /opt/flink/jobs/');
    expect(worker.volumes_from).toEqual(['flink']);
    expect(settings.get('execution.checkpointing.dir')).toBe('file:///opt/flink/state/checkpoints');
    expect(worker.deploy?.replicas).toBe(2);
  });
});

test('Kafka has the limits of the packages, and tells clients the port that is published', () => {
  const { environment = {}, image } = serviceOf('kafka');
  const limits = Object.entries(KAFKA_LIMITS).map(([property, value]) => [
    `KAFKA_${property.toUpperCase().replaceAll('.', '_')}`,
    value,
  ]);
  expect(environment).toMatchObject(Object.fromEntries(limits));
  expect(environment.KAFKA_ADVERTISED_LISTENERS).toContain(`PLAINTEXT://127.0.0.1:\${OMEGABENCH_KAFKA_PORT:-19092}`);
  expect(image).toBe('apache/kafka:4.3.1');
});

test('Redis has the settings of the packages', () => {
  const settings = REDIS_SETTINGS.flatMap(([name, value]) => [`--${name}`, value === '""' ? '' : value]);
  expect(serviceOf('redis').command).toEqual(['redis-server', ...settings]);
});

test('Cassandra has the heap and the patience of the packages', () => {
  const { environment = {}, image } = serviceOf('cassandra');
  expect(image).toBe('cassandra:5.0.9');
  expect(environment.MAX_HEAP_SIZE).toBe('1G');
  expect(environment.JVM_EXTRA_OPTS?.split(' ')).toEqual([
    '-Dcassandra.ring_delay_ms=0',
    '-Dcassandra.skip_wait_for_gossip_to_settle=0',
    '-Dcassandra.superuser_setup_delay_ms=-1',
  ]);
});
