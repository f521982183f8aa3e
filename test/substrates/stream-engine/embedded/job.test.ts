/** Jobs of the embedded engine as a whole, in a world in memory: starting, waiting, fencing, going on, failing. */
import { describe, expect, test } from '@jest/globals';
import { incrementStore } from '../../../../architectures/architecture.ts';
import { findArchitecture, parseDeclaration } from '../../../../architectures/registry.ts';
import { fillLog } from '../../../../harness/load/fill-log.ts';
import type { Declaration } from '../../../../substrates/declaration.ts';
import type { EventLog } from '../../../../substrates/event-log/event-log.ts';
import { EmbeddedEngine } from '../../../../substrates/stream-engine/embedded/embedded-engine.ts';
import {
  type JobEvent,
  JobFailedError,
  type PartitionProgress,
} from '../../../../substrates/stream-engine/stream-engine.ts';
import { appendLive, jobOf, runArchitecture, SOURCE } from '../../../support/architecture-run.ts';
import { TestWorld } from '../../../support/memory-world.ts';

const architecture = (name: string): Declaration => findArchitecture(name) as Declaration;
const omega = architecture('omega');

function newWorld(): TestWorld {
  return new TestWorld(5, SOURCE.startMs);
}

const openLog = (world: TestWorld): EventLog => world.logs.open({ kind: 'memory', name: 'log', partitions: 4 });

const noErrors = { doubleCounted: 0, lost: 0, misplaced: 0, phantom: 0, compensated: 0 };
const kinds = (events: readonly JobEvent[]): string[] => events.map((event) => event.kind);

