/**
 * Two or more results side by side: first what differs between the runs, the machines' ceilings included, so that
 * nobody compares what cannot be compared; then each architecture's main figures with their ratio to the first run.
 */
import type { Calibration, Result } from '../results/schema.ts';
import {
  formatCount,
  formatMs,
  formatPerEvent,
  formatQuantity,
  formatRate,
  formatRatio,
  formatShare,
  missing,
} from './format.ts';
import { markdownTable } from './markdown.ts';
import { ceilingNames } from './notes.ts';
import { inTalkOrder } from './palette.ts';
import type { Table } from './tables.ts';
import { renderTable } from './terminal-table.ts';
import { type ArchitectureView, architecturesOf, quotient } from './view.ts';

export interface LabelledResult {
  label: string;
  result: Result;
}

export interface Comparison {
  /** One row for each setting, and each ceiling of the machine, in which the runs differ. */
  differences: Table;
  figures: Table;
  markdown: string;
  terminal: string;
}

/** Compares results; the first is the one that ratios refer to. Throws `RangeError` for fewer than two. */
export function compareResults(results: readonly LabelledResult[]): Comparison {
  if (results.length < 2) throw new RangeError('a comparison needs at least two results');
  const differences = differencesTable(results);
  const figures = figuresTable(results);
  const none = 'The runs had the same configuration, machine and versions.';
  const differ = 'These results differ in:';
  const same = differences.rows.length === 0;
  return {
    differences,
    figures,
    markdown: `${same ? none : `${differ}\n\n${markdownTable(differences)}`}\n\n${markdownTable(figures)}\n`,
    terminal: `${same ? none : `${differ}\n\n${renderTable(differences)}`}\n\n${renderTable(figures)}\n`,
  };
}

function differencesTable(results: readonly LabelledResult[]): Table {
  const settings = results.map(({ result }) => settingsOf(result));
  const names = [...new Set(settings.flatMap((setting) => [...setting.keys()]))];
  const differing = names.filter((name) => new Set(settings.map((setting) => setting.get(name))).size > 1);
  const rows = differing.map((name) => ({
    cells: [[name], ...settings.map((setting) => [setting.get(name) ?? missing])],
  }));
  return { columns: [{ title: 'Setting' }, ...labels(results)], rows: [...rows, ...ceilingRows(results)] };
}

/** Every leaf of what makes a run, by its path, but for the ceilings, which always differ a little. */
function settingsOf({ config, environment, schemaVersion, status }: Result): Map<string, string> {
  const { arguments: _arguments, ...settings } = config;
  const { calibration: _calibration, serverCeilings: _ceilings, ...machine } = environment;
  const leaves = new Map<string, string>();
  collectLeaves({ schemaVersion, status, ...settings, environment: machine }, '', leaves);
  return leaves;
}

function collectLeaves(value: unknown, path: string, into: Map<string, string>): void {
  if (Array.isArray(value)) into.set(path, value.join(', ') || 'none');
  else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) collectLeaves(inner, path === '' ? key : `${path}.${key}`, into);
  } else if (value !== undefined) into.set(path, String(value));
}

/** Ceilings that differ by more than a tenth. */
function ceilingRows(results: readonly LabelledResult[]): Table['rows'] {
  const names = Object.keys(ceilingNames) as (keyof Calibration)[];
  return names.flatMap((name) => {
    const values = results.map(({ result }) => result.environment.calibration[name]);
    const ratios = values.map((value) => quotient(value, values[0]));
    if (ratios.every((ratio) => ratio === undefined || Math.abs(ratio - 1) <= 0.1)) return [];
    return [
      {
        cells: [[`ceiling: ${ceilingNames[name]}`], ...values.map((value) => withRatio(value, values[0], formatRate))],
      },
    ];
  });
}

interface Measure {
  title: string;
  value(view: ArchitectureView): number | undefined;
  format(value: number | undefined): string;
}

const measures: Measure[] = [
  { title: 'events/s', value: (view) => view.capacity.eventsPerSecond, format: formatRate },
  { title: 'events per CPU-second', value: (view) => view.capacity.eventsPerCpuSecond, format: formatQuantity },
  { title: 'age p99', value: (view) => view.steady.freshnessMs?.p99, format: formatMs },
  {
    title: 'commands per event',
    value: (view) => view.steady.store && (view.steady.store.serving?.commandsPerEvent ?? 0),
    format: formatPerEvent,
  },
  {
    title: 'speed commands per event',
    value: (view) => view.steady.store?.speed?.commandsPerEvent,
    format: formatPerEvent,
  },
  { title: 'double counted', value: (view) => view.failure.doubleCounted, format: formatCount },
  { title: 'lost', value: (view) => view.failure.lost, format: formatCount },
  { title: 'misplaced', value: (view) => view.failure.misplaced, format: formatCount },
  { title: 'fault detected after', value: (view) => view.failure.recoveryMs?.detected, format: formatMs },
  { title: 'caught up after', value: (view) => view.failure.recoveryMs?.caughtUp, format: formatMs },
  { title: 'unanswered', value: (view) => view.failure.unavailable?.share, format: formatShare },
  { title: 'older answers', value: (view) => view.failure.readRegressions, format: formatCount },
];

function figuresTable(results: readonly LabelledResult[]): Table {
  const views = results.map(({ result }) => new Map(architecturesOf(result).map((view) => [view.name, view])));
  const names = inTalkOrder([...new Set(views.flatMap((byName) => [...byName.keys()]))]);
  const rows = names.flatMap((name) =>
    measures.flatMap((measure) => {
      const values = views.map((byName) => {
        const view = byName.get(name);
        return view === undefined ? undefined : measure.value(view);
      });
      if (values.every((value) => value === undefined)) return [];
      const cells = values.map((value, i) =>
        i === 0 ? [measure.format(value)] : withRatio(value, values[0], measure.format),
      );
      return [{ architecture: name, cells: [[`${name}: ${measure.title}`], ...cells] }];
    }),
  );
  return { columns: [{ title: 'Figure' }, ...labels(results)], rows };
}

function withRatio(
  value: number | undefined,
  first: number | undefined,
  format: (value: number | undefined) => string,
): string[] {
  const ratio = quotient(value, first);
  return [ratio === undefined ? format(value) : `${format(value)} (${formatRatio(ratio)})`];
}

function labels(results: readonly LabelledResult[]): Table['columns'] {
  return results.map(({ label }) => ({ title: label, numeric: true }));
}
