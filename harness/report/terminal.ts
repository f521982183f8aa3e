/** The end of a run on a terminal: a table of 80 columns, and who won what. */
import type { Result, ServerCeiling } from '../results/schema.ts';
import { formatCount, formatMs, formatPerEvent, formatQuantity, missing } from './format.ts';
import { serverCeilingsTable, serverSentences } from './servers.ts';
import { verdictSentences } from './story.ts';
import type { Table } from './tables.ts';
import { renderTable } from './terminal-table.ts';
import { type ArchitectureView, architecturesOf, warningsOf } from './view.ts';

const width = 80;

export function terminalSummary(result: Result): string {
  const warnings = warningsOf(result).length;
  const lines = [
    renderTable(summaryTable(result), width),
    '',
    '✓ as predicted   ↑ falls behind the offered rate, so its age grows',
    '',
    ...[...verdictSentences(result), ...serverSentences(result)].map((sentence) => wrapped(sentence)),
    ...(result.status === 'completed' ? [] : [`This run is ${result.status}.`]),
    ...(warnings === 0
      ? []
      : [`${warnings === 1 ? 'One warning stands' : `${warnings} warnings stand`} in the report.`]),
  ];
  return `${lines.join('\n')}\n`;
}

/** What `calibrate` found on servers. */
export function terminalCeilings(ceilings: readonly ServerCeiling[]): string {
  const table = renderTable(serverCeilingsTable(ceilings), width);
  return `${table}\n\nCPU time is that of one unit: of the client, and of a server that tells.\n`;
}

function summaryTable(result: Result): Table {
  return {
    columns: [
      { title: '' },
      { title: 'events/s', numeric: true },
      { title: 'per CPU-s', numeric: true },
      { title: 'KV/event', numeric: true },
      { title: 'age p50', numeric: true },
      { title: 'age p99', numeric: true },
      { title: 'after a failure' },
    ],
    rows: architecturesOf(result).map((view) => ({
      cells: [
        [view.name],
        [formatQuantity(view.capacity.eventsPerSecond)],
        [formatQuantity(view.capacity.eventsPerCpuSecond)],
        [commandsPerEvent(view)],
        [formatMs(view.steady.freshnessMs?.p50)],
        [formatMs(view.steady.freshnessMs?.p99) + (view.steady.sustained === false ? ' ↑' : '')],
        outcomeLines(view),
      ],
    })),
  };
}

function commandsPerEvent({ steady, failure }: ArchitectureView): string {
  const store = steady.store ?? failure.control?.store;
  if (store === undefined) return missing;
  const figures = [store.serving, store.speed].flatMap((load) =>
    load === undefined ? [] : [formatPerEvent(load.commandsPerEvent)],
  );
  return figures.length === 0 ? '0' : figures.join(' + ');
}

function outcomeLines({ failure }: ArchitectureView): string[] {
  if (failure.verdict === undefined) return [missing];
  if (failure.verdict === 'EXACT') return ['exact'];
  const counts: [number | undefined, string][] = [
    [failure.doubleCounted, 'twice'],
    [failure.lost, 'lost'],
    [failure.misplaced, 'wrong hour'],
    [failure.speed?.doubleCounted, 'twice, speed'],
    [failure.speed?.lost, 'lost, speed'],
  ];
  const mark = failure.verdict === 'EXPECTED-ERROR' ? ' ✓' : '';
  const found = counts.flatMap(([count, name]) => (count ? [`${formatCount(count)} ${name}${mark}`] : []));
  return failure.verdict === 'EXPECTED-ERROR' ? found : [failure.verdict, ...found];
}

/** Breaks between words so that no line is longer than the terminal. */
function wrapped(text: string): string {
  return text.replace(new RegExp(`(.{1,${width}})(?: |$)`, 'g'), '$1\n').trimEnd();
}
