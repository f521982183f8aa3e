/**
 * Real servers for tests: their addresses come from the environment, and tests that need one which is not there are
 * skipped by a name that says so. CI counts such a skip as a failure.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { takeTurn } from './turn.ts';

const VARIABLES = {
  kafka: 'OMEGABENCH_KAFKA',
  redis: 'OMEGABENCH_REDIS',
  cassandra: 'OMEGABENCH_CASSANDRA',
  flink: 'OMEGABENCH_FLINK',
} as const;

export type RealServer = keyof typeof VARIABLES;

/** Address of a server that tests may use, or undefined. */
export function serverUrl(server: RealServer): string | undefined {
  const url = process.env[VARIABLES[server]];
  return url === undefined || url === '' ? undefined : url;
}

/** Of the turn at a Flink, above its own port. */
const TURN_PORT_OFFSET = 20_000;
const TURN_PATIENCE_MS = 1_200_000;

/** A suite that needs the servers; `body` is given their addresses. Suites on one Flink take turns: some kill it. */
export function describeWith(
  servers: readonly RealServer[],
  name: string,
  body: (urls: Record<RealServer, string>) => void,
): void {
  const missing = servers.filter((server) => serverUrl(server) === undefined);
  if (missing.length === 0) {
    describe(name, () => {
      if (servers.includes('flink')) inTurn(Number(new URL(serverUrl('flink') as string).port) + TURN_PORT_OFFSET);
      body(Object.fromEntries(servers.map((server) => [server, serverUrl(server)])) as never);
    });
    return;
  }
  const variables = missing.map((server) => VARIABLES[server]).join(', ');
  describe(name, () => test.skip(`skipped: set ${variables} to the address of a server`, () => undefined));
}

function inTurn(port: number): void {
  let giveBack: (() => Promise<void>) | undefined;
  beforeAll(async () => {
    giveBack = await takeTurn(port);
  }, TURN_PATIENCE_MS);
  afterAll(() => giveBack?.());
}

/** Of this test file: a process runs several, one after another. */
const fileId = randomBytes(4).toString('hex');
let counter = 0;

/** A prefix for topics, keys and tables that no other test uses. */
export function uniquePrefix(): string {
  counter += 1;
  return `omegabench_test_${fileId}_${counter}`;
}
