/** What is refused before work starts, with made-up facts, and the real facts in a folder of our own. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { BenchError } from '../../../harness/cli/bench-error.ts';
import { fileSystemFacts } from '../../../harness/config/file-system-facts.ts';
import { estimateBytes, type FileSystemFacts, preflight } from '../../../harness/config/preflight.ts';
import { resolveConfig } from '../../../harness/config/resolve.ts';
import type { RunConfig } from '../../../harness/config/run-config.ts';

const GIB = 1024 ** 3;

function config(flags: Record<string, string> = {}): RunConfig {
  return resolveConfig({
    flags: Object.fromEntries(Object.entries(flags).map(([flag, text]) => [flag, [text]])),
    known: { architectures: ['omega'], faults: ['crash'] },
    arguments: [],
  });
}

function facts(changes: Partial<FileSystemFacts> = {}): FileSystemFacts {
  return {
    unreadable: async () => undefined,
    fileBytes: async () => 1000,
    unwritable: async () => undefined,
    freeBytes: async () => 100 * GIB,
    ...changes,
  };
}

async function refusal(run: RunConfig, changes: Partial<FileSystemFacts>): Promise<[string, string, string]> {
  try {
    await preflight(run, facts(changes), '/somewhere');
  } catch (error) {
    if (error instanceof BenchError) return [error.code, error.message, error.remedy];
    throw error;
  }
  throw new Error('it was accepted');
}

describe('preflight', () => {
  test('accepts a run that can work', async () => {
    await expect(preflight(config({ trace: 'views.csv' }), facts(), '/somewhere')).resolves.toBeUndefined();
  });

  test('refuses a trace or an architecture that cannot be read, by its absolute path', async () => {
    const asked: string[] = [];
    const unreadable = async (path: string) => {
      asked.push(path);
      return 'there is no such file';
    };
    expect(await refusal(config({ trace: 'views.csv' }), { unreadable })).toEqual([
      'OB_FILE_UNREADABLE',
      '--trace views.csv cannot be read: there is no such file',
      'Give a CSV or NDJSON file of tweetId,eventTimeMs that this user can read.',
    ]);
    expect(await refusal(config({ architecture: '/opt/mine.js' }), { unreadable })).toEqual([
      'OB_FILE_UNREADABLE',
      '--architecture /opt/mine.js cannot be read: there is no such file',
      'Names of registered architectures go in --architectures.',
    ]);
    expect(asked).toEqual(['/somewhere/views.csv', '/opt/mine.js']);
  });

  test('refuses folders that cannot be written', async () => {
    expect(await refusal(config({ out: '/somewhere/x' }), { unwritable: async () => 'permission denied' })).toEqual([
      'OB_OUT_NOT_WRITABLE',
      '--out /somewhere/x cannot be written: permission denied',
      'Choose a folder that this user can write, such as --out ~/omegabench.',
    ]);
    const onlyCounts = async (path: string) => (path === '/somewhere/counts' ? 'the disk is read-only' : undefined);
    expect((await refusal(config({ 'export-counts': 'counts' }), { unwritable: onlyCounts }))[1]).toBe(
      '--export-counts counts cannot be written: the disk is read-only',
    );
  });

  test('refuses a disk that is too small, and says what to lower', async () => {
    const freeBytes = async () => 0.5 * GIB;
    expect(await refusal(config(), { freeBytes })).toEqual([
      'OB_DISK_TOO_SMALL',
      '--out results has 512 MiB free, and this run needs about 1.0 GiB: its largest log, of the capacity act, holds 40M impressions',
      'Free some space, choose another disk with --out, or lower --capacity-events.',
    ]);
    expect((await refusal(config({ rate: '5M' }), { freeBytes }))[2]).toBe(
      'Free some space, choose another disk with --out, or lower --rate, --hour or --act-hours.',
    );
    expect((await refusal(config({ 'common-rate': '5M' }), { freeBytes }))[2]).toBe(
      'Free some space, choose another disk with --out, or lower --common-rate, --hour or --act-hours.',
    );
  });

  test('asks for no room for a log that is on a server', async () => {
    const onKafka = config({ log: 'kafka://localhost:9092/x' });
    await expect(preflight(onKafka, facts({ freeBytes: async () => 1 }), '/somewhere')).resolves.toBeUndefined();
  });
});

describe('the estimate', () => {
  test('is the largest act: 14.4 bytes an event, two stores of 200 bytes for each 36 events, and 64 MiB', () => {
    const fixed = 64 * 1024 * 1024;
    expect(estimateBytes(config({ 'capacity-events': '36M' }), 0)).toBe(36e6 * 14.4 + 1e6 * 400 + fixed);
    expect(estimateBytes(config({ rate: '9M', hour: '1s' }), 0)).toBe(
      40e6 * 14.4 + Math.ceil((40e6 / 36) * 400) + fixed,
    );
    expect(estimateBytes(config({ rate: '18M', hour: '1s' }), 0)).toBe(72e6 * 14.4 + 2e6 * 400 + fixed);
  });

  test('takes a trace by its size, a gzipped one ten times over', () => {
    const plain = estimateBytes(config({ trace: 'a.csv' }), 1.2e9);
    expect(plain).toBe(1e8 * 14.4 + 1e8 * 400 + 64 * 1024 * 1024);
    expect(estimateBytes(config({ trace: 'a.csv.gz' }), 1.2e8)).toBe(plain);
  });
});

describe('the file system', () => {
  let directory = '';
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'preflight-'));
    await writeFile(join(directory, 'file'), 'four');
    await mkdir(join(directory, 'folder'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  test('says why a file cannot be read', async () => {
    expect(await fileSystemFacts.unreadable(join(directory, 'file'))).toBeUndefined();
    expect(await fileSystemFacts.unreadable(join(directory, 'none'))).toBe('there is no such file');
    expect(await fileSystemFacts.unreadable(join(directory, 'folder'))).toBe('it is not a file');
    expect(await fileSystemFacts.fileBytes(join(directory, 'file'))).toBe(4);
  });

  test('makes a folder that can be written and leaves nothing in it', async () => {
    const made = join(directory, 'a', 'b');
    expect(await fileSystemFacts.unwritable(made)).toBeUndefined();
    expect(await readdir(made)).toEqual([]);
  });

  test('says that a folder cannot be where a file is', async () => {
    expect(await fileSystemFacts.unwritable(join(directory, 'file'))).toBe('there is a file of that name');
    expect(await fileSystemFacts.unwritable(join(directory, 'file', 'below'))).toBe('a part of its path is a file');
  });

  test('knows the free bytes of a disk, even for a folder that is not there yet', async () => {
    expect(await fileSystemFacts.freeBytes(join(directory, 'not', 'yet'))).toBeGreaterThan(0);
  });
});
