/** `omegabench generate`: what it makes of its flags, what it refuses, what it prints and with which code it ends. */
import { describe, expect, test } from '@jest/globals';
import { openStream } from '../../../generators/open-stream.ts';
import { verifyLog } from '../../../harness/audit/verify-log.ts';
import type { CliDependencies } from '../../../harness/cli/dependencies.ts';
import { type GenerateOptions, type GenerateReport, generateStream } from '../../../harness/load/generate-stream.ts';
import { openLog } from '../../../substrates/event-log/open-log.ts';
import { withTemporaryDirectory } from '../../support/temporary-directory.ts';
import { goodKafka } from '../doctor/server-facts.ts';
import { type FakeCli, fakeCli, noServers } from './fake-dependencies.ts';

const REPORT: GenerateReport = {
  appendedRows: [3000, 0, 2000, 0],
  totalImpressions: 5000,
  latenessMs: { p50: 10, p99: 12.34, max: 20.5 },
  latenessHistogramUs: '',
  busyShare: 0.071,
  cpuSeconds: 0.25,
  stopped: false,
  wasLate: false,
};

function generateCli(
  report: Partial<GenerateReport> = {},
  changes: Partial<CliDependencies> = {},
): FakeCli & { given: GenerateOptions[] } {
  const given: GenerateOptions[] = [];
  const generate = async (options: GenerateOptions) => {
    given.push(options);
    return { ...REPORT, ...report };
  };
  const probes = { ...noServers, kafka: async () => goodKafka };
  return { ...fakeCli({ generate, probes, ...changes }), given };
}

const SHARD = ['--log', 'kafka://me:secret@k/views', '--topic', 'live', '--shard', '1/2'];
const START = ['--start', '2026-11-21T00:00:20Z'];

