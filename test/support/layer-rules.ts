/**
 * The rule of layers: what may import what. Layers know only those below them, and each third-party client lives in
 * one place, so that it can be replaced there.
 */
import { importCycles, importsOf, packageOf, resolveImport } from './imports.ts';

/** The folders that a file of a folder may import from; a type is an import too. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  generators: ['generators'],
  substrates: ['generators', 'substrates'],
  architectures: ['substrates', 'architectures'],
  harness: ['generators', 'substrates', 'architectures', 'harness'],
  test: ['generators', 'substrates', 'architectures', 'harness', 'test'],
};

/** The folder that may import a client, as may the same folder under `test/`; undefined where there is no adapter. */
const CLIENT_HOME: ReadonlyMap<string, string | undefined> = new Map([
  ['lmdb', 'substrates/key-value-store/lmdb/'],
  ['chartjs-node-canvas', 'harness/report/'],
  ['@napi-rs/canvas', 'harness/report/'],
  ['yargs', 'harness/cli/'],
  ['yaml', 'harness/config/'],
  ['kafkajs', 'substrates/event-log/kafka/'],
  ['ioredis', 'substrates/key-value-store/redis/'],
  ['cassandra-driver', 'substrates/key-value-store/cassandra/'],
]);

/** Every breach of the rule, as `file:line what`; `files` are texts by path from the repository's root. */
export function layerOffenders(files: ReadonlyMap<string, string>): string[] {
  const offenders: string[] = [];
  for (const [path, text] of files) {
    for (const { specifier, line } of importsOf(text)) {
      const fault = layerFault(path, specifier) ?? clientFault(path, specifier);
      if (fault !== undefined) offenders.push(`${path}:${line} ${fault}`);
    }
  }
  for (const cycle of importCycles(files)) offenders.push(`import cycle: ${cycle.join(' → ')}`);
  return offenders;
}

function layerFault(importer: string, specifier: string): string | undefined {
  const target = resolveImport(importer, specifier);
  if (target === undefined) return undefined;
  const from = layerOf(importer);
  const allowed = MAY_IMPORT[from];
  if (allowed === undefined) return `lies in no layer`;
  if (allowed.includes(layerOf(target))) return undefined;
  return `imports ${target}; ${from} may import from ${allowed.join(', ')}`;
}

function clientFault(importer: string, specifier: string): string | undefined {
  const client = packageOf(specifier);
  if (client === undefined || !CLIENT_HOME.has(client)) return undefined;
  const home = CLIENT_HOME.get(client);
  if (home === undefined) return `imports ${client}, which has no adapter yet`;
  if (importer.startsWith(home) || importer.startsWith(`test/${home}`)) return undefined;
  return `imports ${client}, which lives in ${home}`;
}

function layerOf(path: string): string {
  return path.split('/')[0] as string;
}
