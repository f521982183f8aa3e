/** The charts as data, and the PNGs drawn from them. */

import { describe, expect, test } from '@jest/globals';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import {
  commandsPerEventChart,
  errorsChart,
  freshnessBarsChart,
  throughputChart,
} from '../../../harness/report/charts/bar-charts.ts';
import { drawImage, imageCharts, imageFont, imageSize, registerFonts } from '../../../harness/report/charts/images.ts';
import { failureCharts, lagChart, unexplainedCharts } from '../../../harness/report/charts/line-charts.ts';
import { inksOf } from '../../../harness/report/palette.ts';
import { resultFixture, withArchitecture } from '../../support/result-fixture.ts';

describe('the data of the charts', () => {
  test('omega-prime has 0 store commands, and no bar for a speed store', () => {
    const chart = commandsPerEventChart(resultFixture());
    const row = chart.inks.indexOf('omega-prime');
    expect(chart.series.map((series) => series.values[row])).toEqual([0, null]);
  });

  test('an architecture whose act was skipped has no figure, rather than 0', () => {
    const result = withArchitecture('omega-prime', (prime) => ({
      ...prime,
      steady: { state: 'skipped', reason: 'not asked for' },
      failure: { state: 'skipped', reason: 'not asked for' },
    }));
    const row = commandsPerEventChart(result).inks.indexOf('omega-prime');
    expect(commandsPerEventChart(result).series.map((series) => series.values[row])).toEqual([null, null]);
    expect(freshnessBarsChart(result).series.map((series) => series.values[row])).toEqual([null, null]);
  });

  test('every error that was found or predicted has a row, and who made none has one row of 0', () => {
    const chart = errorsChart(resultFixture());
    const rows = chart.labels.map((label, i) => [label.join(' '), ...chart.series.map((series) => series.values[i])]);
    expect(rows).toEqual([
      ['batch wrong hour', 3204, 3204],
      ['alpha double counted', 1412, 1412],
      ['lambda wrong hour', 3204, 3204],
      ['lambda speed store: double counted', 1630, 1630],
      ['beta no error', 0, null],
      ['omega no error', 0, null],
      ['omega-prime no error', 0, null],
    ]);
  });

  test('throughput shows alpha’s rungs beside its default', () => {
    const labels = throughputChart(resultFixture()).labels.map((label) => label.join(', '));
    expect(labels.slice(0, 5)).toEqual([
      'batch',
      'alpha',
      'alpha, 100 a transaction',
      'alpha, 10,000 a transaction',
      'alpha, no sync',
    ]);
  });

  test('lag is what was offered and is not reflected', () => {
    const alpha = lagChart(resultFixture()).series.find((series) => series.name === 'alpha');
    // 790 K/s are missing; after 20 s that is 15.8 M, and some events of ordinary delay.
    expect((alpha?.values[199] as number) / 1e6).toBeCloseTo(15.8, 1);
  });

  test('failure charts stand on one axis and carry the faults as bands', () => {
    const charts = failureCharts(resultFixture());
    expect(new Set(charts.map((chart) => `${chart.value.min} ${chart.value.max}`)).size).toBe(1);
    expect(charts[0]?.bands.filter((band) => band.kind === 'fault').map((band) => band.fromSeconds)).toEqual([10, 15]);
  });

  test('answers that nothing explains are a line each, and no chart where none were sampled', () => {
    const [chart, ...more] = unexplainedCharts(resultFixture());
    expect(more).toEqual([]);
    expect(chart?.series.map(({ name, values }) => [name, values[50], values[150]])).toEqual([
      ['batch', 0, 0],
      ['alpha', 0, 9],
      ['lambda', 0, 0],
      ['beta', 0, 0],
      ['omega', 0, 0],
      ['omega-prime', 0, 0],
    ]);
    const skipped = { state: 'skipped' as const, reason: 'not asked for' };
    const none = Object.entries(resultFixture().architectures).map(([name, of]) => [name, { ...of, failure: skipped }]);
    expect(unexplainedCharts(resultFixture({ architectures: Object.fromEntries(none) }))).toEqual([]);
  });

  test('each architecture has its own colour, a user’s own too', () => {
    const names = ['batch', 'alpha', 'lambda', 'beta', 'omega', 'omega-prime', 'mine', 'yours'];
    const inks = Object.values(inksOf(names));
    expect(new Set(inks.map((ink) => ink.light)).size).toBe(names.length);
    expect(new Set(inks.map((ink) => ink.dark)).size).toBe(names.length);
    expect(inksOf(['alpha']).alpha).toEqual(inksOf(names).alpha);
  });
});

describe('the PNG charts', () => {
  test('have a font of their own, so that text is never blank', () => {
    registerFonts();
    const context = createCanvas(10, 10).getContext('2d');
    context.font = `20px "${imageFont}"`;
    expect(context.measureText('σ µ ≤ W').width).toBeGreaterThan(0);
  });

  test('are drawn at their size, with a title and bars in the colours of the architectures', async () => {
    const result = resultFixture();
    for (const [file, spec] of Object.entries(imageCharts(result))) {
      const image = await loadImage(await drawImage(spec, result));
      expect([file, image.width, image.height]).toEqual([file, imageSize.width, imageSize.height]);
      const pixels = pixelsOf(image);
      const title = { top: 0, bottom: 52, left: 0, right: 420 };
      expect(count(pixels, title, ([r, g, b]) => r + g + b < 200)).toBeGreaterThan(300);
      // Alpha's vermillion, #d55e00.
      const whole = { top: 52, bottom: imageSize.height, left: 0, right: imageSize.width };
      expect(count(pixels, whole, ([r, g, b]) => r === 0xd5 && g === 0x5e && b === 0)).toBeGreaterThan(300);
    }
  });
});

interface Area {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

function pixelsOf(image: Awaited<ReturnType<typeof loadImage>>): Uint8ClampedArray {
  const context = createCanvas(image.width, image.height).getContext('2d');
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, image.width, image.height).data;
}

function count(pixels: Uint8ClampedArray, area: Area, is: (colour: [number, number, number]) => boolean): number {
  let found = 0;
  for (let y = area.top; y < area.bottom; y++) {
    for (let x = area.left; x < area.right; x++) {
      const at = (y * imageSize.width + x) * 4;
      if (is([pixels[at] as number, pixels[at + 1] as number, pixels[at + 2] as number])) found++;
    }
  }
  return found;
}
