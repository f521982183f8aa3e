/**
 * One run of an architecture on real servers, by either engine: a small log on Kafka that is filled before the job or
 * while it runs, a store on Redis, a kill from outside if one is asked for, and the audit of a failure act.
 */

import { SyntheticStream } from '../../generators/synthetic-stream.ts';
import { runConfigSchema, withDefaults } from '../../harness/config/run-config.ts';
import { FaultDirector } from '../../harness/faults/fault-director.ts';
import { BlockCutter } from '../../harness/load/block-cutter.ts';
import { auditFinalAnswers, type FinalAudit } from '../../harness/run/failure-audit.ts';
import { Pipeline } from '../../harness/run/pipeline.ts';
import { openRunEngine } from '../../harness/run/run-engine.ts';
import { RunServers } from '../../harness/run/run-servers.ts';
import { RunSubstrates } from '../../harness/run/run-substrates.ts';
import type { OwnedFlink } from '../../harness/services/owned-flink.ts';
import type { Declaration } from '../../substrates/declaration.ts';
import type { EventLogBinding } from '../../substrates/event-log/event-log.ts';
import { openLog } from '../../substrates/event-log/open-log.ts';
import { uniquePrefix } from './real-servers.ts';
import { withTemporaryDirectory } from './temporary-directory.ts';

/** As long as an hour with a batch job has to be on Flink. */
const HOUR_MS = 20_000;

/** Two partitions, two hours, 24,000 impressions, of which some are out of order and some too late. */
export const SERVER_SOURCE = new SyntheticStream({
  seed: 17,
  partitions: 2,
  ratePerSecond: 600,
  hourMs: HOUR_MS,
  hours: 2,
  startMs: 100_000 * HOUR_MS,
  outOfOrderFraction: 0.05,
  maxOutOfOrderMs: 400,
  lateFraction: 0.02,
  maxLateMs: 3000,
});

export interface ServerRun {
  declaration: Declaration;
  urls: { kafka: string; redis: string };
  /** `embedded`, or the URL of Flink. */
  engine: string;
  /** Kills the task manager that runs the job when half of the stream was read, and starts it again at the end. */
  killed?: OwnedFlink;
}

export interface ServerOutcome extends FinalAudit {
  /** Events that were predicted to be written twice, by stage. */
  repeated: readonly { stage: number; atLeast: number; atMost: number }[];
  events: Pipeline['job']['events'];
}

export async function runOnServers({ declaration, urls, engine, killed }: ServerRun): Promise<ServerOutcome> {
  const settings = {
    engine,
    log: `kafka://${new URL(urls.kafka).host}/${uniquePrefix()}`,
    store: `${urls.redis.replace(/\?.*$/, '')}?prefix=${uniquePrefix()}`,
    hourMs: HOUR_MS,
    maxOutOfOrderMs: 400,
    allowedLatenessMs: 500,
    checkpointIntervalMs: 200,
    partitions: SERVER_SOURCE.partitions,
    workers: 2,
  };
  const config = runConfigSchema.parse(withDefaults(settings, [declaration.name]));
  const servers = await RunServers.of(config);
  const runEngine = await openRunEngine(config, {}, servers, () => undefined);
  const substrates = new RunSubstrates(config, {}, 'test');
  return withTemporaryDirectory(async (folder) => {
    const log = await substrates.log('log', SERVER_SOURCE.partitions, folder);
    let director: FaultDirector | undefined;
    const feed = await Feed.open(log);
    try {
      if (killed === undefined) await feed.appendTo(1);
      const pipeline = await Pipeline.open({
        declaration,
        config,
        folder,
        log,
        substrates,
        engine: runEngine,
        clockStartsAtMs: SERVER_SOURCE.endMs + 2 * HOUR_MS,
        storeSync: false,
        checkpoints: true,
        faults: (runtime, faultFolder) => {
          director = new FaultDirector(runtime, faultFolder, [], declaration.stages.length);
          return { binding: director.binding(), supervisor: director };
        },
      });
      try {
        director?.attach(pipeline.job);
        await pipeline.job.go();
        if (killed !== undefined) await feedAndKill(pipeline, feed, killed);
        await pipeline.job.drained();
        const repeated = (director?.repeatedEvents() ?? []).map((sum) => ({ ...sum }));
        const input = { source: SERVER_SOURCE, declaration, config, pipeline, log, repeated };
        const audit = await auditFinalAnswers({ ...input, faultFolder: `${folder}/faults` });
        return { ...audit, repeated, events: pipeline.job.events };
      } finally {
        await pipeline.close();
      }
    } finally {
      await feed.close();
      await substrates.close();
    }
  });
}

/** Half of the stream; a checkpoint; some more of it; the kill; and the rest. */
async function feedAndKill({ job, runtime }: Pipeline, feed: Feed, flink: OwnedFlink): Promise<void> {
  const until = async (isSo: () => boolean): Promise<void> => {
    while (!isSo()) await runtime.sleep(20);
  };
  // A batch job beside a stream is behind it, and windows are reflected late.
  const readBy = (): number =>
    job.status().partitions.reduce((sum, { offset, reflectedEvents }) => sum + Math.max(offset, reflectedEvents), 0);
  const streams = job.workers().length > 0;
  await feed.appendTo(0.5);
  if (streams) {
    await until(() => readBy() >= 0.5 * SERVER_SOURCE.totalImpressions);
    const { count } = job.status().checkpoints;
    await until(() => job.status().checkpoints.count > count);
  }
  await feed.appendTo(0.7);
  if (streams) await until(() => readBy() >= 0.6 * SERVER_SOURCE.totalImpressions);
  else
    await until(
      () => job.workers().length > 0 || job.status().partitions.some(({ reflectedEvents }) => reflectedEvents > 0),
    );
  const struck = flink.taskManagers[job.workers()[0]?.worker ?? 0];
  struck?.kill('SIGKILL');
  await feed.appendTo(1);
  await struck?.restart();
}

/** Fills the log in portions, as if everything had arrived exactly on schedule. */
class Feed {
  readonly #cutters: BlockCutter[];
  readonly #close: () => Promise<void>;

  private constructor(cutters: BlockCutter[], close: () => Promise<void>) {
    this.#cutters = cutters;
    this.#close = close;
  }

  static async open(binding: EventLogBinding): Promise<Feed> {
    const log = await openLog(binding);
    return new Feed(await BlockCutter.openAll(SERVER_SOURCE, log), () => log.close());
  }

  /** Up to this share of the time of the stream; all of it has the end, too. */
  async appendTo(share: number): Promise<void> {
    const { startMs, endMs } = SERVER_SOURCE;
    const untilMs = startMs + share * (endMs - startMs);
    for (const cutter of this.#cutters) {
      for (let rows = cutter.rowsOfNextBlock(); rows > 0; rows = cutter.rowsOfNextBlock()) {
        const lastMs = cutter.scheduledMs(cutter.next + rows - 1);
        if (lastMs > untilMs) break;
        await cutter.append(rows, lastMs);
      }
      if (share === 1) await cutter.writer.end(endMs);
    }
  }

  async close(): Promise<void> {
    for (const cutter of this.#cutters) await cutter.writer.close();
    await this.#close();
  }
}
