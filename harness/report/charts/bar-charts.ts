/** The bar charts of a result, as plain data. */
import type { FailureFigures } from '../../results/acts.ts';
import type { StoreLoad } from '../../results/figures.ts';
import type { Result } from '../../results/schema.ts';
import { formatCount, formatMs, formatPerEvent, formatQuantity, formatRate, missing } from '../format.ts';
import { defaultRungName, otherRungs } from '../rungs.ts';
import { isOnServers, isServerCpuKnown } from '../servers.ts';
import { type ArchitectureView, architecturesOf } from '../view.ts';
import type { BarSeries, BarSpec } from './spec.ts';

interface Row {
  view: ArchitectureView;
  label: string[];
}

/** Commands per event, serving and speed store, with the commands a second written beside. */
export function commandsPerEventChart(result: Result): BarSpec {
  const rows = rowsOf(result);
  const text = (load: StoreLoad | undefined) =>
    load === undefined ? '' : `${formatPerEvent(load.commandsPerEvent)}  (${formatRate(load.commandsPerSecond)})`;
  return bars({
    id: 'kv-commands-per-event',
    title: 'Key/value-store commands per event',
    value: { title: 'commands per event (log scale)', unit: 'perEvent', logarithmic: true },
    rows,
    series: storeSeries(rows, (load) => load.commandsPerEvent, text, '0, no store'),
  });
}

export function commandsPerSecondChart(result: Result): BarSpec {
  const rows = rowsOf(result);
  const peak = (load: StoreLoad | undefined) => {
    if (load === undefined) return '';
    const rate = formatRate(load.commandsPerSecond);
    return load.peakCommandsPerSecond === undefined
      ? rate
      : `${rate}  (peak ${formatRate(load.peakCommandsPerSecond)})`;
  };
  return bars({
    id: 'kv-commands-per-second',
    title: 'Key/value-store commands per second',
    value: { title: 'commands per second (log scale)', unit: 'perSecond', logarithmic: true },
    rows,
    series: storeSeries(rows, (load) => load.commandsPerSecond, peak, '0, no store'),
  });
}

export function freshnessBarsChart(result: Result): BarSpec {
  const rows = rowsOf(result);
  const value = (percentile: 'p50' | 'p99') => rows.map(({ view }) => view.steady.freshnessMs?.[percentile] ?? null);
  const series = (['p50', 'p99'] as const).map(
    (percentile): BarSeries => ({
      name: percentile === 'p50' ? 'p50, half of the time it is at most this' : 'p99, all but 1 % of the time',
      style: percentile === 'p50' ? 'solid' : 'light',
      values: value(percentile),
      texts: value(percentile).map((ms) => formatMs(ms ?? undefined)),
    }),
  );
  return bars({
    id: 'freshness-percentiles',
    title: 'Age of the answers at the offered rate',
    value: { title: 'age (log scale)', unit: 'ms', logarithmic: true },
    rows,
    series,
  });
}

/** Events per second and per CPU-second; rungs of the same architecture follow it. */
export function throughputChart(result: Result): BarSpec {
  const rows = architecturesOf(result).flatMap((view) => [
    {
      view,
      label: [view.name, ...(view.result.rungs.length === 0 ? [] : named(defaultRungName(result, view.name)))],
      rate: view.capacity.eventsPerSecond,
      perCpu: view.capacity.eventsPerCpuSecond,
    },
    ...otherRungs(view.result).map((rung) => ({
      view,
      label: [view.name, rung.name],
      rate: rung.eventsPerSecond,
      perCpu: rung.eventsPerCpuSecond,
    })),
  ]);
  const series = (
    name: string,
    style: BarSeries['style'],
    figures: (number | undefined)[],
    format = formatRate,
  ): BarSeries => ({
    name,
    style,
    values: figures.map((figure) => figure ?? null),
    texts: figures.map(format),
  });
  return bars({
    id: 'throughput',
    title: 'Throughput: a filled log, drained as fast as possible',
    value: { title: 'events per second (log scale)', unit: 'perSecond', logarithmic: true },
    rows,
    series: [
      series(
        'events per second',
        'solid',
        rows.map((row) => row.rate),
      ),
      series(
        isOnServers(result) && !isServerCpuKnown(result)
          ? 'events per CPU-second, all processes but the servers'
          : 'events per CPU-second, all processes',
        'light',
        rows.map((row) => row.perCpu),
        formatQuantity,
      ),
    ],
  });
}

