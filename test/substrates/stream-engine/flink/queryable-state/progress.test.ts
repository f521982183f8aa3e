/** Progress markers: found under their keys, and the least of a partition is what is reflected. */
import { describe, expect, test } from '@jest/globals';
import type { LookupKeys, LookupSink } from '../../../../../substrates/stream-engine/flink/queryable-state/lookup.ts';
import {
  type ProgressMarker,
  readProgress,
} from '../../../../../substrates/stream-engine/flink/queryable-state/progress.ts';

const SHAPE = { stage: 1, partitions: 2, parallelism: 3, maxParallelism: 128 };
const AT_50: ProgressMarker = {
  offset: 50,
  countedEvents: 48,
  fingerprintSum: -7,
  lateDroppedEvents: 2,
  watermarkMs: 1_700_000_000_123,
  ended: false,
};

function markerBytes(marker: ProgressMarker, partition: number): Buffer {
  const { offset, countedEvents, fingerprintSum, lateDroppedEvents, watermarkMs, ended } = marker;
  const bytes = Buffer.alloc(45);
  [offset, countedEvents, fingerprintSum, lateDroppedEvents].forEach((value, i) => {
    bytes.writeBigInt64BE(BigInt(value), i * 8);
  });
  const watermark =
    watermarkMs === Infinity ? 2n ** 63n - 1n : watermarkMs === -Infinity ? -(2n ** 63n) : BigInt(watermarkMs);
  bytes.writeBigInt64BE(watermark, 32);
  bytes[40] = ended ? 1 : 0;
  bytes.writeInt32BE(partition, 41);
  return bytes;
}

/** State with these markers by key; keys not named are absent, `null` is unavailable. */
function stateOf(markers: ReadonlyMap<number, ProgressMarker | Uint8Array | null>) {
  const asked: { state: string; keys: number[] }[] = [];
  const look = async (state: string, keys: LookupKeys, sink: LookupSink): Promise<void> => {
    asked.push({ state, keys: [...keys.keyLo] });
    keys.keyLo.forEach((key, index) => {
      const marker = markers.get(key);
      if (marker === null) sink.unavailable(index);
      else if (marker === undefined) sink.absent(index);
      else {
        // Behind some other bytes, as it comes from a socket.
        const bytes = Buffer.concat([
          Buffer.alloc(5, 0xee),
          'watermarkMs' in marker ? markerBytes(marker, index % 2) : marker,
        ]);
        sink.found(index, bytes, 5, bytes.length - 5);
      }
    });
  };
  return { asked, client: { look } };
}

describe('progress', () => {
  test('is asked for under the keys that each subtask owns', async () => {
    const { asked, client } = stateOf(new Map());
    expect(await readProgress(client, SHAPE)).toEqual([
      { partition: 0, markers: [undefined, undefined, undefined], reflected: undefined },
      { partition: 1, markers: [undefined, undefined, undefined], reflected: undefined },
    ]);
    // The first two keys of subtasks 0, 1 and 2: see the test of key groups.
    expect(asked).toEqual([{ state: 'progress-1', keys: [4, 6, 9, 10, 0, 1] }]);
  });

  test('is as far as the slowest subtask', async () => {
    const at40 = { ...AT_50, offset: 40, countedEvents: 40, watermarkMs: -Infinity };
    const { client } = stateOf(
      new Map([
        [4, AT_50],
        [9, at40],
        [0, AT_50],
        [6, AT_50],
        [10, AT_50],
      ]),
    );
    const progress = await readProgress(client, SHAPE);
    expect(progress).toEqual([
      { partition: 0, markers: [AT_50, at40, AT_50], reflected: at40 },
      { partition: 1, markers: [AT_50, AT_50, undefined], reflected: undefined },
    ]);
  });

  test('has come to the end when every subtask has', async () => {
    const ended = { ...AT_50, watermarkMs: Infinity, ended: true };
    const all = stateOf(new Map([4, 9, 0, 6, 10, 1].map((key) => [key, ended])));
    expect((await readProgress(all.client, SHAPE))?.map(({ reflected }) => reflected?.ended)).toEqual([true, true]);
    const but = stateOf(new Map([4, 9, 0, 6, 10, 1].map((key) => [key, key === 9 ? AT_50 : ended])));
    expect((await readProgress(but.client, SHAPE))?.map(({ reflected }) => reflected?.ended)).toEqual([false, true]);
  });

  test('is unknown while a subtask cannot be asked', async () => {
    expect(await readProgress(stateOf(new Map([[4, null]])).client, SHAPE)).toBeUndefined();
  });

  test('is not read out of other bytes', async () => {
    await expect(readProgress(stateOf(new Map([[4, Buffer.alloc(41)]])).client, SHAPE)).rejects.toThrow(
      /41 bytes of state are not the progress marker of partition 0/,
    );
    const another = stateOf(new Map([[4, markerBytes(AT_50, 1)]]));
    await expect(readProgress(another.client, SHAPE)).rejects.toThrow(/not the progress marker of partition 0/);
  });
});
