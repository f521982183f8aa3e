/**
 * A chart's data and a theme, turned into what Chart.js draws. Runs in Node for the PNGs and in the reader's
 * browser for the page (where this file is inlined), so it imports nothing but the number formats.
 */
import type { Chart, ChartConfiguration, ChartDataset, Plugin, Scale } from 'chart.js';
import { formatCount, formatMs, formatPerEvent, formatQuantity, formatRate } from '../format.ts';
import type { Axis, BarSeries, BarSpec, ChartSpec, LineSpec, Theme, Unit } from './spec.ts';

const formats: Record<Unit, (value: number) => string> = {
  perSecond: formatRate,
  ms: formatMs,
  count: formatCount,
  perEvent: formatPerEvent,
  quantity: formatQuantity,
};

export function chartConfig(spec: ChartSpec, theme: Theme): ChartConfiguration {
  return spec.kind === 'bars' ? barConfig(spec, theme) : lineConfig(spec, theme);
}

function barConfig(spec: BarSpec, theme: Theme): ChartConfiguration {
  const datasets = spec.series.map((series): ChartDataset<'bar'> => {
    const colours = spec.inks.map((ink) => theme.architectures[ink]?.colour ?? theme.muted);
    return {
      label: series.name,
      // A logarithmic axis has no zero: the plugin writes it at the foot of the row.
      data: series.values.map((value) => (value === 0 && spec.value.logarithmic ? null : value)),
      backgroundColor: colours.map((colour) => fill(colour, series.style)),
      borderColor: colours,
      borderWidth: series.style === 'outline' ? 1.5 : 0,
      borderRadius: 3,
      borderSkipped: 'start',
      maxBarThickness: theme.fontSize * 2,
      categoryPercentage: 0.82,
      barPercentage: 0.9,
    };
  });
  return {
    type: 'bar',
    data: { labels: spec.labels.map((lines) => (lines.length === 1 ? lines[0] : lines)), datasets },
    options: {
      ...commonOptions(theme),
      indexAxis: 'y',
      skipNull: true,
      layout: { padding: padding(theme, labelRoom(spec, theme)) },
      scales: {
        x: valueScale({ ...spec.value, ...barRange(spec) }, theme),
        y: {
          grid: { display: false },
          border: { color: theme.grid },
          ticks: { color: theme.ink, font: font(theme), autoSkip: false },
        },
      },
      plugins: { ...commonPlugins(spec, theme), tooltip: barTooltip(spec) },
    },
    plugins: [barTexts(spec, theme)],
  } as ChartConfiguration;
}

function lineConfig(spec: LineSpec, theme: Theme): ChartConfiguration {
  const datasets = spec.series.map((series): ChartDataset<'line'> => {
    const ink = theme.architectures[series.ink];
    return {
      label: series.name,
      data: series.seconds.map((x, i) => ({ x, y: series.values[i] as number })),
      borderColor: ink?.colour ?? theme.muted,
      backgroundColor: ink?.colour ?? theme.muted,
      borderDash: spec.small ? [] : (ink?.dash ?? []),
      borderWidth: spec.small ? 1.75 : 2.25,
      pointRadius: 0,
      pointHitRadius: 12,
    };
  });
  const lastSecond = Math.max(1, ...spec.series.map((series) => series.seconds[series.seconds.length - 1] ?? 0));
  return {
    type: 'line',
    data: { datasets },
    options: {
      ...commonOptions(theme),
      layout: { padding: padding(theme, 8) },
      interaction: { mode: 'nearest', axis: 'x', intersect: false },
      scales: {
        x: {
          type: 'linear',
          min: 0,
          max: Math.ceil(lastSecond),
          title: { display: !spec.small, text: 'seconds since the act began', color: theme.muted, font: font(theme) },
          grid: { display: false },
          border: { color: theme.grid },
          ticks: {
            color: theme.muted,
            font: font(theme),
            maxTicksLimit: spec.small ? 5 : 11,
            callback: (value) => `${value} s`,
          },
        },
        y: valueScale(spec.value, theme, spec.small),
      },
      plugins: { ...commonPlugins(spec, theme), tooltip: lineTooltip(spec) },
    },
    plugins: [bands(spec, theme)],
  } as ChartConfiguration;
}

