/** The doctor's probes of real servers: what they say of themselves reaches the judgements. */
import { expect, test } from '@jest/globals';
import { credentialsOf } from '../../../harness/config/credentials.ts';
import {
  parseLogServer,
  parseStoreServer,
  spellLogServer,
  spellStoreServer,
} from '../../../harness/config/server-url.ts';
import { flagSource } from '../../../harness/config/source.ts';
import { type AskedServer, askServers } from '../../../harness/doctor/doctor.ts';
import { adapterProbes } from '../../../harness/doctor/probes.ts';
import { describeWith } from '../../support/real-servers.ts';

async function ask(places: { log?: string; store?: string; engine?: string }): Promise<AskedServer> {
  const log = places.log ?? 'files';
  const store = places.store ?? 'lmdb';
  const spelled = {
    log: spellLogServer(parseLogServer(log, flagSource('log')).server),
    store: spellStoreServer(parseStoreServer(store, flagSource('store')).server),
  };
  const said = {
    log: { text: log, source: flagSource('log') },
    store: { text: store, source: flagSource('store') },
  };
  const credentials = credentialsOf(said, {});
  const engine = places.engine === undefined ? {} : { engine: places.engine };
  const [asked] = await askServers({ ...spelled, ...engine, speedStore: spelled.store }, credentials, adapterProbes);
  if (asked === undefined) throw new Error('no server was asked');
  return asked;
}

/** What was found, by what was looked at. */
function found({ outcome }: AskedServer): Record<string, string> {
  if ('unreachable' in outcome) throw new Error(outcome.unreachable.why);
  return Object.fromEntries(outcome.findings.map((one) => [one.check, `${one.level}: ${one.found}`]));
}

/** The same server by a port of this host where nobody listens. */
function away(url: string): string {
  return url.replace(/(\/\/[^/:]+):\d+/, '$1:1');
}

function whyNot({ outcome }: AskedServer): string {
  if ('findings' in outcome) throw new Error('it answered');
  return `${outcome.unreachable.why} → ${outcome.unreachable.remedy}`;
}

describeWith(['kafka'], 'Kafka', ({ kafka }) => {
  test('tells version, brokers, limits and rights', async () => {
    expect(found(await ask({ log: kafka }))).toMatchObject({
      version: expect.stringMatching(/^ok: \d/),
      brokers: expect.stringMatching(/^ok: .+:\d+$/),
      limits: expect.stringMatching(/^ok: messages .+ requests /),
      'replicas in sync': 'ok: min.insync.replicas 1, of 1',
      rights: 'ok: may create topics',
    });
  });

  test('that is away is told to be, with the command that starts one', async () => {
    expect(whyNot(await ask({ log: away(kafka) }))).toMatch(/ → Start one with 'omegabench services up kafka'/);
  });
});

describeWith(['redis'], 'Redis', ({ redis }) => {
  test('tells version, role, eviction, memory, persistence and clock', async () => {
    expect(found(await ask({ store: redis }))).toMatchObject({
      version: expect.stringMatching(/^ok: (Redis|Valkey) \d/),
      role: 'ok: takes writes',
      eviction: expect.stringContaining('noeviction'),
      memory: expect.stringMatching(/^ok: .+ used/),
      persistence: expect.stringMatching(/append-only file/),
      clock: expect.stringMatching(/^ok: \d+ ms /),
    });
  });

  test('that is away, or asked with a password that it does not know, says so without the password', async () => {
    expect(whyNot(await ask({ store: away(redis) }))).toMatch(/ → Start one with 'omegabench services up redis'/);
    const refused = whyNot(await ask({ store: redis.replace('://', '://nobody:s3cret@') }));
    expect(refused).toMatch(/ → Check the user name and the password/);
    expect(refused).not.toContain('s3cret');
  });
});

describeWith(['cassandra'], 'Cassandra', ({ cassandra }) => {
  test('tells version, data centre, commit log and clock', async () => {
    expect(found(await ask({ store: cassandra }))).toMatchObject({
      version: expect.stringMatching(/^ok: \d/),
      'data centre': 'ok: datacenter1',
      consistency: 'ok: local-one, 1 of 1 node in datacenter1',
      'commit log': expect.stringMatching(/^ok: commitlog_sync periodic/),
      clock: expect.stringMatching(/^ok: \d+ ms /),
    });
  });

  test('with another data centre is told which there are', async () => {
    const elsewhere = cassandra.replace(/dc=\w+/, 'dc=elsewhere');
    expect(found(await ask({ store: elsewhere }))['data centre']).toBe(
      'problem: there is no elsewhere; there are datacenter1',
    );
  });

  test('that is away is told to be', async () => {
    expect(whyNot(await ask({ store: away(cassandra) }))).toMatch(
      / → Start one with 'omegabench services up cassandra'/,
    );
  });
});

describeWith(['flink'], 'Flink', ({ flink }) => {
  test('tells version, slots, folders, queryable state and how fast it finds things out', async () => {
    expect(found(await ask({ engine: flink }))).toMatchObject({
      version: expect.stringMatching(/^ok: 2\.3\.\d+$/),
      slots: expect.stringMatching(/: \d+ of 4 free$/),
      'task managers': 'ok: 2',
      submission: 'ok: REST takes jars',
      'checkpoint storage': expect.stringMatching(/^ok: file:\/\/\/.+\/checkpoints$/),
      savepoints: expect.stringMatching(/^ok: file:\/\/\/.+\/savepoints$/),
      'queryable state': 'ok: on',
      metrics: 'ok: fetched every 250 ms',
      heartbeat: 'ok: times out after 4000 ms',
    });
  });

  test('that is away is told to be, with the command that starts one', async () => {
    expect(whyNot(await ask({ engine: away(flink) }))).toMatch(/ → Start one with 'omegabench services up flink'/);
  });
});
