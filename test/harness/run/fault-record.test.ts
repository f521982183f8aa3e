import { describe, expect, test } from '@jest/globals';
import type { CrashRecord, PlannedCrash } from '../../../harness/faults/crash-plan.ts';
import type { ProbeRecord } from '../../../harness/measure/probe-log.ts';
import { faultRecord } from '../../../harness/run/fault-record.ts';
import type { JobEvent } from '../../../substrates/stream-engine/stream-engine.ts';

const crash: PlannedCrash = { id: 'mid-flush', failpoint: 'mid-flush', partition: 1, fromOffset: 0, hit: 2 };
const record: CrashRecord = {
  id: 'mid-flush',
  worker: 1,
  epoch: 3,
  stage: 0,
  partition: 1,
  offset: 777,
  hit: 2,
  atMs: 1500,
};

const exited = (epoch: number, atMs: number, signal: string | null = 'SIGKILL', worker = 1): JobEvent => ({
  kind: 'exited',
  atMs,
  worker,
  epoch,
  code: null,
  signal,
});
const caughtUp = (epoch: number, atMs: number, replayedEvents: number, partition = 1): JobEvent => ({
  kind: 'caught-up',
  atMs,
  worker: 1,
  epoch,
  partition,
  replayedEvents,
});
const probe = (sentMs: number, answeredPartitions: number): ProbeRecord => ({
  intendedMs: sentMs - 1,
  sentMs,
  atMs: sentMs + 5,
  outcome: 'answered',
  partitions: 4,
  answeredPartitions,
  wrongPartitions: 0,
});

const seen = (events: JobEvent[], probes: ProbeRecord[] = []) => ({ events, probes, startMs: 1000 });
const NOT_BITTEN = {
  kind: 'crash',
  trigger: 'SIGKILL at the 2nd mid-flush of partition 1',
  bit: false,
  evidence: {},
};

describe('the record of a crash', () => {
  test('says where it struck, and how long until it was noticed, answered and caught up', () => {
    const events = [exited(3, 1520), caughtUp(4, 1900, 250), caughtUp(4, 1950, 50, 3)];
    const probes = [probe(1510, 4), probe(1600, 2), probe(1700, 4), probe(1800, 4)];
    expect(faultRecord(crash, [record], seen(events, probes))).toEqual({
      ...NOT_BITTEN,
      bit: true,
      at: { partition: 1, offset: 777 },
      atMs: 500,
      evidence: {
        signal: 'SIGKILL',
        failpoint: 'mid-flush',
        hit: 2,
        detectedMs: 20,
        firstAnswerMs: 205,
        replayedEvents: 300,
        caughtUpMs: 450,
      },
    });
  });

  test('is without evidence if the victim wrote nothing down, or nobody saw it killed', () => {
    expect(faultRecord(crash, [], seen([exited(3, 1520)]))).toEqual(NOT_BITTEN);
    expect(faultRecord(crash, [{ ...record, id: 'other' }], seen([exited(3, 1520)]))).toEqual(NOT_BITTEN);
    expect(faultRecord(crash, [record], seen([]))).toEqual(NOT_BITTEN);
    expect(faultRecord(crash, [record], seen([exited(3, 1520, null)]))).toEqual(NOT_BITTEN);
    expect(faultRecord(crash, [record], seen([exited(2, 1520), exited(3, 1520, 'SIGKILL', 0)]))).toEqual(NOT_BITTEN);
  });

  test('takes the recovery from the first successor that caught up, for one may die while it restores', () => {
    const events = [exited(3, 1520), exited(4, 1600), caughtUp(5, 2000, 70), caughtUp(6, 9000, 5)];
    expect(faultRecord(crash, [record], seen(events)).evidence).toMatchObject({
      detectedMs: 20,
      replayedEvents: 70,
      caughtUpMs: 500,
    });
  });

  test('counts what was read again from where the victim died, not from what it had reported last', () => {
    const restored = (epoch: number, fromOffset: number, partition = 1): JobEvent => {
      const position = { stage: 0, partition, fromOffset, coveredEvents: fromOffset, restored: 'f', rejected: [] };
      return { kind: 'restored', atMs: 1800, worker: 1, epoch, ...position };
    };
    const replayed = (...events: JobEvent[]) =>
      faultRecord(crash, [record], seen([exited(3, 1520), ...events])).evidence.replayedEvents;
    expect(replayed(restored(4, 700), caughtUp(4, 1900, 0))).toBe(77);
    expect(replayed(restored(4, 700), restored(4, 0, 3), caughtUp(4, 1900, 0), caughtUp(4, 1900, 5, 3))).toBe(82);
    expect(replayed(restored(4, 777), caughtUp(4, 1900, 0))).toBe(0);
  });

  test('leaves out what never came', () => {
    const { bit, evidence } = faultRecord(crash, [record], seen([exited(3, 1520)], [probe(1600, 3)]));
    expect(bit).toBe(true);
    expect(Object.keys(evidence)).toEqual(['signal', 'failpoint', 'hit', 'detectedMs']);
  });
});
