/**
 * What an architecture is put through: runs without a fault, and runs with each of the faults that this kind of
 * pipeline gets wrong when it has a bug. The verdict on each must be EXACT or EXPECTED-ERROR.
 */
import type { Declaration } from '../../../substrates/declaration.ts';
import type { PlannedCrash } from '../../faults/crash-plan.ts';
import { failpointsOf } from '../../simulate/failpoints.ts';
import { type RunPlan, type Scene, STREAM } from './judged-run.ts';
import type { JudgeWorld } from './world.ts';

const LAST_PARTITION = STREAM.partitions - 1;
/** A worker that is silent for longer is replaced, where one is stopped. */
const SILENT_AFTER_MS = 150;

export function scenariosOf(declaration: Declaration): RunPlan[] {
  const plan = (name: string, seed: number, how: Partial<RunPlan> = {}): RunPlan => ({
    name,
    declaration,
    seed,
    ...how,
  });
  return [
    plan('no fault', 1),
    plan('no fault, from a filled log', 2, { arrival: 'filled' }),
    ...declaration.stages.flatMap((stage, index) =>
      failpointsOf(stage).map((failpoint) =>
        plan(`crashes at ${failpoint} of stage ${index}`, 3, { crashes: crashesAt(failpoint, index) }),
      ),
    ),
    ...declaration.stages.map((_, index) =>
      plan(`two crashes of one worker in stage ${index}`, 4, { crashes: twoCrashes(index) }),
    ),
    ...declaration.stages.flatMap((stage, index) =>
      stage.kind === 'increment-store'
        ? [
            plan('a successor that is killed before its first write', 4, {
              crashes: [afterWrite(index)],
              meanwhile: killSuccessor,
            }),
          ]
        : [],
    ),
    ...[5, 6, 7].map((seed) => plan(`kills from outside, seed ${seed}`, seed, { meanwhile: kills })),
    ...[8, 9].map((seed) =>
      plan(`a zombie, seed ${seed}`, seed, { silentAfterMs: SILENT_AFTER_MS, meanwhile: zombie }),
    ),
    ...(writesStore(declaration)
      ? [plan('a kill after a write, before its reply', 10, { prepare: (world) => killAfterWrite(world, 7) })]
      : []),
    ...(declaration.stages.some(({ kind }) => kind === 'window-state')
      ? [plan('the newest checkpoint damaged, then a kill', 11, { meanwhile: damageAndKill })]
      : []),
  ];
}

/** At once in the first partition; later, and at the third hit, in the last. A restore is preceded by a crash. */
function crashesAt(failpoint: PlannedCrash['failpoint'], stage: number): PlannedCrash[] {
  return [
    { partition: 0, fromOffset: 0, hit: 1 },
    { partition: LAST_PARTITION, fromOffset: 1200, hit: 3 },
  ].flatMap(({ partition, fromOffset, hit }): PlannedCrash[] => {
    const id = `${failpoint} ${partition}`;
    const position = positionCrash(`before ${id}`, stage, partition, fromOffset + 777);
    if (failpoint === 'position') return [position];
    if (failpoint === 'during-restore') return [position, { id, failpoint, stage, partition, fromOffset: 0, hit: 1 }];
    return [{ id, failpoint, stage, partition, fromOffset, hit }];
  });
}

function twoCrashes(stage: number): PlannedCrash[] {
  return [1150, 1950].map((offset) => positionCrash(`at ${offset}`, stage, 0, offset));
}

/** After a write that is not committed. */
function afterWrite(stage: number): PlannedCrash {
  return { id: 'after a write', failpoint: 'after-store-ack', stage, partition: 0, fromOffset: 1000, hit: 1 };
}

/** Kills the first successor as soon as it says from where it goes on. */
async function killSuccessor({ world, job }: Scene): Promise<void> {
  job.onEvent((event) => {
    if (event.kind === 'restored' && event.epoch === 2) world.newest(event.worker)?.kill();
  });
}

function positionCrash(id: string, stage: number, partition: number, fromOffset: number): PlannedCrash {
  return { id, failpoint: 'position', stage, partition, fromOffset, hit: 1 };
}

/** Kills both workers in turn, at times that have nothing to do with what they are at. */
async function kills({ world }: Scene): Promise<void> {
  for (const [worker, pauseMs] of [
    [0, 190],
    [1, 40],
    [0, 230],
    [1, 171.3],
  ] as const) {
    await world.delay(pauseMs + 17 * world.random());
    world.newest(worker)?.kill();
  }
}

/** Stops a worker until it has a successor that is at work, and lets it go on beside it. */
async function zombie({ world }: Scene): Promise<void> {
  for (const worker of [0, 1]) {
    await world.delay(110 + 60 * world.random());
    const stopped = world.newest(worker);
    stopped?.pause();
    await world.delay(2 * SILENT_AFTER_MS);
    stopped?.continue();
  }
}

function writesStore(declaration: Declaration): boolean {
  return declaration.stages.some((stage) => stage.kind !== 'window-state' || stage.onClose.kind !== 'nothing');
}

/** The n-th write of the job takes effect, and its writer dies before it hears of it. */
function killAfterWrite(world: JudgeWorld, n: number): void {
  const open = world.stores.open.bind(world.stores);
  let writes = 0;
  world.stores.open = (binding) => {
    const store = open(binding);
    for (const name of ['increment', 'upsert', 'bulkLoad'] as const) {
      const write = store[name].bind(store) as (...args: unknown[]) => Promise<void>;
      const killing = async (...args: unknown[]): Promise<void> => {
        await write(...args);
        writes += 1;
        if (writes !== n) return;
        const { partition } = args.find(isFence) as { partition: number };
        world.newest(partition % 2)?.kill();
      };
      Object.assign(store, { [name]: killing });
    }
    return store;
  };
}

function isFence(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'epoch' in value;
}

/** Changes one count in the newest checkpoint of every partition, and kills all workers at once. */
async function damageAndKill({ world }: Scene): Promise<void> {
  await world.delay(430);
  for (const { runtime } of world.workers) runtime.pause();
  const names = (await world.files.list('job')).filter((name) => name.endsWith('.checkpoint')).sort();
  const newest = new Map(names.map((name) => [name.split('-')[1], name]));
  for (const name of newest.values()) {
    const bytes = await world.files.read(`job/${name}`);
    if (bytes === undefined) continue;
    // The low byte of the last row's count: (id, id, count, fingerprint), four bytes each.
    const at = bytes.length - 8;
    bytes[at] = (bytes[at] as number) + 1;
    await world.files.write(`job/${name}`, [bytes]);
  }
  for (const { runtime } of world.workers) runtime.kill();
}
