/** `omegabench jobs`: what of ours is on a Flink cluster, and how to end it. */
import { credentialsOf } from '../../config/credentials.ts';
import { flagSource } from '../../config/source.ts';
import type { CliDependencies } from '../dependencies.ts';
import { ExitCode } from '../exit-codes.ts';
import type { JobsInvocation } from '../upgrade-command.ts';

export async function jobs({ engine, stop, json }: JobsInvocation, dependencies: CliDependencies): Promise<ExitCode> {
  const source = flagSource('engine');
  const credentials = credentialsOf({ engine: { text: engine, source } }, dependencies.environment);
  const control = await dependencies.jobs(engine, credentials);
  if (stop !== undefined) {
    const stopped = await control.stop(stop.name, stop.savepoint);
    const where = stopped.savepoint === undefined ? '' : ` with savepoint ${stopped.savepoint}`;
    dependencies.stdout.write(json ? `${JSON.stringify(stopped, null, 1)}\n` : `${stopped.name} stopped${where}\n`);
    return ExitCode.Ok;
  }
  const shown = (await control.list()).map(({ id, name, state, startedAtMs, endedAtMs }) => ({
    name,
    state,
    id,
    started: new Date(startedAtMs).toISOString(),
    ...(endedAtMs === undefined ? {} : { ended: new Date(endedAtMs).toISOString() }),
  }));
  const lines = shown.map(({ name, state, id, started }) => `${state.padEnd(10)}  ${id}  ${started}  ${name}\n`);
  const text = lines.length === 0 ? 'no job of omegabench is on this cluster\n' : lines.join('');
  dependencies.stdout.write(json ? `${JSON.stringify(shown, null, 1)}\n` : text);
  return ExitCode.Ok;
}
