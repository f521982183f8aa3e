/** docker-compose.yml: closed to other machines, bounded, pinned, and set as the servers from packages are. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { packageRoot } from '../../../harness/environment/host-facts.ts';
import { KAFKA_LIMITS } from '../../../harness/services/catalogue/kafka.ts';
import { REDIS_SETTINGS } from '../../../harness/services/catalogue/redis.ts';
import { SERVICES } from '../../../harness/services/catalogue/registry.ts';

interface ComposeService {
  image: string;
  profiles: string[];
  ports: string[];
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
  expect(Object.keys(composed.services).sort()).toEqual(SERVICES.map(({ name }) => name).sort());
});

describe.each(SERVICES.map((declaration) => [declaration.name, declaration.ports[0]] as const))('%s', (name, port) => {
  const service = serviceOf(name);

  test('is published on 127.0.0.1 only, on the port of the packages', () => {
    const variable = `OMEGABENCH_${name.toUpperCase()}_PORT`;
    expect(service.ports).toHaveLength(1);
    expect(service.ports[0]).toMatch(/^127\.0\.0\.1:\$\{\w+:-\d+\}:\d+$/);
    expect(service.ports[0]).toContain(`\${${variable}:-${port}}`);
  });

  test('has a pinned image, a limit of memory, and a health check that ends', () => {
    expect(service.image).toMatch(/^[a-z/]+:\d+\.\d+\.\d+(-alpine)?$/);
    expect(service.mem_limit).toMatch(/^[1-9]\d*m$/);
    expect(service.healthcheck.test.length).toBeGreaterThan(1);
    expect(service.healthcheck.timeout).toMatch(/^\ds$/);
    expect(service.healthcheck.retries).toBeGreaterThan(1);
  });

  test('belongs to its own profile and to all, and stays down once it is', () => {
    expect(service.profiles).toEqual(['all', name]);
    expect(service.restart).toBe('no');
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
