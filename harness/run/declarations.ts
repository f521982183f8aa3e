/**
 * The declarations that a run measures: the registered ones with the options of the run applied, the user's own, and
 * alpha's and omega-prime's other rungs.
 */
import { DeclarationError, findArchitecture, loadArchitecture } from '../../architectures/registry.ts';
import type { BatchJobStage, Declaration, Stage } from '../../substrates/declaration.ts';
import { isFlink, type RunConfig } from '../config/run-config.ts';
import type { Warning } from '../results/schema.ts';

/** All declarations of a run, in its order. Error: `DeclarationError`. */
export async function declarationsOf(config: RunConfig): Promise<Declaration[]> {
  const declarations: Declaration[] = [];
  for (const name of config.architectures) {
    const declaration = findArchitecture(name);
    if (declaration === undefined) throw new DeclarationError(`there is no architecture ${name}`);
    declarations.push(withOptions(declaration, config));
  }
  for (const file of config.architectureFiles) {
    const declaration = await loadArchitecture(file);
    if (declarations.some((other) => other.name === declaration.name)) {
      throw new DeclarationError(`${file} declares ${declaration.name}, which runs already; give it a name of its own`);
    }
    declarations.push(declaration);
  }
  return declarations;
}

/**
 * The declarations for a trace that is replayed at a rate: its clock says nothing of when an impression happened, so
 * the registered batch jobs that go by event time wait until the replay is over.
 */
export function forReplay(declarations: readonly Declaration[], config: RunConfig, cutOffMs: number): Declaration[] {
  return declarations.map((declaration) => {
    if (!config.architectures.includes(declaration.name)) return declaration;
    const waiting = (stage: Stage): Stage =>
      stage.kind === 'batch-job' && stage.bucketBy === 'event-time' ? { ...stage, cutOffMs } : stage;
    return { ...declaration, stages: declaration.stages.map(waiting) };
  });
}

/** What a reader must know of a replay at a rate; undefined if no batch job is part of it. */
export function replayWarning(declarations: readonly Declaration[]): Warning | undefined {
  const names = (bucketBy: BatchJobStage['bucketBy']): string =>
    declarations
      .filter(({ stages }) => stages.some((stage) => stage.kind === 'batch-job' && stage.bucketBy === bucketBy))
      .map(({ name }) => name)
      .join(' and ');
  const byEventTime = names('event-time');
  const byArrival = names('arrival-time');
  const said = [
    ...(byEventTime === '' ? [] : [`${byEventTime} bucket by event time and run their jobs when the replay is over`]),
    ...(byArrival === '' ? [] : [`${byArrival} bucket by arrival as asked, so most impressions go to a wrong hour`]),
  ];
  if (said.length === 0) return undefined;
  return {
    code: 'trace-at-rate',
    message: `The trace was replayed at a rate, so arrival times say nothing of when an impression happened: ${said.join('; ')}.`,
  };
}

/** The registered architecture in the form that the flags ask for. */
function withOptions(declaration: Declaration, config: RunConfig): Declaration {
  return {
    ...declaration,
    stages: declaration.stages.map((stage) => stageWithOptions(stage, declaration.name, config)),
  };
}

function stageWithOptions(stage: Stage, architecture: string, config: RunConfig): Stage {
  switch (stage.kind) {
    case 'increment-store':
      return {
        ...stage,
        increment: config.increment,
        commit: config.alphaCommit,
        maxBatchEvents: config.alphaBatch,
      };
    case 'window-state':
      if (architecture !== 'beta' || stage.onClose.kind === 'nothing') return stage;
      return { ...stage, onClose: { kind: config.betaFlush, store: stage.onClose.store } };
    case 'batch-job':
      return { ...stage, bucketBy: config.batchBucket, cutOffMs: config.batchCutOffMs };
  }
}

const REDIS_CLIENTS: Readonly<Record<RunConfig['redisClient'], string>> = {
  'await-each': 'each increment is awaited before the next',
  pipeline: 'a pipeline of ioredis',
  script: 'many increments in one call of a script',
  raw: 'a pipeline written to a bare socket',
};

/** The same architecture with other options, for the capacity act only. */
export interface RungPlan {
  name: string;
  options: string;
  declaration: Declaration;
  storeSync: boolean;
  checkpoints: boolean;
  redisClient?: RunConfig['redisClient'];
}

/**
 * Alpha's transaction sizes with and without sync, on Redis its clients instead, and omega-prime without checkpoints.
 */
export function rungsOf(
  declaration: Declaration,
  {
    store,
    storeSync: configured,
    redisClient,
    engine,
  }: Pick<RunConfig, 'store' | 'storeSync' | 'redisClient' | 'engine'>,
): RungPlan[] {
  const storeSync = configured === 'on';
  const base = { declaration, storeSync, checkpoints: true };
  if (declaration.name === 'omega-prime') {
    return [{ ...base, name: 'no checkpoints', options: 'checkpoint interval 0', checkpoints: false }];
  }
  // A job on Flink has one client of its own.
  if (declaration.name !== 'alpha' || isFlink(engine)) return [];
  if (store.startsWith('redis')) {
    const others = (Object.keys(REDIS_CLIENTS) as RunConfig['redisClient'][]).filter((name) => name !== redisClient);
    return others.map((name) => ({ ...base, name, options: REDIS_CLIENTS[name], redisClient: name }));
  }
  if (store !== 'lmdb') return [];
  const size = (maxBatchEvents: number, sync: boolean): RungPlan => ({
    name: `${maxBatchEvents.toLocaleString('en')} events${sync ? '' : ', no sync'}`,
    options: `one store transaction per ${maxBatchEvents} events, ${sync ? "LMDB's default sync" : 'no sync'}`,
    declaration: {
      ...declaration,
      stages: declaration.stages.map((stage) =>
        stage.kind === 'increment-store' ? { ...stage, maxBatchEvents } : stage,
      ),
    },
    storeSync: sync,
    checkpoints: true,
  });
  return [size(100, true), size(10_000, true), size(1000, false), size(10_000, false)];
}