describe('generate', () => {
  test('makes the shard of the stream that its flags describe, in a topic of that name', async () => {
    const fake = generateCli();
    const law = ['--rate', '100M', '--partitions', '256', '--seed', '7', '--hour', '10s', '--hours', '3'];
    const disorder = ['--skew', 'uniform', '--out-of-order', '2%', '--late', '1%'];
    const argv = ['generate', ...SHARD, ...START, ...law, ...disorder, '--create', '--framing', 'event'];
    expect(await fake.cli.main(argv)).toBe(0);
    const [options] = fake.given;
    expect(options?.stream).toEqual({
      kind: 'synthetic',
      seed: 7,
      partitions: 256,
      ratePerSecond: 100_000_000,
      hourMs: 10_000,
      hours: 3,
      startMs: Date.parse('2026-11-21T00:00:20Z'),
      skew: { kind: 'uniform' },
      turnover: 0.1,
      outOfOrderFraction: 0.02,
      maxOutOfOrderMs: 200,
      lateFraction: 0.01,
      maxLateMs: 10_000,
    });
    expect(options?.log).toEqual({
      kind: 'kafka',
      brokers: ['k:9092'],
      topic: 'views-live',
      partitions: 256,
      framing: 'event',
      codec: 'none',
      tls: false,
      credentials: { username: 'me', password: 'secret' },
    });
    expect(options?.partitions).toEqual(Array.from({ length: 128 }, (_, i) => 2 * i));
    expect(options?.create).toBe(true);
    expect(fake.stdout() + fake.stderr()).not.toContain('secret');
  });

  test('is the whole stream in a folder, from the next hour on, if little is said', async () => {
    const fake = generateCli();
    expect(await fake.cli.main(['generate', '--log', 'files:views'])).toBe(0);
    expect(fake.given[0]).toMatchObject({
      log: { kind: 'files', directory: '/somewhere/views', partitions: 4 },
      partitions: [0, 1, 2, 3],
      create: false,
      // The clock of the wall says midnight.
      stream: { startMs: Date.parse('2026-11-21T00:00:10Z'), hours: 4, hourMs: 5000, ratePerSecond: 1_000_000 },
    });
  });

  test('prints the events, the lateness, the end, and the stream for whoever audits', async () => {
    const fake = generateCli();
    expect(await fake.cli.main(['generate', ...SHARD, ...START])).toBe(0);
    expect(fake.stdout().split('\n')).toEqual([
      'topic views-live: shard 1/2, 2 of 4 partitions',
      'events: 5,000',
      'offered: 1M/s by all shards, from 2026-11-21T00:00:20.000Z on',
      'lateness: p50 10.0 ms, p99 12.3 ms, at most 20.5 ms',
      'busy: 7 % of the time; CPU 0.25 s, 50.000 us an impression',
      'end: written to each of its partitions',
      expect.stringMatching(/^stream: \{"kind":"synthetic","seed":42,.*\}$/),
      '',
    ]);
  });

  test('prints one JSON document with --json', async () => {
    const fake = generateCli();
    expect(await fake.cli.main(['generate', ...SHARD, ...START, '--json'])).toBe(0);
    expect(JSON.parse(fake.stdout())).toMatchObject({
      topic: 'views-live',
      shard: '1/2',
      partitions: [
        { partition: 0, events: 3000 },
        { partition: 2, events: 2000 },
      ],
      events: 5000,
      totalEvents: 5000,
      start: '2026-11-21T00:00:20.000Z',
      latenessMs: { p99: 12.34 },
      ended: true,
      stream: { kind: 'synthetic', seed: 42 },
    });
  });

  test('ends with 4 if it was so late that the rate was not offered', async () => {
    const fake = generateCli({ wasLate: true, latenessMs: { p50: 10, p99: 80, max: 90 } });
    expect(await fake.cli.main(['generate', '--log', 'files:views'])).toBe(4);
    expect(fake.stderr()).toContain('80 ms late at the 99th percentile');
  });

  test('says that there is no end when it was interrupted, and ends with the code of the signal', async () => {
    const fake: FakeCli = generateCli(
      {},
      {
        generate: async ({ signal }) => {
          fake.signal('SIGINT');
          return { ...REPORT, totalImpressions: 80_000, stopped: signal.aborted };
        },
      },
    );
    expect(await fake.cli.main(['generate', '--log', 'files:views'])).toBe(130);
    expect(fake.stdout()).toContain('events: 5,000 of 80,000\n');
    expect(fake.stdout()).toContain('end: not written, it was stopped\n');
    expect(fake.stderr()).toContain('its partitions have no end in the log');
    expect(fake.listeners()).toBe(0);
  });
});

