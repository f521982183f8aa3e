/**
 * An LMDB environment as omegabench uses it: one directory with two databases, `counters` for the rows and `control`
 * for fences and markers, opened by any number of processes and handles at a time. Writers exclude each other by
 * LMDB's robust mutex, which survives a writer that is killed; readers never wait.
 */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Database, open, type RootDatabase, TransactionFlags } from 'lmdb';
import { Gate } from './gate.ts';

export interface Environment {
  root: RootDatabase<Buffer, Buffer>;
  counters: Database<Buffer, Buffer>;
  control: Database<Buffer, Buffer>;
  /** Passed by every write transaction, as by every opening. */
  gate: Gate;
  /** What `transactionSync` takes so that a commit is as durable as was asked for. */
  transactionFlags: number;
  settings: Readonly<Record<string, string>>;
}

/** Address space, not disk: far beyond any run, so that the map never has to be moved while other processes use it. */
const MAP_GIB = 16;

/**
 * 8 KiB pages: as fast as LMDB's 4 KiB for batches of 100 and 1,000 increments and a sixth faster for 10,000. 16 KiB
 * would win more there but triples what a batch of 1,000 writes to the disk.
 */
const PAGE_BYTES = 8192;

const DURABILITY = {
  sync: 'a commit is on the disk when it returns (LMDB default: one fdatasync a transaction)',
  noSync: 'no sync, writable memory map: a commit survives the death of the process, not of the machine',
};

/** Opens `directory`, which is made if it does not exist. Throws if it cannot be written or holds something else. */
export function openEnvironment(directory: string, sync: boolean): Environment {
  prepareDirectory(directory);
  try {
    const gate = new Gate(join(directory, 'gate'));
    return { ...gate.pass(() => openDatabases(directory, sync)), gate };
  } catch (error) {
    throw explainLmdbError(error, directory);
  }
}

function openDatabases(directory: string, sync: boolean): Omit<Environment, 'gate'> {
  const root = open<Buffer, Buffer>({
    path: directory,
    noSubdir: false,
    encoding: 'binary',
    keyEncoding: 'binary',
    cache: false,
    mapSize: MAP_GIB * 2 ** 30,
    pageSize: PAGE_BYTES,
    maxDbs: 2,
    // A commit is durable before it returns; lmdb's default would flush after it has returned.
    overlappingSync: false,
    // Without sync there is nothing to order, so that pages may be written in place: 40 to 50 % faster than through
    // `pwrite`.
    useWritemap: !sync,
  });
  const options = { encoding: 'binary', keyEncoding: 'binary', cache: false } as const;
  return {
    root,
    counters: root.openDB<Buffer, Buffer>('counters', options),
    control: root.openDB<Buffer, Buffer>('control', options),
    transactionFlags: TransactionFlags.SYNCHRONOUS_COMMIT | (sync ? 0 : TransactionFlags.NO_SYNC_FLUSH),
    settings: {
      engine: `LMDB, npm lmdb ${libraryVersion()}`,
      durability: sync ? DURABILITY.sync : DURABILITY.noSync,
      mapSize: `${MAP_GIB} GiB`,
      pageSize: `${PAGE_BYTES} B`,
    },
  };
}

/** An error of the binding as a sentence that says what to do. */
export function explainLmdbError(error: unknown, directory: string): Error {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return new Error(`key/value store in ${directory}: ${String(message)}; ${adviceFor(code)}`, { cause: error });
}

const MDB_MAP_FULL = -30792;
const MDB_READERS_FULL = -30790;
const ENOMEM = 12;
const ENOSPC = 28;

function adviceFor(code: unknown): string {
  switch (code) {
    case MDB_MAP_FULL:
      return `it has grown to its limit of ${MAP_GIB} GiB: use a shorter run, a lower rate or fewer distinct tweets`;
    case ENOSPC:
      return 'the disk is full: free some space, or choose a folder on another disk';
    case MDB_READERS_FULL:
      return 'too many processes have it open: close some of them';
    case ENOMEM:
      return `${MAP_GIB} GiB of address space could not be mapped: raise the limit (ulimit -v unlimited)`;
    default:
      return 'choose another folder, or remove this one if nothing in it is needed';
  }
}

// The binding does not survive an open that fails late (it crashes the process): what can be known before is checked
// before.
function prepareDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true });
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `key/value store: the folder ${directory} cannot be written (${reason}); choose a folder that you may write to`,
      { cause: error },
    );
  }
  const file = join(directory, 'data.mdb');
  if (existsSync(file) && !looksLikeLmdb(file)) {
    throw new Error(`key/value store: ${file} is not a store of omegabench; choose another folder, or remove the file`);
  }
}

const META_MAGIC = 0xbeefc0de;
const META_MAGIC_POSITION = 24;

/** True for a file of the binding's format, and for one that another process is just creating (all zeros). */
function looksLikeLmdb(file: string): boolean {
  if (!statSync(file).isFile()) return false;
  const head = Buffer.alloc(64);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, head, 0, head.length, 0);
  } finally {
    closeSync(descriptor);
  }
  return head.readUInt32LE(META_MAGIC_POSITION) === META_MAGIC || head.every((byte) => byte === 0);
}

/** The version of the npm package, which its exports do not show. */
function libraryVersion(): string {
  for (let folder = dirname(createRequire(import.meta.url).resolve('lmdb')); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest)) {
      const { name, version } = JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string; version?: string };
      if (name === 'lmdb' && version !== undefined) return version;
    }
    if (folder === dirname(folder)) return 'of unknown version';
  }
}