function padding(theme: Theme, right: number): Record<string, number> {
  const around = theme.showTitle ? 20 : 0;
  return { left: around, top: around, bottom: around, right: right + around };
}

function commonOptions(theme: Theme): Record<string, unknown> {
  return { responsive: !theme.showTitle, maintainAspectRatio: false, animation: false, locale: 'en' };
}

function commonPlugins(spec: ChartSpec, theme: Theme): Record<string, unknown> {
  const small = spec.kind === 'lines' && spec.small;
  const labels = {
    color: theme.ink,
    font: font(theme),
    boxWidth: spec.kind === 'bars' ? 14 : 30,
    boxHeight: spec.kind === 'bars' ? 10 : 0,
  };
  return {
    title: {
      display: theme.showTitle,
      text: spec.title,
      align: 'start',
      color: theme.ink,
      font: font(theme, 1.45, 'bold'),
      padding: { bottom: 4 },
    },
    subtitle: {
      display: theme.showTitle,
      text: theme.subtitle,
      align: 'start',
      color: theme.muted,
      font: font(theme, 0.94),
      padding: { bottom: 12 },
    },
    legend: {
      display: !small && spec.series.length > 1,
      align: 'start',
      labels:
        spec.kind === 'bars' ? { ...labels, generateLabels: (chart: Chart) => barLegend(chart, spec, theme) } : labels,
    },
  };
}

/** Bars take the colours of their rows, so the legend tells the series apart by shade alone. */
function barLegend(chart: Chart, spec: BarSpec, theme: Theme): unknown[] {
  return spec.series.map((series, datasetIndex) => ({
    text: series.name,
    datasetIndex,
    fontColor: theme.ink,
    fillStyle: fill(theme.muted, series.style),
    strokeStyle: theme.muted,
    lineWidth: series.style === 'outline' ? 1.5 : 0,
    hidden: !chart.isDatasetVisible(datasetIndex),
  }));
}

function valueScale(axis: Axis, theme: Theme, small = false): Record<string, unknown> {
  return {
    type: axis.logarithmic ? 'logarithmic' : 'linear',
    min: axis.min,
    max: axis.max,
    title: { display: !small && !theme.narrow, text: axis.title, color: theme.muted, font: font(theme) },
    grid: { color: theme.grid },
    border: { display: false },
    ticks: {
      color: theme.muted,
      font: font(theme),
      callback: (value: number | string) => formats[axis.unit](Number(value)),
    },
    ...(axis.logarithmic ? { afterBuildTicks: keepPowersOfTen } : {}),
  };
}

/** A decade a tick: the lines between them say little and crowd the axis. */
function keepPowersOfTen(scale: { min: number; max: number; ticks: { value: number }[] }): void {
  const decades: { value: number }[] = [];
  const last = Math.floor(Math.log10(scale.max) + 1e-9);
  for (let power = Math.ceil(Math.log10(scale.min) - 1e-9); power <= last; power++)
    decades.push({ value: 10 ** power });
  if (decades.length > 1) scale.ticks = decades;
}

/** Logarithmic bars start at the decade below the least figure, so that the least still has a bar. */
function barRange(spec: BarSpec): { min?: number; max?: number } {
  if (!spec.value.logarithmic) return { min: 0 };
  const positive = spec.series.flatMap((series) =>
    series.values.filter((value) => value !== null && value > 0),
  ) as number[];
  if (positive.length === 0) return { min: 1, max: 10 };
  const least = Math.min(...positive);
  return { min: 10 ** Math.floor(Math.log10(least / 1.5)), max: Math.max(...positive) * 1.05 };
}

function font(theme: Theme, size = 1, weight: 'normal' | 'bold' = 'normal'): Record<string, unknown> {
  return { family: theme.font, size: Math.round(theme.fontSize * size), weight };
}

