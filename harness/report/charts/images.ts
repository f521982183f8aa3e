/**
 * PNG charts by Chart.js in Node. The font comes with the package: on a machine without fonts, text would be left
 * out without an error.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { GlobalFonts } from '@napi-rs/canvas';
import { ChartJSNodeCanvas } from 'chartjs-node-canvas';
import type { Result } from '../../results/schema.ts';
import { formatRate } from '../format.ts';
import { commandsPerEventChart, errorsChart, throughputChart } from './bar-charts.ts';
import { chartConfig } from './chart-config.ts';
import { freshnessChart } from './line-charts.ts';
import type { ChartSpec } from './spec.ts';
import { imageTheme } from './themes.ts';

export const imageFont = 'Report Sans';
export const imageSize = { width: 1200, height: 700 };

/** The images of a report, by file name. */
export function imageCharts(result: Result): Record<string, ChartSpec> {
  return {
    'kv-commands.png': commandsPerEventChart(result),
    'freshness.png': freshnessChart(result),
    'double-counting.png': errorsChart(result),
    'throughput.png': throughputChart(result),
  };
}

/** Draws a chart; PNG bytes. The line below the title says where the figures are from. */
export async function drawImage(spec: ChartSpec, result: Result): Promise<Buffer> {
  const { config, environment } = result;
  const offered = `${formatRate(config.ratePerSecond)} offered`;
  const subtitle = `omegabench, run ${result.runId}: ${offered}, ${environment.cpuModel}, ${environment.cores} cores`;
  const theme = imageTheme(Object.keys(result.architectures), imageFont, subtitle);
  return canvas().renderToBuffer(chartConfig(spec, theme), 'image/png');
}

let shared: ChartJSNodeCanvas | undefined;

/** One instance, reused: each new one loads Chart.js afresh. */
function canvas(): ChartJSNodeCanvas {
  if (shared === undefined) {
    registerFonts();
    shared = new ChartJSNodeCanvas({ ...imageSize, backgroundColour: '#ffffff' });
  }
  return shared;
}

/** Registers DejaVu Sans under the charts' font name. Throws if it cannot be loaded. */
export function registerFonts(): void {
  if (GlobalFonts.has(imageFont)) return;
  const fonts = join(dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json')), 'ttf');
  for (const file of ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf']) {
    if (GlobalFonts.registerFromPath(join(fonts, file), imageFont) === null) {
      throw new Error(`cannot load the font ${join(fonts, file)}: reinstall the package dejavu-fonts-ttf`);
    }
  }
}
