import { describe, expect, test } from '@jest/globals';
import { architectures } from '../../../architectures/registry.ts';
import type { Settings } from '../../../harness/config/run-config.ts';
import type { Result } from '../../../harness/results/schema.ts';
import { readResult } from '../../../harness/results/store.ts';
import { ResultBuilder } from '../../../harness/run/result-builder.ts';
import { JobFailedError } from '../../../substrates/stream-engine/stream-engine.ts';
import { resultFixture } from '../../support/result-fixture.ts';
import { withTemporaryDirectory } from '../../support/temporary-directory.ts';
import { configOf } from './run-config.ts';

const fixture = resultFixture();
const alpha = fixture.architectures.alpha as Result['architectures'][string];

function built(use: (builder: ResultBuilder, directory: string) => Promise<void>): Promise<void> {
  return withTemporaryDirectory(async (directory) => {
    const chosen = architectures.filter(({ name }) => name === 'alpha' || name === 'omega');
    const config = configOf({ architectures: ['alpha', 'omega'], faults: ['crash'] });
    const warnings = [{ code: 'noisy-machine', message: 'Others work here.' }];
    await use(new ResultBuilder(directory, 'run-1', config, fixture.environment, chosen, warnings), directory);
  });
}

async function measureAll(builder: ResultBuilder): Promise<void> {
  for (const name of ['alpha', 'omega']) {
    await builder.capacity(name, alpha.capacity);
    await builder.steady(name, alpha.steady);
    await builder.failure(name, alpha.failure);
  }
}

describe('a result', () => {
  test('is on disk after every act, as interrupted, with what was measured so far', async () => {
    await built(async (builder, directory) => {
      await builder.capacity('alpha', alpha.capacity);
      const first = await readResult(directory);
      expect(first.status).toBe('interrupted');
      expect(first.architectures.alpha?.capacity).toEqual(alpha.capacity);
      expect(first.architectures.omega?.capacity).toEqual({ state: 'skipped', reason: 'not run yet' });
      await builder.steady('alpha', alpha.steady);
      expect((await readResult(directory)).architectures.alpha?.steady.state).toBe('measured');
    });
  });

  test('is completed when every act was measured, with claims and the warnings of the machine', async () => {
    await built(async (builder, directory) => {
      await measureAll(builder);
      builder.warn({ code: 'more', message: 'And this.' });
      const result = await builder.finish(false);
      expect(result.status).toBe('completed');
      expect(result.warnings.map(({ code }) => code)).toEqual(['noisy-machine', 'more']);
      expect(result.claims.length).toBeGreaterThan(0);
      expect(await readResult(directory)).toEqual(result);
    });
  });

  test.each(['capacity', 'steady', 'failure'] as const)('is invalid as soon as a %s act is', async (act) => {
    await built(async (builder) => {
      await measureAll(builder);
      await builder[act]('omega', { state: 'invalid', reasons: ['the generator was late'] });
      expect((await builder.finish(false)).status).toBe('invalid');
    });
  });

  test('that was interrupted says so of every act that did not run, and keeps the others', async () => {
    await built(async (builder) => {
      await builder.capacity('alpha', alpha.capacity);
      await builder.capacity('omega', { state: 'interrupted' });
      const { status, architectures: found } = await builder.finish(true);
      expect(status).toBe('interrupted');
      expect(found.alpha?.capacity.state).toBe('measured');
      expect(found.omega?.capacity).toEqual({ state: 'interrupted' });
      expect(found.omega?.failure).toEqual({ state: 'skipped', reason: 'the run was interrupted before it' });
    });
  });

  test('keeps the configuration in its own names', async () => {
    await built(async (builder) => {
      expect(builder.result.config).toMatchObject({
        architectures: ['alpha', 'omega'],
        ratePerSecond: 1_000_000,
        skew: { law: 'zipf', exponent: 1 },
        hours: { capacity: 8, steady: 4, failure: 4 },
        faults: ['crash'],
      });
      expect(builder.result.config.trace).toBeUndefined();
    });
  });

  test('says where log and stores were, and of the settings of servers those that had a meaning', () => {
    const configuredBy = (settings: Settings) =>
      new ResultBuilder('nowhere', 'run-1', configOf(settings), fixture.environment, [], []).result.config;
    const embedded = configuredBy({});
    expect(embedded).toMatchObject({ log: 'files', store: 'lmdb', speedStore: 'lmdb' });
    for (const setting of ['framing', 'codec', 'redisClient', 'redisResend']) {
      expect(embedded).not.toHaveProperty(setting);
    }
    const log = 'kafka://localhost:9092/x';
    const speedStore = 'rediss://localhost:6379/0';
    const onServers = configuredBy({ log, framing: 'event', codec: 'zstd', speedStore, redisClient: 'raw' });
    expect(onServers).toMatchObject({
      ...{ log, framing: 'event', codec: 'zstd' },
      ...{ store: 'lmdb', speedStore, redisClient: 'raw', redisResend: 'off' },
    });
  });

  test('is refused for an architecture that is not part of the run', async () => {
    await built(async (builder) => {
      expect(() => builder.capacity('gamma', alpha.capacity)).toThrow('gamma is not part of the run');
    });
  });
});

describe('a run of which no architecture could start', () => {
  const broken = { state: 'invalid' as const, reasons: ['worker 0 cannot start (exit code 1)'] };

  test('fails, with the reason once', async () => {
    await built(async (builder) => {
      await builder.capacity('alpha', broken);
      await builder.capacity('omega', broken);
      expect(() => builder.requireCapacity()).toThrow(JobFailedError);
      expect(() => builder.requireCapacity()).toThrow(
        /^no architecture could be run: worker 0 cannot start \(exit code 1\)$/,
      );
    });
  });

  test('goes on if one could', async () => {
    await built(async (builder) => {
      await builder.capacity('alpha', broken);
      await builder.capacity('omega', alpha.capacity);
      expect(() => builder.requireCapacity()).not.toThrow();
    });
  });
});