describe('generate refuses', () => {
  test.each([
    [[], 'generate was not told where to write'],
    [['--log', 'files'], '--log files does not say in which folder'],
    [['--log', 'files:a', '--log', 'files:b'], '--log was given 2 times'],
    [['--log', 'redis://me:secret@h'], 'that is a store and no log'],
    [['--log', 'kafka://me:secret@h'], 'generate was not told which topic'],
    [['--log', 'kafka://h', '--topic', 'a b'], 'is no name of a topic'],
    [['--log', 'files:a', '--topic', 'b'], '--topic has no effect: the log is not Kafka'],
    [['--log', 'files:a', '--create'], '--create has no effect: the log is not Kafka'],
    [['--log', 'files:a', '--framing', 'event'], '--framing has no effect: the log is not Kafka'],
    [['--log', 'files:a', '--shard', '3/2'], '--shard 3/2 is no shard'],
    [['--log', 'files:a', '--shard', '1/5', ...START], 'there are 4 partitions'],
    [['--log', 'files:a', '--shard', '1/2'], 'all shards of a stream start at once'],
    [['--log', 'files:a', '--start', '2026-11-20T00:00:00Z'], 'is past'],
    [['--log', 'files:a', '--start', '2026-11-21T00:00:10Z', '--start', 'now+1s'], '--start was given more than once'],
    [['--log', 'files:a', '--partitions', '5k'], '1 to 4096 is allowed'],
    [['--log', 'files:a', '--rate', '2G'], '1k to 1G impressions/s is allowed'],
    [['--log', 'files:a', '--rate', '1k', '--hour', '1s'], 'at least 1k are needed'],
    [['--log', 'files:a', '--late', '60%', '--out-of-order', '60%'], 'more than all impressions together'],
    [['--log', 'files:a', '--shrd', '1/2'], 'generate has no flag --shrd'],
    [['--log', 'files:a', '--shard'], '--shard was given without a value'],
    [['--log', 'files:a', '--create=yes'], '--create is a switch and takes no value'],
  ])('%j', async (flags, message) => {
    const fake = generateCli();
    expect(await fake.cli.main(['generate', ...flags])).toBe(2);
    expect(fake.stderr()).toContain(message);
    expect(fake.stderr()).not.toContain('secret');
    expect(fake.given).toEqual([]);
  });

  test('a server that does not answer, and a folder that cannot be written', async () => {
    const silent = generateCli({}, { probes: noServers });
    expect(await silent.cli.main(['generate', ...SHARD, ...START])).toBe(3);
    expect(silent.stderr()).toContain('OB_SERVER_UNREACHABLE');
    const fileSystem = { ...silent.dependencies.fileSystem, unwritable: async () => 'permission denied' };
    const full = generateCli({}, { fileSystem });
    expect(await full.cli.main(['generate', '--log', 'files:views'])).toBe(3);
    expect(full.stderr()).toContain('cannot be written: permission denied');
    expect([...silent.given, ...full.given]).toEqual([]);
  });

  test('a stream that cannot be, in the words of the stream', async () => {
    const fake = generateCli({}, { generate: generateStream });
    const argv = ['generate', '--log', 'files:views', '--rate', '1G', '--hour', '1h', '--partitions', '64'];
    expect(await fake.cli.main(argv)).toBe(2);
    expect(fake.stderr()).toContain('tweets do not fit into one of 64 partitions');
  });
});

describe('two shards that are made one after the other', () => {
  /** The wall's clock, which goes on when somebody waits; the generator's own waits are turned by it too. */
  function shardCli(directory: string, beginsMs: number): FakeCli {
    let ms = beginsMs;
    const wait = async (durationMs: number): Promise<void> => {
      ms += durationMs;
    };
    return fakeCli({
      workingDirectory: directory,
      wallClock: () => ({ nowMs: () => ms }),
      generate: (options) => generateStream({ ...options, wait }),
    });
  }

  test('leave the whole stream in the log, as the stream that they print says', async () => {
    await withTemporaryDirectory(async (directory) => {
      const law = ['--rate', '20k', '--hour', '500ms', '--hours', '2', '--partitions', '3', '--json'];
      const printed: { stream: Parameters<typeof openStream>[0]; events: number }[] = [];
      for (const [index, beginsMs] of [Date.UTC(2026, 10, 21), Date.UTC(2026, 10, 20)].entries()) {
        const fake = shardCli(directory, beginsMs);
        const shard = ['--shard', `${index + 1}/2`, ...START];
        expect(await fake.cli.main(['generate', '--log', 'files:views', ...shard, ...law])).toBe(0);
        printed.push(JSON.parse(fake.stdout()) as (typeof printed)[number]);
      }
      const [first, second] = printed;
      expect(first?.stream).toEqual(second?.stream);
      const source = await openStream((first as (typeof printed)[number]).stream);
      expect((first?.events ?? 0) + (second?.events ?? 0)).toBe(source.totalImpressions);
      const log = await openLog({ kind: 'files', directory: `${directory}/views`, partitions: 3 });
      for (const partition of [0, 1, 2]) {
        const whole = { events: source.length(partition), ended: true, verified: true };
        expect(await verifyLog(source, log, partition)).toMatchObject(whole);
      }
    });
  });
});
