/** What a Redis server tells of itself: its sections of INFO, as settings, command counts and CPU time. */

/** `name:value` lines of INFO. */
export function parseInfo(text: string): Map<string, string> {
  const pairs = text
    .split(/\r?\n/)
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1)];
    });
  return new Map(pairs);
}

/**
 * The commands that a handle, or the job on Flink, counts by name. What opens connections, asks the server about
 * itself, or removes keys is not among them.
 */
const COUNTED: ReadonlySet<string> = new Set([
  ...['hincrby', 'hset', 'hget', 'hmget', 'hdel', 'hgetall', 'evalsha', 'eval'],
  ...['multi', 'exec', 'watch', 'get', 'incr', 'hsetnx'],
]);

/** Calls by name, from INFO commandstats; those made by scripts are among them. */
export function commandCalls(info: ReadonlyMap<string, string>): Record<string, number> {
  const calls: Record<string, number> = {};
  for (const [name, value] of info) {
    const command = name.replace(/^cmdstat_/, '');
    const times = /^calls=(\d+)/.exec(value)?.[1];
    if (name.startsWith('cmdstat_') && COUNTED.has(command) && times !== undefined) calls[command] = Number(times);
  }
  return calls;
}

/** User and system CPU seconds of the server since it started, from INFO cpu. */
export function cpuSecondsOf(info: ReadonlyMap<string, string>): number {
  return Number(info.get('used_cpu_user') ?? 0) + Number(info.get('used_cpu_sys') ?? 0);
}

/** Name and version: a Valkey server calls itself Redis 7.2.4 for the sake of clients. */
export function versionOf(info: ReadonlyMap<string, string>): string {
  const valkey = info.get('valkey_version');
  return valkey === undefined ? `Redis ${info.get('redis_version') ?? 'of unknown version'}` : `Valkey ${valkey}`;
}

/** What survives the end of the server. `save` is the server's setting, undefined if it does not tell. */
export function persistenceOf(info: ReadonlyMap<string, string>, save: string | undefined): string {
  const log = info.get('aof_enabled') === '1' ? 'append-only file' : 'no append-only file';
  if (save === undefined) return `${log}; snapshots: not told by the server`;
  return `${log}; ${save === '' ? 'no snapshots' : `snapshots ${save}`}`;
}
