import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readTrace, TraceError } from '../../generators/trace-file.ts';

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'omegabench-trace-file-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function fileOf(name: string, content: string | Uint8Array): Promise<string> {
  const file = join(directory, name);
  await writeFile(file, content);
  return file;
}

type Read = [string, number, number];

async function read(name: string, content: string | Uint8Array): Promise<Read[]> {
  const rows: Read[] = [];
  const file = await fileOf(name, content);
  const count = await readTrace(file, (tweetId, eventTimeMs, line) => rows.push([tweetId, eventTimeMs, line]));
  expect(count).toBe(rows.length);
  return rows;
}

async function failure(name: string, content: string | Uint8Array): Promise<TraceError> {
  const error = await read(name, content).catch((reason: unknown) => reason);
  if (!(error instanceof TraceError)) throw new Error(`expected a TraceError, got ${String(error)}`);
  return error;
}

describe('reading a trace file', () => {
  const rows: Read[] = [
    ['20', 1000, 1],
    ['a,b', 2000, 2],
  ];

  test('reads CSV with and without its header, and the last line without its end', async () => {
    expect(await read('a.csv', '20,1000\n"a,b",2000\n')).toEqual(rows);
    expect(await read('b.csv', '20,1000\r\n"a,b",2000')).toEqual(rows);
    expect(await read('c.csv', 'tweetId,eventTimeMs\n20,1000\n')).toEqual([['20', 1000, 2]]);
    expect(await read('d.csv', '\uFEFFtweetId,eventTimeMs\r\n20,1000\r\n')).toEqual([['20', 1000, 2]]);
  });

  test('reads NDJSON by either extension', async () => {
    const text = '{"tweetId":20,"eventTimeMs":1000}\n{"eventTimeMs":2000,"tweetId":"a,b"}\n';
    expect(await read('a.ndjson', text)).toEqual(rows);
    expect(await read('a.jsonl', text)).toEqual(rows);
  });

  test('tells the format by the first line where the extension does not', async () => {
    expect(await read('a.txt', '20,1000\n"a,b",2000\n')).toEqual(rows);
    expect(await read('trace', '\n{"tweetId":20,"eventTimeMs":1000}\n')).toEqual([['20', 1000, 2]]);
  });

  test('unzips gzip, with and without the extension that says so', async () => {
    expect(await read('a.csv.gz', gzipSync('20,1000\n"a,b",2000\n'))).toEqual(rows);
    expect(await read('b.csv', gzipSync('20,1000\n"a,b",2000\n'))).toEqual(rows);
    expect(await read('a.ndjson.gz', gzipSync('{"tweetId":20,"eventTimeMs":1000}\n'))).toEqual([['20', 1000, 1]]);
  });

  test('skips blank lines and still counts them', async () => {
    expect(await read('blank.csv', '20,1000\n\n  \n30,1000\n\n')).toEqual([
      ['20', 1000, 1],
      ['30', 1000, 4],
    ]);
  });

  test('reads lines and characters of several bytes that lie across the pieces in which a file is read', async () => {
    const expected: Read[] = Array.from({ length: 60_000 }, (_, i) => [`vidéo-日本-${i}`, 1000 + i, i + 1]);
    const text = expected.map(([id, time]) => `${id},${time}\n`).join('');
    expect(await read('long.csv', text)).toEqual(expected);
  });
});

describe('a file that is not a trace', () => {
  test('is refused with file, line, what was expected and what was found', async () => {
    const error = await failure('bad.csv', 'tweetId,eventTimeMs\n20,1000\n21,noon\n22,1000\n');
    expect(error.line).toBe(3);
    expect(error.message).toBe(
      `trace ${join(directory, 'bad.csv')}, line 3: ` +
        'expected eventTimeMs to be whole milliseconds from 0 to 8640000000000000, found noon',
    );
    expect((await failure('bad.ndjson', '{"tweetId":"a","eventTimeMs":1}\n\nnonsense\n')).line).toBe(3);
  });

  test('is refused if a header comes anywhere but first', async () => {
    expect((await failure('twice.csv', '20,1000\ntweetId,eventTimeMs\n')).line).toBe(2);
  });

  test('is refused if it has no impressions', async () => {
    for (const content of ['', '\n\n', 'tweetId,eventTimeMs\n', gzipSync('')]) {
      const error = await failure('empty.csv', content);
      expect(error.message).toMatch(/expected at least one impression, found none: the trace is empty/);
    }
  });

  test('is refused at the line of the first byte that is not UTF-8', async () => {
    const content = Buffer.concat([Buffer.from('20,1000\n21,1000\n'), Buffer.from([0xff, 0x2c, 0x35, 0x0a])]);
    const error = await failure('latin.csv', content);
    expect(error.line).toBe(3);
    expect(error.message).toMatch(/expected UTF-8/);
  });

  test('is refused if its gzip data is cut short', async () => {
    const whole = gzipSync(Array.from({ length: 1000 }, (_, i) => `${i * i},${i}\n`).join(''));
    const error = await failure('cut.csv.gz', whole.subarray(0, whole.length / 2));
    expect(error.message).toMatch(/gzip data is damaged or cut short/);
  });

  test('is refused if it has a line without end', async () => {
    const error = await failure('endless.csv', `20,1000\n${'x'.repeat(2_000_000)}`);
    expect(error.line).toBe(2);
    expect(error.message).toMatch(/more than 1048576 bytes/);
  });

  test('is refused if it is not there or is a directory', async () => {
    const missing = join(directory, 'missing.csv');
    await expect(readTrace(missing, () => undefined)).rejects.toThrow(`trace ${missing}: there is no such file`);
    await expect(readTrace(directory, () => undefined)).rejects.toThrow(/this is a directory/);
  });

  test('hands on as it is what the visitor throws', async () => {
    const file = await fileOf('fine.csv', '20,1000\n');
    const stop = new RangeError('enough');
    const visit = () => {
      throw stop;
    };
    await expect(readTrace(file, visit)).rejects.toBe(stop);
  });
});
