import { describe, expect, test } from '@jest/globals';
import { ProbeLog, type ProbeRecord } from '../../../harness/measure/probe-log.ts';

const record = (intendedMs: number, changes: Partial<ProbeRecord> = {}): ProbeRecord => ({
  intendedMs,
  sentMs: intendedMs + 1,
  atMs: intendedMs + 3,
  outcome: 'answered',
  partitions: 4,
  answeredPartitions: 4,
  wrongPartitions: 0,
  ...changes,
});

function logOf(...records: ProbeRecord[]): ProbeLog {
  const log = new ProbeLog();
  for (const each of records) log.add(each);
  return log;
}

describe('the figures of a window', () => {
  test('hold the probes that were due in it', () => {
    const log = logOf(record(99), record(100), record(199), record(200));
    expect(log.figures(100, 200)?.probes).toBe(2);
    expect(log.figures(300, 400)).toBeUndefined();
  });

  test('give latency from the intended time and service time from sending, in microseconds', () => {
    const figures = logOf(record(0), record(10)).figures(0, 100);
    expect(figures?.latencyUs.maxValue).toBe(3000);
    expect(figures?.serviceUs.maxValue).toBe(2000);
    expect(figures?.latencyUs.totalCount).toBe(2);
  });

  test('clip no latency, an hour included', () => {
    const figures = logOf(record(0, { atMs: 3_600_000 })).figures(0, 100);
    expect(figures?.latencyUs.totalCount).toBe(1);
    const share = (figures?.latencyUs.maxValue ?? 0) / 3_600_000_000;
    expect(Math.abs(share - 1)).toBeLessThan(0.002);
  });

  test('leave refusals out of the latency but not time-outs', () => {
    const refused = record(0, { outcome: 'refused', answeredPartitions: 0 });
    const timedOut = record(10, { outcome: 'timed-out', answeredPartitions: 0, atMs: 1011 });
    const figures = logOf(refused, timedOut).figures(0, 100);
    expect(figures?.latencyUs.totalCount).toBe(1);
    expect(figures?.unanswered).toBe(2);
  });

  test('give the share of partitions that were answered, by second from the start of the window', () => {
    const log = logOf(record(600), record(1600, { answeredPartitions: 1 }), record(1700, { answeredPartitions: 3 }));
    const figures = log.figures(500, 3500);
    expect(figures?.perSecond).toEqual([
      { atMs: 500, availability: 1 },
      { atMs: 1500, availability: 0.5 },
    ]);
    expect(figures?.availability).toBeCloseTo(8 / 12, 12);
  });

  test('count a probe once that is both unanswered in part and wrong in part', () => {
    const figures = logOf(record(0, { answeredPartitions: 3, wrongPartitions: 2 })).figures(0, 1);
    expect(figures).toMatchObject({ unanswered: 1, wrong: 1 });
  });
});