describe('a job', () => {
  test('waits for go as long as it must without being taken for silent', async () => {
    const world = newWorld();
    await world.run(
      (async () => {
        await fillLog(SOURCE, openLog(world));
        const job = await new EmbeddedEngine(world.process(), 0, { silentAfterMs: 500 }).start(jobOf(omega, 2));
        await world.delay(5000);
        expect(job.status().partitions.every((partition) => partition.offset === 0)).toBe(true);
        job.go();
        await job.drained();
        await job.stop();
        expect(kinds(job.events)).not.toContain('silent');
      })(),
    );
    expect(world.workers).toHaveLength(2);
  });

  test('takes up no savepoint of another job, and says what does', async () => {
    const world = newWorld();
    const start = new EmbeddedEngine(world.process(), 0).start({ ...jobOf(omega, 2), restoreFrom: 'file:/s/one' });
    await expect(start).rejects.toThrow(
      'no savepoint of another job: start the job without one, or use --engine flink',
    );
    expect(world.workers).toHaveLength(0);
  });

  test('drains with more workers than partitions', async () => {
    const outcome = await runArchitecture({ declaration: omega, world: newWorld(), arrival: 'filled', workers: 6 });
    expect(outcome.report).toMatchObject(noErrors);
    const exits = outcome.events.filter((event) => event.kind === 'exited');
    expect(exits.map((exit) => exit.code)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test('stops when asked, again and again, with the same answer', async () => {
    const world = newWorld();
    await world.run(
      (async () => {
        await fillLog(SOURCE, openLog(world));
        const job = await new EmbeddedEngine(world.process(), 0).start(jobOf(omega, 2));
        job.go();
        await world.delay(5);
        const [one, other] = await Promise.all([job.stop(), job.stop()]);
        expect(other).toEqual(one);
        expect(kinds(job.events).filter((kind) => kind === 'exited')).toHaveLength(2);
        expect(world.workers.every(({ runtime }) => !runtime.alive)).toBe(true);
      })(),
    );
  });
});

/**
 * Where a stage must go on: a window's state is saved as of the log position, a store's writer as of what it has
 * written.
 */
function positionOf(declaration: Declaration, stage: number, at?: PartitionProgress): number | undefined {
  const kind = declaration.stages[stage];
  return kind?.kind === 'window-state' ? at?.offset : kind && at?.storedEvents[kind.store];
}

describe('a savepoint', () => {
  test.each(['batch', 'alpha', 'lambda', 'beta', 'omega', 'omega-prime'])(
    'is where a later job of %s goes on, and its crashes restore what the later job has left',
    async (name) => {
      const world = newWorld();
      const declaration = architecture(name);
      // The first job crashes too, so that its epochs go beyond the first.
      const appending = async (): Promise<void> => {
        const job = await new EmbeddedEngine(world.process(), 0).start(jobOf(declaration, 2));
        job.go();
        await world.delay(200);
        world.workers[0]?.runtime.kill();
        await world.delay(100);
        world.workers.at(-1)?.runtime.kill();
        await world.delay(200);
        await job.stop({ savepoint: true });
        const stopped = job.status().partitions;
        const later = await new EmbeddedEngine(world.process(), 0).start(jobOf(declaration, 2));
        const restored = later.events.filter((event) => event.kind === 'restored');
        for (const event of restored) {
          expect(event.fromOffset).toBe(positionOf(declaration, event.stage, stopped[event.partition]));
        }
        later.go();
        await world.delay(150);
        world.workers.at(-1)?.runtime.kill();
        await world.delay(100);
        const again = later.events.filter((event) => event.kind === 'restored').slice(restored.length);
        expect(again.length).toBeGreaterThan(0);
        for (const event of again) {
          const before = restored.find(
            ({ stage, partition }) => stage === event.stage && partition === event.partition,
          );
          expect(event.fromOffset).toBeGreaterThan(before?.fromOffset as number);
        }
        await later.drained();
        await later.stop();
        // Nobody was fenced by those who came before.
        expect(later.events.filter((event) => event.kind === 'exited' && event.code === 1)).toEqual([]);
      };
      await world.run(Promise.all([appendLive(world, openLog(world)), appending()]));
    },
  );
});

describe('a worker that is paused, replaced and then goes on', () => {
  /**
   * Pauses a worker for 400 ms in the middle of the stream; it is silent after 100 and has a successor long before it
   * goes on.
   */
  const withZombie = async (declaration: Declaration, seed: number) => {
    const world = new TestWorld(seed, SOURCE.startMs);
    const outcome = await runArchitecture({
      declaration,
      world,
      silentAfterMs: 150,
      meanwhile: async () => {
        await world.delay(250 + 40 * seed);
        world.workers[0]?.runtime.pause();
        await world.delay(400);
        world.workers[0]?.runtime.continue();
        await world.delay(300);
      },
    });
    const ofZombie = outcome.events.filter((event) => event.worker === 0 && event.epoch === 1);
    return { outcome, ofZombie };
  };

  test.each(['batch', 'beta', 'omega', 'omega-prime'])('writes nothing more into %s', async (name) => {
    for (const seed of [1, 2, 3]) {
      const { outcome, ofZombie } = await withZombie(architecture(name), seed);
      expect(kinds(ofZombie)).toContain('silent');
      const { doubleCounted, lost, phantom, unexplained } = outcome.report;
      expect({ doubleCounted, lost, phantom, unexplained: unexplained ?? 0 }).toEqual({
        doubleCounted: 0,
        lost: 0,
        phantom: 0,
        unexplained: 0,
      });
    }
  });

  test('finds itself fenced at its first write and ends', async () => {
    const stage = incrementStore({ store: 'serving', commit: 'with-write', maxBatchEvents: 50 });
    const declaration = parseDeclaration({ ...architecture('alpha'), stages: [stage] }, 'test');
    const { outcome, ofZombie } = await withZombie(declaration, 1);
    expect(outcome.report).toMatchObject(noErrors);
    expect(ofZombie).toContainEqual(expect.objectContaining({ note: { error: expect.stringMatching(/is fenced/) } }));
    expect(ofZombie.at(-1)).toMatchObject({ kind: 'exited', code: 1 });
  });
});

describe('a job that cannot go on fails', () => {
  const failure = (prepare: (world: TestWorld) => Promise<void>, change = {}): Promise<unknown> => {
    const world = newWorld();
    return world.run(
      (async () => {
        await fillLog(SOURCE, openLog(world));
        await prepare(world);
        const engine = new EmbeddedEngine(world.process(), 0);
        const job = await engine.start({ ...jobOf(omega, 2), ...change });
        job.go();
        try {
          await job.drained();
        } finally {
          await job.stop();
        }
      })(),
      60_000,
    );
  };

  test('at its start, if a store is not bound', async () => {
    const failed = failure(async () => undefined, { stores: {} });
    await expect(failed).rejects.toThrow(JobFailedError);
    await expect(failed).rejects.toThrow(/omega needs a serving store/);
  });

  test('at its start, if workers cannot start', async () => {
    const failed = failure(async () => undefined, { log: { kind: 'memory', name: 'log', partitions: 3 } });
    await expect(failed).rejects.toThrow(JobFailedError);
    await expect(failed).rejects.toThrow(/worker \d cannot start.*has 4 partitions, not 3/);
  });

  test('if all checkpoints of a partition are damaged', async () => {
    const failed = failure((world) => world.files.write('job/s0-p0-000001-000000001.checkpoint', [Uint8Array.of(1)]));
    await expect(failed).rejects.toThrow(JobFailedError);
    await expect(failed).rejects.toThrow(/none of its 1 checkpoints is usable/);
  });

  test('if its log cannot be read, however often it is tried', async () => {
    const failed = failure(async (world) => {
      const open = world.logs.open.bind(world.logs);
      world.logs.open = (binding) => {
        const log = open(binding);
        const broken = async (): Promise<undefined> => {
          throw new Error('block 7 is corrupt');
        };
        log.openReader = async () => ({ read: broken, close: async () => undefined });
        return log;
      };
    });
    await expect(failed).rejects.toThrow(JobFailedError);
    await expect(failed).rejects.toThrow(/fails in the same way each time.*block 7 is corrupt/);
  });
});
