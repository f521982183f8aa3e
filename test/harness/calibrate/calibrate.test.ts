/** Calibration gives a rate for every ceiling, counts only timed work, and leaves the folder to its owner. */
import { expect, test } from '@jest/globals';
import { calibrate, calibrationOf } from '../../../harness/calibrate/calibrate.ts';
import { calibrationSchema } from '../../../harness/results/schema.ts';
import { withTemporaryDirectory } from '../../support/temporary-directory.ts';

/** Two or three seconds of work on a quiet machine; the limit is for a busy one. */
const LIMIT_MS = 60_000;

test(
  'every ceiling of a result is measured, each over several calls',
  async () => {
    await withTemporaryDirectory(async (directory) => {
      const phases: string[] = [];
      const report = await calibrate({
        directory,
        quick: true,
        progress: { phase: (_name, detail) => phases.push(detail), update() {}, warn() {}, done() {} },
      });
      expect(Object.keys(calibrationOf(report)).sort()).toEqual(Object.keys(calibrationSchema.shape).sort());
      expect(phases).toEqual(report.ceilings.map((ceiling) => ceiling.what));
      for (const ceiling of report.ceilings) {
        expect(ceiling.unitsPerSecond).toBeGreaterThan(0);
        expect(ceiling.samples).toBeGreaterThan(0);
        expect(ceiling.rme).toBeGreaterThanOrEqual(0);
      }
      expect(calibrationSchema.parse(calibrationOf(report))).toEqual(calibrationOf(report));
    });
  },
  LIMIT_MS,
);

test('an abort ends it with the reason', async () => {
  await withTemporaryDirectory(async (directory) => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(calibrate({ directory, quick: true, signal })).rejects.toThrow('enough');
  });
});