function fill(colour: string, style: BarSeries['style']): string {
  return style === 'solid' ? colour : style === 'light' ? `${colour}73` : `${colour}00`;
}

function shownText(spec: BarSpec, series: BarSeries, row: number, theme: Theme): string {
  const text = textOf(spec, series, row);
  return theme.narrow ? text.replace(/ {2}\(.*\)$/, '') : text;
}

function textOf(spec: BarSpec, series: BarSeries, row: number): string {
  const value = series.values[row];
  if (value === null || value === undefined) return '';
  return series.texts?.[row] ?? formats[spec.value.unit](value);
}

/** Room at the right for the longest text, by the usual width of a character. */
function labelRoom(spec: BarSpec, theme: Theme): number {
  const longest = Math.max(
    0,
    ...spec.series.flatMap((series) => series.values.map((_, row) => shownText(spec, series, row, theme).length)),
  );
  return Math.ceil(longest * theme.fontSize * 0.56) + 10;
}

/** Writes each figure at the end of its bar; a zero at the foot of its row. */
function barTexts(spec: BarSpec, theme: Theme): Plugin {
  return {
    id: 'barTexts',
    afterDatasetsDraw(chart) {
      const { ctx } = chart;
      const foot = chart.chartArea.left;
      const rows = chart.scales.y as Scale;
      ctx.save();
      ctx.font = `${theme.fontSize}px ${theme.font}`;
      ctx.fillStyle = theme.ink;
      ctx.textBaseline = 'middle';
      spec.series.forEach((series, i) => {
        if (!chart.isDatasetVisible(i)) return;
        chart.getDatasetMeta(i).data.forEach((bar, row) => {
          const text = shownText(spec, series, row, theme);
          if (text === '') return;
          const isFoot = series.values[row] === 0 || !Number.isFinite(bar.x);
          ctx.fillText(text, (isFoot ? foot : bar.x) + 6, isFoot ? rows.getPixelForValue(row) : bar.y);
        });
      });
      ctx.restore();
    },
  };
}

/** Faults and phases as vertical bands behind the lines. */
function bands(spec: LineSpec, theme: Theme): Plugin {
  return {
    id: 'bands',
    beforeDatasetsDraw(chart) {
      const { ctx, chartArea } = chart;
      const x = chart.scales.x;
      if (x === undefined) return;
      ctx.save();
      for (const band of spec.bands) {
        const from = Math.max(chartArea.left, x.getPixelForValue(band.fromSeconds));
        const to = Math.min(chartArea.right, x.getPixelForValue(band.toSeconds));
        ctx.fillStyle = band.kind === 'fault' ? theme.fault : theme.phase;
        ctx.fillRect(from, chartArea.top, Math.max(2, to - from), chartArea.bottom - chartArea.top);
      }
      ctx.restore();
    },
  };
}

function barTooltip(spec: BarSpec): Record<string, unknown> {
  return {
    callbacks: {
      title: (items: { dataIndex: number }[]) => (spec.labels[items[0]?.dataIndex ?? 0] ?? []).join(', '),
      label: (item: { datasetIndex: number; dataIndex: number }) => {
        const series = spec.series[item.datasetIndex] as BarSeries;
        return `${series.name}: ${textOf(spec, series, item.dataIndex)}`;
      },
    },
  };
}

function lineTooltip(spec: LineSpec): Record<string, unknown> {
  const bandAt = (second: number) =>
    spec.bands.filter((band) => band.fromSeconds <= second && second <= band.toSeconds);
  return {
    callbacks: {
      title: (items: { parsed: { x: number } }[]) => {
        const second = items[0]?.parsed.x ?? 0;
        return [`${second} s`, ...bandAt(second).map((band) => band.label)].join(', ');
      },
      label: (item: { parsed: { y: number }; dataset: { label?: string } }) =>
        `${item.dataset.label}: ${formats[spec.value.unit](item.parsed.y)}`,
    },
  };
}
