/** The REST API of the cluster that a flag names. */
import { FlinkRest } from '../../substrates/stream-engine/flink/rest/flink-rest.ts';
import { BenchError } from '../cli/bench-error.ts';
import type { ServerCredentials } from '../config/credentials.ts';
import { parseEngineServer, restUrlOf } from '../config/engine-url.ts';
import { flagSource } from '../config/source.ts';

/** Error: `BenchError` if it is no Flink cluster. */
export function clusterRest(engine: string, { engine: login }: Pick<ServerCredentials, 'engine'>): FlinkRest {
  const { server } = parseEngineServer(engine, flagSource('engine'));
  if (server.kind === 'flink') {
    return new FlinkRest({ url: restUrlOf(server), ...(login === undefined ? {} : { credentials: login }) });
  }
  throw new BenchError(
    'OB_CONFLICT',
    `--engine ${engine}: the embedded engine has no jobs that outlive their run, and no savepoints`,
    'Give --engine flink://localhost:8081.',
  );
}

/** Throws `BenchError` if the cluster has no place for savepoints: known before a job is stopped for one. */
export async function assertTakesSavepoints(rest: Pick<FlinkRest, 'url' | 'clusterConfig'>): Promise<void> {
  const config = await rest.clusterConfig();
  if (SAVEPOINT_KEYS.some((key) => (config.get(key) ?? '') !== '')) return;
  throw new BenchError(
    'OB_SERVER_UNFIT',
    `Flink at ${rest.url} has no folder for savepoints, and a program gives way to another by one`,
    'Set execution.checkpointing.savepoint-dir to a folder that all of its machines share.',
  );
}

/** Flink's name of the setting, and its name in older versions. */
const SAVEPOINT_KEYS = ['execution.checkpointing.savepoint-dir', 'state.savepoints.dir'];
