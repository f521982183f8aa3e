/**
 * What runs the jobs of a run: the embedded engine, or a Flink cluster. Made once for a run; each pipeline is given an
 * engine on its own clock.
 */
import { MonotonicClock } from '../../substrates/clock.ts';
import { NodeRuntime } from '../../substrates/node-runtime.ts';
import { EmbeddedEngine } from '../../substrates/stream-engine/embedded/embedded-engine.ts';
import { FlinkEngine } from '../../substrates/stream-engine/flink/engine.ts';
import { discoverProxies } from '../../substrates/stream-engine/flink/queryable-state/discover-proxies.ts';
import { FlinkRest } from '../../substrates/stream-engine/flink/rest/flink-rest.ts';
import type { StreamEngine } from '../../substrates/stream-engine/stream-engine.ts';
import type { ServerCredentials } from '../config/credentials.ts';
import { type FlinkServer, parseEngineServer, restUrlOf } from '../config/engine-url.ts';
import type { RunConfig } from '../config/run-config.ts';
import { flagSource } from '../config/source.ts';
import { flinkJobJar } from '../services/flink-job-jar.ts';
import type { OwnedFlink } from '../services/owned-flink.ts';
import type { RunServers } from './run-servers.ts';

/** Between two upserts of a count to the topic. */
const STATE_UPDATES_EVERY_MS = 100;

export interface RunEngine {
  /** Settings for the report. */
  describe(): Promise<{ name: string; settings: Record<string, string> }>;
  /** How old a worker's report may be: what it drifts by looks like a slope. */
  readonly reportResolutionMs: number;
  /**
   * `filter` and `parallelism` are those of a changed program, on Flink alone; with a filter only tweets whose low 32
   * bits `keepOneIn` divides are counted.
   */
  engineFor(
    runtime: NodeRuntime,
    options: {
      silentAfterMs?: number | undefined;
      filter?: { keepOneIn: number } | undefined;
      parallelism?: number | undefined;
    },
  ): StreamEngine;
}

export const embeddedEngine: RunEngine = {
  async describe() {
    const { name, settings } = new EmbeddedEngine(new NodeRuntime(new MonotonicClock(0)), 0);
    return { name, settings: { ...settings } };
  },
  reportResolutionMs: 100,
  engineFor: (runtime, { silentAfterMs }) =>
    new EmbeddedEngine(runtime, runtime.clock.epochOffsetMs, silentAfterMs === undefined ? {} : { silentAfterMs }),
};

type EngineConfig = Pick<
  RunConfig,
  | 'engine'
  | 'flinkStateBackend'
  | 'flinkCheckpointAlignment'
  | 'flinkParallelism'
  | 'statePath'
  | 'checkpointIntervalMs'
  | 'workers'
>;

/** `say` is given lines while the job's jar is built. Error: `BenchError` if it cannot be. */
export async function openRunEngine(
  config: EngineConfig,
  credentials: ServerCredentials,
  servers: Pick<RunServers, 'flink'>,
  say: (text: string) => void,
): Promise<RunEngine> {
  const { server } = parseEngineServer(config.engine, flagSource('engine'));
  if (server.kind === 'embedded') return embeddedEngine;
  return new FlinkRunEngine(config, server, credentials, servers.flink, await flinkJobJar({ say }));
}

class FlinkRunEngine implements RunEngine {
  /** REST's copy of a gauge is up to a quarter of a second old, and it is asked for ten times a second. */
  readonly reportResolutionMs = 400;
  readonly #config: EngineConfig;
  readonly #rest: FlinkRest;
  readonly #server: FlinkServer;
  readonly #owned: OwnedFlink | undefined;
  readonly #jarFile: string;
  #jobs = 0;

  constructor(
    config: EngineConfig,
    server: FlinkServer,
    { engine }: ServerCredentials,
    owned: OwnedFlink | undefined,
    jarFile: string,
  ) {
    this.#config = config;
    this.#server = server;
    this.#owned = owned;
    this.#jarFile = jarFile;
    this.#rest = new FlinkRest({ url: restUrlOf(server), ...(engine === undefined ? {} : { credentials: engine }) });
  }

  async describe(): Promise<{ name: string; settings: Record<string, string> }> {
    const { version, taskManagers, slots } = await this.#rest.overview();
    return { name: 'flink', settings: this.#settings(version, taskManagers, slots) };
  }

  engineFor(
    runtime: NodeRuntime,
    {
      filter,
      parallelism = this.#parallelism,
    }: { filter?: { keepOneIn: number } | undefined; parallelism?: number | undefined } = {},
  ): StreamEngine {
    this.#jobs += 1;
    // A log is read by several jobs, one after another, and a topic that was deleted takes a while to be gone.
    const suffix = `state-${this.#jobs}`;
    const topicOf = (topic: string): string => `${topic}-${suffix}`;
    const owned = this.#owned;
    const rest = this.#rest;
    const { proxyPorts } = this.#server;
    const { flinkStateBackend: backend, flinkCheckpointAlignment: alignment, statePath } = this.#config;
    return new FlinkEngine(runtime, {
      rest,
      jarFile: this.#jarFile,
      plan: { parallelism, checkpoints: { backend, alignment }, ...(filter && { filter }) },
      taskManagers: owned?.taskManagers ?? [],
      proxies: async () => owned?.taskManagers.map(({ proxy }) => proxy) ?? (await discoverProxies(rest, proxyPorts)),
      ...(statePath === 'updates' ? { stateUpdates: { topicOf, intervalMs: STATE_UPDATES_EVERY_MS } } : {}),
      settings: {},
    });
  }

  get #parallelism(): number {
    return this.#config.flinkParallelism ?? this.#config.workers;
  }

  #settings(version: string, taskManagers: number, slots: number): Record<string, string> {
    const { flinkStateBackend, flinkCheckpointAlignment, checkpointIntervalMs, statePath } = this.#config;
    return {
      version: `Apache Flink ${version}`,
      parallelism: String(this.#parallelism),
      taskManagers: `${taskManagers} with ${slots} slots${this.#owned === undefined ? '' : ', started by omegabench'}`,
      stateBackend: flinkStateBackend === 'hashmap' ? 'hashmap (on the heap)' : 'rocksdb',
      checkpoints:
        checkpointIntervalMs === 0
          ? 'none'
          : `every ${checkpointIntervalMs} ms, exactly once, ${flinkCheckpointAlignment} barriers`,
      state:
        statePath === 'queryable'
          ? 'queryable state, asked from Node by its own protocol'
          : `updates of counts in a compacted Kafka topic, every ${STATE_UPDATES_EVERY_MS} ms`,
      job: 'one generic job for every declaration; object reuse; binary records',
    };
  }
}
