import { describe, expect, test } from '@jest/globals';
import { createRows } from '../../substrates/key-value-store/key-value-store.ts';
import { MemoryWorld } from '../../substrates/memory-runtime.ts';
import type { Runtime, SupervisorLine, WorkerExit } from '../../substrates/runtime.ts';
import { range } from '../support/impressions.ts';

type Main = (runtime: Runtime, line: SupervisorLine) => Promise<void>;

function worldOf(main: Main = async () => undefined, seed = 1): MemoryWorld {
  return new MemoryWorld({ seed, startMs: 1000, workerMain: main });
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('virtual time', () => {
  test('sleeping an hour takes no time and moves the clock by an hour', async () => {
    const world = worldOf();
    const runtime = world.process();
    await world.run(runtime.sleep(3_600_000));
    expect(runtime.clock.nowMs()).toBe(1000 + 3_600_000);
  });

  test('sleepers wake in the order of their times', async () => {
    const world = worldOf();
    const woken: number[] = [];
    const sleep = async (ms: number): Promise<void> => {
      await world.process().sleep(ms);
      woken.push(ms);
    };
    await world.run(Promise.all([sleep(30), sleep(10), sleep(20)]));
    expect(woken).toEqual([10, 20, 30]);
  });

  test('work that takes longer than its limit is an error', async () => {
    const world = worldOf();
    await expect(world.run(world.process().sleep(11), 10)).rejects.toThrow(/not done after 10 ms/);
  });

  test('a world in which everybody waits for what nobody does is an error', async () => {
    await expect(worldOf().run(new Promise(() => undefined))).rejects.toThrow(/stands still/);
  });

  test('an error of the work is passed on', async () => {
    await expect(worldOf().run(Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  });
});

/** Who came when: three processes that each do ten things. */
async function trace(seed: number): Promise<string> {
  const world = worldOf(undefined, seed);
  const seen: string[] = [];
  const work = async (name: string): Promise<void> => {
    const runtime = world.process();
    for (const step of range(0, 10)) {
      await runtime.files.append('journal', bytes(step));
      seen.push(`${name}${step}@${runtime.clock.nowMs()}`);
    }
  };
  await world.run(Promise.all(['a', 'b', 'c'].map(work)));
  return seen.join(' ');
}

describe('interleaving', () => {
  test('the same seed gives the same interleaving, another seed another', async () => {
    expect(await trace(1)).toBe(await trace(1));
    const traces = await Promise.all(range(1, 6).map(trace));
    expect(new Set(traces).size).toBe(5);
  });
});

describe('a process that dies', () => {
  test('runs nothing after its crash, not even what cleans up', async () => {
    const seen: string[] = [];
    const world = worldOf(async (runtime) => {
      try {
        seen.push('before');
        await runtime.crash();
        seen.push('after');
      } finally {
        seen.push('cleaned up');
      }
    });
    const exit = await world.run(exitOf(world));
    expect(exit).toMatchObject({ code: null, signal: 'SIGKILL' });
    await world.run(world.process().sleep(100));
    expect(seen).toEqual(['before']);
  });

  test('leaves what it had written', async () => {
    const world = worldOf(async (runtime) => {
      await runtime.files.write('file', [bytes(1), bytes(2)]);
      await runtime.crash();
    });
    await world.run(exitOf(world));
    expect(await world.files.read('file')).toEqual(bytes(1, 2));
  });

  test('may or may not have done what it was doing when it was killed', async () => {
    const outcomes = new Set<string>();
    for (const seed of range(1, 60)) outcomes.add(await killedWhileWriting(seed));
    expect([...outcomes].sort()).toEqual(['not written', 'written and not told', 'written and told']);
  });

  test('is not reachable any more, and who waits for its answer is told', async () => {
    const world = worldOf();
    const [server, client] = [world.process(), world.process()];
    const { address } = await world.run(server.serve(() => bytes(7)));
    const connection = await world.run(client.connect(address));
    expect(await world.run(connection.request(bytes(1)))).toEqual(bytes(7));
    server.kill();
    await expect(world.run(connection.request(bytes(1)))).rejects.toMatchObject({ name: 'UnreachableError' });
    await expect(world.run(client.connect(address))).rejects.toMatchObject({ name: 'UnreachableError' });
  });

  test('is dead for its background work too when its main ends', async () => {
    const world = worldOf(async (runtime) => {
      void runtime.sleep(50).then(() => runtime.files.write('late', [bytes(1)]));
    });
    expect(await world.run(exitOf(world))).toMatchObject({ code: 0, signal: null });
    await world.run(world.process().sleep(100));
    expect(await world.files.read('late')).toBeUndefined();
  });

  test('an error of its main is its exit code 1 and its last words', async () => {
    const world = worldOf(async () => {
      throw new Error('no log');
    });
    const exit = await world.run(exitOf(world));
    expect(exit).toMatchObject({ code: 1, signal: null });
    expect(exit.stderr).toContain('no log');
  });
});

async function killedWhileWriting(seed: number): Promise<string> {
  let told = false;
  const world = worldOf(async (runtime) => {
    const store = await runtime.openStore({ kind: 'memory', name: 'serving' });
    const rows = createRows(1);
    rows.count = 1;
    rows.counter[0] = 1;
    await runtime.sleep(2);
    await store.increment(rows, { partition: 0, epoch: 1 });
    told = true;
    await runtime.sleep(1000);
  }, seed);
  const worker = world.process().spawnWorker({});
  await world.run(world.delay(2.2 + (seed % 7) / 20));
  worker.kill('SIGKILL');
  await world.run(world.delay(10));
  const written = (await world.stores.open({ kind: 'memory', name: 'serving' }).lastTransaction()) === 1;
  if (!written) return told ? 'told and not written' : 'not written';
  return told ? 'written and told' : 'written and not told';
}

describe('a process that is paused', () => {
  test('does nothing until it goes on, and then what it was about to do', async () => {
    const seen: number[] = [];
    const world = worldOf(async (runtime) => {
      for (const step of range(0, 4)) {
        await runtime.sleep(10);
        seen.push(step);
      }
    });
    const worker = world.process().spawnWorker({});
    await world.run(world.delay(15));
    worker.kill('SIGSTOP');
    await world.run(world.delay(1000));
    expect(seen).toEqual([0]);
    worker.kill('SIGCONT');
    await world.run(world.delay(100));
    expect(seen).toEqual([0, 1, 2, 3]);
  });

  test('does not answer its peers', async () => {
    const world = worldOf();
    const [server, client] = [world.process(), world.process()];
    const { address } = await world.run(server.serve(() => bytes(7)));
    const connection = await world.run(client.connect(address));
    server.pause();
    const answer = connection.request(bytes(1)).then(() => 'answered');
    expect(await world.run(Promise.race([answer, client.sleep(1000)]))).toBeUndefined();
    server.continue();
    expect(await world.run(answer)).toBe('answered');
  });
});

test('a worker that is stopped hears nothing until it goes on', async () => {
  const heard: unknown[] = [];
  const world = worldOf(async (runtime, line) => {
    line.onMessage((message) => heard.push(message));
    await runtime.sleep(10_000);
  });
  const worker = world.process().spawnWorker({});
  await world.run(world.delay(5));
  worker.kill('SIGSTOP');
  worker.send('first');
  worker.send('second');
  await world.run(world.delay(100));
  expect(heard).toEqual([]);
  worker.kill('SIGCONT');
  await world.run(world.delay(1));
  expect(heard).toEqual(['first', 'second']);
});

test('the trace of a world is the same for the same seed, and tells who did what', async () => {
  const notes: string[] = [];
  const traceOf = async (seed: number): Promise<string> => {
    const world = worldOf(undefined, seed);
    world.onNote((_atMs, what) => notes.push(what));
    await world.run(world.process('writer').files.append('journal', bytes(1)));
    return world.trace.toString();
  };
  const first = await traceOf(1);
  expect(notes).toEqual(['writer files.append journal']);
  expect(await traceOf(1)).toBe(first);
  expect(await traceOf(2)).not.toBe(first);
});

describe('a worker’s line', () => {
  test('carries plain data both ways', async () => {
    const world = worldOf(async (runtime, line) => {
      line.onMessage((message) => line.send({ echo: message, lost: undefined }));
      await runtime.sleep(100);
    });
    const worker = world.process().spawnWorker({});
    const heard: unknown[] = [];
    worker.onMessage((message) => heard.push(message));
    worker.send({ a: 1 });
    await world.run(world.delay(50));
    expect(heard).toEqual([{ echo: { a: 1 } }]);
  });
});

test('messages of a line arrive in the order in which they were sent', async () => {
  for (const seed of range(1, 6)) {
    const world = worldOf(async (runtime, line) => {
      for (const n of range(0, 20)) line.send(n);
      await runtime.sleep(10);
    }, seed);
    const heard: unknown[] = [];
    world
      .process()
      .spawnWorker({})
      .onMessage((message) => heard.push(message));
    await world.run(world.delay(20));
    expect(heard).toEqual(range(0, 20));
  }
});

test('bindings of other kinds have no place in a world in memory', async () => {
  const world = worldOf();
  const opened = world.process().openStore({ kind: 'lmdb', directory: 'x', sync: true });
  await expect(world.run(opened)).rejects.toThrow(/lmdb binding has no place/);
});

function exitOf(world: MemoryWorld): Promise<WorkerExit> {
  const worker = world.process().spawnWorker({});
  return new Promise((resolve) => worker.onExit(resolve));
}