/** The default's name below that of its architecture. */
function named(rung: string | undefined): string[] {
  return rung === undefined ? [] : [`${rung} (default)`];
}

/** A row for each kind of error that was found or predicted, and one for an architecture without any. */
export function errorsChart(result: Result): BarSpec {
  const rows = architecturesOf(result).flatMap((view) => {
    const errors = errorsOf(view.failure);
    const rowsFound =
      errors.length > 0 || view.failure.verdict === undefined ? errors : [{ name: 'no error', found: 0 }];
    return rowsFound.map((error) => ({ view, label: [view.name, ...error.name.split(/(?<=:) /)], ...error }));
  });
  return bars({
    id: 'double-counting',
    title: 'Errors after the faults: found and predicted',
    value: { title: 'events counted wrongly (log scale)', unit: 'count', logarithmic: true },
    rows,
    series: [
      {
        name: 'found by the audit',
        style: 'solid',
        values: rows.map((row) => row.found ?? null),
        texts: rows.map((row) => formatCount(row.found)),
      },
      {
        name: 'predicted',
        style: 'outline',
        values: rows.map((row) => row.predicted ?? null),
        texts: rows.map((row) => (row.predicted === undefined ? '' : `${formatCount(row.predicted)}  (predicted)`)),
      },
    ],
  });
}

interface CountedError {
  name: string;
  found: number | undefined;
  predicted?: number;
}

function errorsOf(failure: Partial<FailureFigures>): CountedError[] {
  const { predicted, speed } = failure;
  const errors: CountedError[] = [
    { name: 'double counted', found: failure.doubleCounted, predicted: predicted?.doubleCounted },
    { name: 'lost', found: failure.lost, predicted: predicted?.lost },
    { name: 'wrong hour', found: failure.misplaced, predicted: predicted?.misplaced },
    { name: 'phantom', found: failure.phantom },
    { name: 'compensated', found: failure.compensated },
    { name: 'speed store: double counted', found: speed?.doubleCounted, predicted: speed?.predicted.doubleCounted },
    { name: 'speed store: lost', found: speed?.lost, predicted: speed?.predicted.lost },
  ];
  return errors.filter((error) => (error.found ?? 0) > 0 || (error.predicted ?? 0) > 0);
}

function storeSeries(
  rows: readonly Row[],
  figure: (load: StoreLoad) => number,
  text: (load: StoreLoad | undefined) => string,
  none: string,
): BarSeries[] {
  const loadsOf = (row: Row) => row.view.steady.store ?? row.view.failure.control?.store;
  const series = (['serving', 'speed'] as const).map((store): BarSeries => {
    const loads = rows.map((row) => loadsOf(row)?.[store]);
    return {
      name: `${store} store`,
      style: store === 'serving' ? 'solid' : 'light',
      values: rows.map((row, i) => {
        const load = loads[i];
        if (load !== undefined) return figure(load);
        const stores = loadsOf(row);
        return store === 'serving' && stores !== undefined && stores.speed === undefined ? 0 : null;
      }),
      texts: loads.map((load) => (load === undefined ? none : text(load))),
    };
  });
  return series.filter(({ values }) => values.some((value) => value !== null));
}

function rowsOf(result: Result): Row[] {
  return architecturesOf(result).map((view) => ({ view, label: [view.name] }));
}

function bars(chart: Pick<BarSpec, 'id' | 'title' | 'value' | 'series'> & { rows: readonly Row[] }): BarSpec {
  const { rows, ...rest } = chart;
  const labels = rows.map((row) => row.label);
  const told = labels.map((label, i) => {
    const figures = chart.series.filter((series) => series.values[i] !== null).map((series) => series.texts?.[i] ?? '');
    return `${label.join(' ')}: ${figures.join(' and ') || missing}`;
  });
  return { kind: 'bars', ...rest, labels, inks: rows.map((row) => row.view.name), description: told.join('; ') };
}
