/** A run with passwords from every place: whatever it prints, keeps or writes is searched for them. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { architectures } from '../../../architectures/registry.ts';
import type { RunContext } from '../../../harness/cli/dependencies.ts';
import type { RunConfig } from '../../../harness/config/run-config.ts';
import type { Probes } from '../../../harness/doctor/probes.ts';
import { markdownSummary } from '../../../harness/report/markdown.ts';
import { rerunCommand } from '../../../harness/report/notes.ts';
import { ResultBuilder } from '../../../harness/run/result-builder.ts';
import { resultFixture } from '../../support/result-fixture.ts';
import { withTemporaryDirectory } from '../../support/temporary-directory.ts';
import { type FakeCli, fakeCli, noServers } from '../cli/fake-dependencies.ts';
import { goodCassandra, goodFlink, goodKafka, goodRedis } from '../doctor/server-facts.ts';

const SECRET = /s3cret|s3%2Fcret|s3\/cret/;
const answering: Probes = {
  kafka: async () => goodKafka,
  redis: async () => [goodRedis],
  cassandra: async () => goodCassandra,
  flink: async () => goodFlink,
};

interface Ran {
  code: number;
  fake: FakeCli;
  seen: { config: RunConfig; context: RunContext } | undefined;
  /** Everything that was printed, kept and written. */
  outputs: Record<string, string>;
}

/** Runs the command line with a run that writes its result as a real one does. */
function ran(argv: string[], yaml: string, probes: Probes, check: (ran: Ran) => void): Promise<void> {
  return withTemporaryDirectory(async (directory) => {
    const written = join(directory, 'result');
    writeFileSync(join(directory, 'bench.yaml'), yaml);
    let seen: Ran['seen'];
    const fake = fakeCli({
      probes,
      workingDirectory: directory,
      environment: { OMEGABENCH_CASSANDRA_USERNAME: 'carl', OMEGABENCH_CASSANDRA_PASSWORD: 's3cret-environment' },
      async runBenchmark(config, context) {
        seen = { config, context };
        const chosen = architectures.filter(({ name }) => name === 'alpha' || name === 'omega');
        const builder = new ResultBuilder(written, 'run-1', config, resultFixture().environment, chosen, []);
        return { result: await builder.finish(false), directory: written };
      },
      summarize: async (result) => `${rerunCommand(result)}\n${markdownSummary(result)}`,
    });
    const code = await fake.cli.main(argv);
    const files =
      seen === undefined ? [] : readdirSync(written).map((name) => readFileSync(join(written, name), 'utf8'));
    const outputs = {
      stdout: fake.stdout(),
      stderr: fake.stderr(),
      config: JSON.stringify(seen?.config ?? {}),
      files: files.join(),
    };
    check({ code, fake, seen, outputs });
  });
}

const ARGUMENTS = [
  ...['run', '--config', 'bench.yaml', '--verbose'],
  ...['--log', 'kafka://kay:s3cret-log@broker:9092/views'],
  '--speed-store=cassandra://node:9042',
];
const FILE = 'store: redis://:s3%2Fcret@cache:6379/2\n';

describe('a password', () => {
  test('reaches the run apart from its configuration, and nothing else', async () => {
    await ran(ARGUMENTS, FILE, answering, ({ code, seen, outputs }) => {
      expect(code).toBe(0);
      expect(seen?.context.credentials).toEqual({
        log: { username: 'kay', password: 's3cret-log' },
        store: { password: 's3/cret' },
        speedStore: { username: 'carl', password: 's3cret-environment' },
      });
      expect(seen?.config).toMatchObject({
        log: 'kafka://broker:9092/views',
        store: 'redis://cache:6379/2',
        speedStore: 'cassandra://node:9042/omegabench?dc=datacenter1&consistency=local-one',
      });
      for (const output of Object.values(outputs)) expect(output).not.toMatch(SECRET);
      expect(outputs.files).toContain('"kafka://broker:9092/views"');
    });
  });

  test('is not in the line that runs it again, which is the same run with passwords from the environment', async () => {
    await ran(ARGUMENTS, FILE, answering, ({ outputs }) => {
      expect(outputs.stdout).toContain(
        'npm start -- --config bench.yaml --verbose --log kafka://broker:9092/views ' +
          '--speed-store=cassandra://node:9042 --seed 42',
      );
    });
  });

  test('is not in the JSON document of a result', async () => {
    await ran([...ARGUMENTS, '--json'], FILE, answering, ({ code, outputs }) => {
      expect(code).toBe(0);
      expect(JSON.parse(outputs.stdout as string).config).toMatchObject({ store: 'redis://cache:6379/2' });
      expect(outputs.stdout).not.toMatch(SECRET);
    });
  });

  test.each([
    ['a server that does not answer', ARGUMENTS, FILE],
    ['a mistyped scheme', ['run', '--store', 'reddis://:s3cret@h'], ''],
    ['a flag that is none', ['run', '--stor', 'redis://:s3cret@h'], ''],
    ['a flag that is none, with =', ['run', '--stor=redis://:s3cret@h'], ''],
    ['a word that belongs to nothing', ['run', 'redis://:s3cret@h'], ''],
    ['a flag given twice', ['run', '--store', 'redis://:s3cret@h', '--store', 'redis://:s3cret@h'], ''],
    ['a port that is none', ['run', '--config', 'bench.yaml'], 'store: redis://bob:s3cret\n'],
    ['a list where one belongs', ['run', '--config', 'bench.yaml'], 'store: [redis://:s3cret@h, lmdb]\n'],
    ['half a log-in', ['run', '--log', 'kafka://:s3cret@h'], ''],
    ['doctor, with a mistake', ['doctor', '--store', 'redis://:s3cret@h/zero'], ''],
    ['doctor, and no answer', ['doctor', '--store', 'redis://:s3cret@h', '--json'], ''],
  ])('is not in what is said of %s', async (_, argv, yaml) => {
    const refusing: Probes = {
      ...noServers,
      kafka: (_server, login) => Promise.reject(new Error(`no answer to kafka://kay:${login?.password}@broker`)),
    };
    await ran([...argv, '--verbose'], yaml, refusing, ({ code, outputs }) => {
      expect(code).toBeGreaterThan(1);
      expect(`${outputs.stdout}${outputs.stderr}`).not.toBe('');
      for (const output of Object.values(outputs)) expect(output).not.toMatch(SECRET);
    });
  });
});
