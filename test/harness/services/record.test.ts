/** What is written about a running service, and that one command at a time works on it. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { markOf } from '../../../harness/services/process-mark.ts';
import {
  readRecord,
  runningProcess,
  type ServiceRecord,
  withLock,
  writeRecord,
} from '../../../harness/services/record.ts';
import { withTemporaryDirectory } from '../../support/temporary-directory.ts';

const record: ServiceRecord = {
  name: 'redis',
  version: '7.0.15',
  url: 'redis://127.0.0.1:16379/0',
  portOffset: 0,
  serve: { file: '/usr/bin/redis-server', args: ['conf/redis.conf'] },
  formatted: true,
};

test('a record is read as it was written', async () => {
  await withTemporaryDirectory(async (directory) => {
    expect(await readRecord(directory)).toBeUndefined();
    const written = { ...record, process: { pid: 12, start: '34 ticks after boot x', sinceMs: 56 } };
    await writeRecord(directory, written);
    expect(await readRecord(directory)).toEqual(written);
  });
});

test.each(['{"name":"redis"}', 'no JSON', '{"pid":1}'])('a file that is no record is refused: %s', async (text) => {
  await withTemporaryDirectory(async (directory) => {
    writeFileSync(join(directory, 'service.json'), text);
    await expect(readRecord(directory)).rejects.toThrow('is no record of a service');
  });
});

test('the process of a record counts only while it is the one that was started', () => {
  const mark = markOf(process.pid) as { pid: number; start: string };
  expect(runningProcess({ ...record, process: { ...mark, sinceMs: 1 } })).toEqual(mark);
  expect(runningProcess({ ...record, process: { ...mark, start: 'earlier', sinceMs: 1 } })).toBeUndefined();
  expect(runningProcess(record)).toBeUndefined();
});

test('a second command is refused while the first is at work, and not afterwards', async () => {
  await withTemporaryDirectory(async (directory) => {
    await withLock(directory, async () => {
      await expect(withLock(directory, async () => 'second')).rejects.toThrow(`process ${process.pid} is at work in`);
    });
    expect(await withLock(directory, async () => 'second')).toBe('second');
    await expect(withLock(directory, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(await withLock(directory, async () => 'third')).toBe('third');
    expect(existsSync(join(directory, 'starting.json'))).toBe(false);
  });
});

test('the lock of a command that was killed holds nobody up', async () => {
  await withTemporaryDirectory(async (directory) => {
    writeFileSync(
      join(directory, 'starting.json'),
      JSON.stringify({ pid: process.pid, start: 'before the last boot' }),
    );
    expect(await withLock(directory, async () => 'mine')).toBe('mine');
    writeFileSync(join(directory, 'starting.json'), 'torn');
    expect(await withLock(directory, async () => 'mine')).toBe('mine');
  });
});
