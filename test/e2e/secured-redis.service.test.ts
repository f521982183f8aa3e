/** A whole run against a Redis that speaks TLS only and wants a password, with a certificate of a private authority. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Cluster, startSecuredServer } from '../substrates/key-value-store/redis/start-servers.ts';
import { describeWith } from '../support/real-servers.ts';
import { failureOf, finished, start, tiny, verdictOr } from './omegabench.ts';

const PASSWORD = 'correct-horse';

describeWith(['redis'], 'a Redis with TLS and a password', () => {
  let directory: string;
  let server: Cluster;
  let url: string;
  const certificate = () => join(directory, 'certificate.pem');
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'omegabench-tls-'));
    const key = join(directory, 'key.pem');
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
        ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate()],
      ],
      { stdio: 'pipe' },
    );
    server = await startSecuredServer(directory, { key, certificate: certificate(), password: PASSWORD });
    url = `rediss://127.0.0.1:${server.nodes[0]?.port}/0`;
  }, 60_000);
  afterAll(async () => {
    await server?.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  const trusted = () => ({ NODE_EXTRA_CA_CERTS: certificate() });

  for (const client of ['pipeline', 'raw']) {
    test(`is written and read by all processes of a run, client ${client}, and the password is nowhere`, async () => {
      const flags = tiny({ architectures: 'alpha,omega', store: url, 'redis-client': client, out: directory });
      const env = { ...trusted(), OMEGABENCH_REDIS_PASSWORD: PASSWORD };
      const ended = await finished(await start(['run', '--no-rungs', ...flags], env).ended);
      expect(failureOf(ended, 'omega').verdict).toEqual(verdictOr('EXACT'));
      expect(failureOf(ended, 'alpha').verdict).toEqual(verdictOr('EXPECTED-ERROR|EXACT'));
      expect(ended.result.config.store).toBe(url);
      for (const file of readdirSync(ended.folder).filter((name) => !name.endsWith('.png'))) {
        expect(readFileSync(join(ended.folder, file), 'utf8')).not.toContain(PASSWORD);
      }
      expect(ended.stdout + ended.stderr).not.toContain(PASSWORD);
    }, 300_000);
  }

  test.each([
    ['a wrong password', 'wrong', trusted, /refuses|password/],
    ['no trust in the authority', PASSWORD, () => ({}), /certificate/],
  ])('is refused with the reason: %s', async (_, password, env, reason) => {
    const args = ['doctor', '--store', url];
    const { code, stdout, stderr } = await start(args, { ...env(), OMEGABENCH_REDIS_PASSWORD: password }).ended;
    expect(code).not.toBe(0);
    expect(stdout + stderr).toMatch(reason);
  });
});
