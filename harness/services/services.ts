/**
 * Real servers of our own, on this machine and for its own clients only: started from packages, each in a directory of
 * its own, and ended by the pid that was started there. Their data live until the service is taken down.
 */
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BenchError } from '../cli/bench-error.ts';
import { PackageInstaller } from './installer.ts';
import { requireFreePorts } from './ports.ts';
import {
  readRecord,
  removeRecord,
  runningProcess,
  runningProcesses,
  type ServiceRecord,
  withLock,
  writeRecord,
} from './record.ts';
import { type RunningService, Server } from './server.ts';
import { stopServers } from './server-process.ts';
import { type Command, clientPort, type Installation, type ServiceDeclaration } from './service.ts';
import { lastLines, runToEnd } from './subprocess.ts';
import { locate, type ServiceOptions, type ServiceWorld, worldOf } from './world.ts';

const FORMAT_MS = 60_000;

/**
 * Starts the service from packages, unless it is up, and resolves when it answers. Rejects with `BenchError` if it
 * cannot, or with the reason of `signal`; no process of this start is left then.
 */
export async function startService(name: string, options: ServiceOptions = {}): Promise<RunningService> {
  const world = worldOf(options);
  const { declaration, directory } = locate(world, name);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  return withLock(directory, async () => {
    const record = await readRecord(directory);
    if (record === undefined || runningProcess(record) === undefined) {
      // What is left of a server that was struck holds its ports.
      await stopServers(runningProcesses(record));
      return start(world, declaration, directory, record);
    }
    requireSameOffset(world, record);
    const server = new Server(world, declaration, directory, record);
    await server.answered(world.signal);
    return server;
  });
}

/** Ends the service and removes its data; its log and config stay. Undefined if nothing was started there. */
export async function takeDownService(
  name: string,
  options: ServiceOptions = {},
): Promise<{ pid?: number } | undefined> {
  const { directory } = locate(worldOf(options), name);
  if (!existsSync(directory)) return undefined;
  // A start that is under way holds the directory: its server is ended first, and the start then fails.
  const starting = runningProcesses(await readRecord(directory));
  await stopServers(starting);
  return withLock(directory, async () => {
    const record = await readRecord(directory);
    if (record === undefined) return undefined;
    const running = runningProcesses(record);
    await stopServers(running);
    await rm(join(directory, 'data'), { recursive: true, force: true });
    await removeRecord(directory);
    const [first] = [...starting, ...running];
    return first === undefined ? {} : { pid: first.pid };
  });
}

/** The service if its process runs, whether it answers or not. */
export async function runningService(name: string, options: ServiceOptions = {}): Promise<RunningService | undefined> {
  const server = await recordedServer(name, options);
  return server?.isRunning() === true ? server : undefined;
}

/** What was started under that name and not taken down, whatever of it still runs. */
export async function recordedServer(name: string, options: ServiceOptions = {}): Promise<Server | undefined> {
  const world = worldOf(options);
  const { declaration, directory } = locate(world, name);
  const record = await readRecord(directory);
  return record === undefined ? undefined : new Server(world, declaration, directory, record);
}

/**
 * The server that we started from packages for this address; undefined if somebody else's server is there, or none.
 * Faults strike what this returns, and nothing else.
 */
export async function ownedService(url: string, options: ServiceOptions = {}): Promise<RunningService | undefined> {
  for (const { name } of worldOf(options).declarations) {
    const service = await runningService(name, options);
    if (service !== undefined && isSameServer(service.url, url)) return service;
  }
  return undefined;
}

/** Whether two addresses are of one server of this machine; what comes after host and port is no matter. */
export function isSameServer(ours: string, theirs: string): boolean {
  // An address of several hosts is none that a URL can be parsed from.
  if (!URL.canParse(ours) || !URL.canParse(theirs)) return false;
  const [own, other] = [new URL(ours), new URL(theirs)];
  if (own.protocol !== other.protocol) return false;
  return ['127.0.0.1', 'localhost'].includes(other.hostname) && own.port === other.port;
}

async function start(
  world: ServiceWorld,
  declaration: ServiceDeclaration,
  directory: string,
  before: ServiceRecord | undefined,
): Promise<RunningService> {
  const { name } = declaration;
  const portOffset = world.portOffset ?? 0;
  await requireFreePorts(
    name,
    declaration.ports.map((port) => port + portOffset),
  );
  requireOwnData(directory, before);
  const installation = await declaration.install(new PackageInstaller(world));
  world.signal.throwIfAborted();
  const { version, serve, companions } = installation;
  const hasData = before?.formatted === true && before.version === version && before.portOffset === portOffset;
  const record: ServiceRecord = {
    name,
    version,
    url: declaration.url(clientPort(declaration, portOffset)),
    portOffset,
    serve: plain(serve),
    formatted: hasData,
    ...(companions === undefined
      ? {}
      : { companions: companions.map((each) => ({ name: each.name, serve: plain(each.serve) })) }),
  };
  await writeRecord(directory, record);
  await writeFiles(directory, declaration.files(portOffset, directory));
  world.say(`${name}: starting version ${version}`);
  if (!hasData) await makeData(world, directory, name, installation);
  await writeRecord(directory, { ...record, formatted: true });
  const server = new Server(world, declaration, directory, record);
  await server.launch(world.signal);
  return server;
}

function plain({ file, args, yields }: Command): ServiceRecord['serve'] {
  return { file, args: [...args], ...(yields === undefined ? {} : { yields }) };
}

async function makeData(world: ServiceWorld, directory: string, name: string, plan: Installation): Promise<void> {
  await rm(join(directory, 'data'), { recursive: true, force: true });
  await mkdir(join(directory, 'data'), { mode: 0o700 });
  if (plan.format === undefined) return;
  const { environment, signal } = world;
  const ended = await runToEnd(plan.format, { environment, signal, timeoutMs: FORMAT_MS, cwd: directory });
  if (ended.code === 0) return;
  const said = lastLines(`${ended.stdout}\n${ended.stderr}`, 6);
  const remedy = 'Free some memory and disk, and try again.';
  throw new BenchError('OB_SERVICE_FAILED', `${name} could not make its data: ${said}`, remedy);
}

async function writeFiles(directory: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
}

/** A folder that a user named may be any; what is not ours is not removed. */
function requireOwnData(directory: string, record: ServiceRecord | undefined): void {
  if (record !== undefined || !existsSync(join(directory, 'data'))) return;
  throw new BenchError(
    'OB_CONFLICT',
    `${join(directory, 'data')} is there already, and omegabench has not made it`,
    'Name another folder with --directory DIR, or remove it.',
  );
}

function requireSameOffset(world: ServiceWorld, record: ServiceRecord): void {
  if (world.portOffset === undefined || world.portOffset === record.portOffset) return;
  throw new BenchError(
    'OB_CONFLICT',
    `${record.name} is up already with --port-offset ${record.portOffset}, not ${world.portOffset}`,
    `Take it down first, or start another one in a folder of its own with --directory DIR.`,
  );
}
