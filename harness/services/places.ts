/** Where services keep what they fetched and what they run on, by the XDG rules. */
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Fetched programs: safe to delete, made again when they are needed. */
export function cacheFolder(environment: Environment): string {
  return join(base(environment, 'XDG_CACHE_HOME', '.cache'), 'omegabench', 'services');
}

/** One folder a service: config, data, log and who runs. */
export function stateFolder(environment: Environment): string {
  return join(base(environment, 'XDG_STATE_HOME', '.local/state'), 'omegabench', 'services');
}

/** The XDG rules say that a relative path is to be ignored. */
function base(environment: Environment, variable: string, otherwise: string): string {
  const given = environment[variable];
  if (given !== undefined && isAbsolute(given)) return given;
  return join(environment.HOME ?? homedir(), otherwise);
}
