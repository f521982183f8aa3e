import { describe, expect, test } from '@jest/globals';
import { unplannedRestarts, unplannedSilence } from '../../../harness/run/unplanned-restarts.ts';
import type { JobEvent } from '../../../substrates/stream-engine/stream-engine.ts';

const started: JobEvent = { kind: 'started', atMs: 1000, worker: 1, epoch: 1, pid: 7 };
const silent: JobEvent = { kind: 'silent', atMs: 10_800, worker: 1, epoch: 1, silentMs: 5012 };
const killed: JobEvent = { kind: 'exited', atMs: 10_900, worker: 1, epoch: 1, code: null, signal: 'SIGKILL' };
const ended: JobEvent = { kind: 'exited', atMs: 3000, worker: 0, epoch: 2, code: 13, signal: null };

describe('restarts that nobody asked for', () => {
  test('none where workers only start', () => {
    expect(unplannedRestarts([started], 1000)).toEqual([]);
    expect(unplannedSilence([started, ended])).toEqual([]);
  });

  test('a worker that fell silent is told once, with how long and when', () => {
    const sentence = 'worker 1 said nothing for 5.0 s and was replaced though nothing had been done to it';
    expect(unplannedRestarts([started, silent, killed], 1000)).toEqual([`${sentence}, 9.8 s after the start`]);
    expect(unplannedSilence([started, silent, killed])).toEqual([sentence]);
  });

  test('a worker that ended by itself is told with its code or signal', () => {
    expect(unplannedRestarts([started, ended], 1000)).toEqual([
      'worker 0 ended by itself (code 13) and was replaced, 2.0 s after the start',
    ]);
    expect(unplannedRestarts([started, { ...killed, epoch: 2 }, silent], 1000)).toHaveLength(2);
  });

  test('what the worker said of its end is told', () => {
    const note: JobEvent = { kind: 'note', atMs: 2990, worker: 0, epoch: 2, note: { error: 'no space left\nat x' } };
    expect(unplannedRestarts([started, note, ended], 1000)).toEqual([
      'worker 0 ended by itself (no space left) and was replaced, 2.0 s after the start',
    ]);
  });
});
