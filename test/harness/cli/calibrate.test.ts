/** `omegabench calibrate` on servers: what is measured, what is refused before it, and that no secret is printed. */
import { describe, expect, test } from '@jest/globals';
import type { CliDependencies } from '../../../harness/cli/dependencies.ts';
import type { Probes } from '../../../harness/doctor/probes.ts';
import { withTemporaryDirectory } from '../../support/temporary-directory.ts';
import { goodCassandra, goodFlink, goodKafka, goodRedis } from '../doctor/server-facts.ts';
import { type FakeCli, fakeCli } from './fake-dependencies.ts';

type Given = Parameters<CliDependencies['calibrateServers']>;

const answering: Probes = {
  kafka: async () => goodKafka,
  redis: async () => [goodRedis],
  cassandra: async () => goodCassandra,
  flink: async () => goodFlink,
};

const ceiling = { name: 'redis HMGET', what: 'keys read', role: 'serving' as const, unitsPerSecond: 1000 };

/** A command line whose machine has one ceiling, and whose servers another; `begun` tells what was measured. */
function calibrateCli(changes: Partial<CliDependencies> = {}): FakeCli & { given: Given[]; begun: string[] } {
  const given: Given[] = [];
  const begun: string[] = [];
  const fake = fakeCli({
    probes: answering,
    calibrate: async () => {
      begun.push('machine');
      const found = { name: 'storeGetPerSecond' as const, what: 'keys read', samples: 9, rme: 2.25 };
      return { ceilings: [{ ...found, unitsPerSecond: 1_234_567 }], elapsedSeconds: 1 };
    },
    calibrateServers: async (...handed) => {
      begun.push('servers');
      given.push(handed);
      return { text: 'Redis HMGET  1 K/s\n', ceilings: [ceiling] };
    },
    ...changes,
  });
  return { ...fake, given, begun };
}

const LOG = ['--log', 'kafka://k/p'];
const STORE = ['--store', 'redis://me:secret@r:6379/1'];

describe('calibrate', () => {
  test('of this machine alone asks no server and measures none', () =>
    withTemporaryDirectory(async (out) => {
      const fake = calibrateCli({ probes: fakeCli().dependencies.probes });
      expect(await fake.cli.main(['calibrate', '--log', 'files', '--store', 'lmdb', '--out', out])).toBe(0);
      expect(fake.begun).toEqual(['machine']);
      expect(fake.stdout()).toBe('  1230k/s  ± 2.3 %  keys read\n');
    }));

  test('names the servers without secrets, and hands on the log-ins apart from them', () =>
    withTemporaryDirectory(async (out) => {
      const fake = calibrateCli();
      const speed = ['--speed-store', 'cassandra://c'];
      expect(await fake.cli.main(['calibrate', ...LOG, ...STORE, ...speed, '--quick', '--out', out])).toBe(0);
      expect(fake.stdout()).toBe(
        '  1230k/s  ± 2.3 %  keys read\n\n' +
          'Log: kafka://k:9092/p\n' +
          'Store: redis://r:6379/1\n' +
          'Speed store: cassandra://c:9042/omegabench?dc=datacenter1&consistency=local-one\n\n' +
          'Redis HMGET  1 K/s\n',
      );
      const [config, { credentials, quick }] = fake.given[0] as Given;
      expect(config).toMatchObject({ log: 'kafka://k:9092/p', store: 'redis://r:6379/1', codec: 'none' });
      expect(credentials).toEqual({ store: { username: 'me', password: 'secret' } });
      expect(quick).toBe(true);
      expect(fake.stdout() + fake.stderr()).not.toContain('secret');
    }));

  test('is one JSON document with --json, in which a server stands once', () =>
    withTemporaryDirectory(async (out) => {
      const fake = calibrateCli();
      expect(await fake.cli.main(['calibrate', ...STORE, '--json', '--out', out])).toBe(0);
      expect(JSON.parse(fake.stdout())).toMatchObject({
        ceilings: [{ name: 'storeGetPerSecond' }],
        servers: { store: 'redis://r:6379/1' },
        serverCeilings: [ceiling],
      });
      expect(Object.keys(JSON.parse(fake.stdout()).servers)).toEqual(['store']);
    }));

  test.each([
    [['--store', 'postgres://me:secret@h/1'], 'is no store'],
    [['--log', 'redis://me:secret@h/1'], 'that is a store and no log'],
    [['--codec', 'gzip'], '--codec has no effect: the log is not Kafka'],
    [['--no-log'], '--log is not a switch'],
    [['--log', 'files', '--log', 'kafka://me:secret@h'], '--log was given 2 times'],
    [['--log'], '--log was given without a value'],
    [['--stor', 'redis://me:secret@h/1'], 'Did you mean --store?'],
    [['--framing', 'event'], 'calibrate has no flag --framing'],
  ])('with %j is refused before anything is measured', async (flags, message) => {
    const fake = calibrateCli();
    expect(await fake.cli.main(['calibrate', ...flags])).toBe(2);
    expect(fake.stderr()).toContain(message);
    expect(fake.stderr()).not.toContain('secret');
    expect(fake.begun).toEqual([]);
  });

  test('does not begin on a server that does not answer, or that the doctor would not use', async () => {
    const away = calibrateCli({ probes: fakeCli().dependencies.probes });
    expect(await away.cli.main(['calibrate', ...STORE])).toBe(3);
    expect(away.stderr()).toContain('--store redis://r:6379/1 does not answer');
    const full = { ...goodRedis, usedMemoryBytes: 99, maxMemoryBytes: 100 };
    const unfit = calibrateCli({ probes: { ...answering, redis: async () => [full] } });
    expect(await unfit.cli.main(['calibrate', ...STORE])).toBe(3);
    expect(unfit.stderr()).toContain('OB_SERVER_UNFIT');
    expect([...away.begun, ...unfit.begun]).toEqual([]);
  });

  test('that loses a server says so, and leaves no folder', () =>
    withTemporaryDirectory(async (out) => {
      const gone = Object.assign(new Error('Redis at r:6379 closed the connection'), { name: 'LaneError' });
      const fake = calibrateCli({ calibrateServers: () => Promise.reject(gone) });
      expect(await fake.cli.main(['calibrate', ...STORE, '--out', out])).toBe(3);
      expect(fake.stderr()).toContain('Redis at r:6379 closed the connection');
      expect(fake.stderr()).toContain('OB_SERVER_UNREACHABLE');
      const { readdirSync } = await import('node:fs');
      expect(readdirSync(out)).toEqual([]);
    }));
});
