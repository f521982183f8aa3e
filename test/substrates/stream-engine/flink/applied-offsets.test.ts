/** What increments have applied when their job falls; the note on Redis is played by a file of figures. */
import { describe, expect, test } from '@jest/globals';
import { AppliedOffsets } from '../../../../substrates/stream-engine/flink/applied-offsets.ts';

function noted(notes: readonly number[]): AppliedOffsets {
  const left = [...notes];
  return new AppliedOffsets(
    async () => new Map([[0, left.length > 1 ? (left.shift() as number) : (left[0] as number)]]),
    1,
  );
}

describe('what a job had applied', () => {
  test('is the note that stood while it stood still, to the event', async () => {
    const applied = noted([900, 1000, 1000]);
    for (let look = 0; look < 3; look++) await applied.note();
    expect(applied.restored(0, 600, 950, 5000)).toEqual({ atLeast: 1000, atMost: 1000 });
  });

  test('is known of each fall by itself', async () => {
    const applied = noted([1000, 1800]);
    await applied.note();
    applied.restored(0, 600, 1000, 5000);
    await applied.note();
    expect(applied.restored(0, 1500, 1800, 5000)).toEqual({ atLeast: 1800, atMost: 1800 });
  });

  test('is what was restored, if it fell again before it wrote anything: the note is that of the fall before', async () => {
    const applied = noted([1000]);
    await applied.note();
    applied.restored(0, 600, 1000, 5000);
    await applied.note();
    expect(applied.restored(0, 600, 600, 5000)).toEqual({ atLeast: 600, atMost: 600 });
  });

  test('lies between the checkpoint and the end of the log where nobody notes it', async () => {
    const applied = new AppliedOffsets(undefined, 1);
    await applied.note();
    expect(applied.restored(0, 600, 950, 5000)).toEqual({ atLeast: 600, atMost: 5000 });
  });

  test('is not known of a fall during which the store could not be asked', async () => {
    const applied = new AppliedOffsets(() => Promise.reject(new Error('away')), 1);
    await applied.note();
    expect(applied.restored(0, 600, 950, 5000)).toEqual({ atLeast: 600, atMost: 5000 });
  });
});
