/** A table of a report, set for a terminal: no wider than asked for, long cells wrapped. */
import CliTable from 'cli-table3';
import type { Table } from './tables.ts';

/** Between two columns. */
const gap = 2;

/** A rule below the titles, and no other line. */
const chars = Object.fromEntries(
  ['top', 'bottom', 'mid', 'left', 'right'].flatMap((side) =>
    ['', '-mid', '-left', '-right'].map((at) => [side + at, '']),
  ),
);

/** Columns get what they need; if that is too much, the widest give way first, down to `least` characters. */
export function renderTable(table: Table, width = 80): string {
  const texts = [
    table.columns.map((column) => column.title),
    ...table.rows.map((row) => row.cells.map((lines) => lines.join('\n'))),
  ];
  const widths = fitted(texts, width);
  const rendered = new CliTable({
    colWidths: widths,
    colAligns: table.columns.map((column) => (column.numeric ? 'right' : 'left')),
    wordWrap: true,
    chars: { ...chars, middle: ' '.repeat(gap) },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  const rule = widths.map((columnWidth) => '─'.repeat(columnWidth));
  rendered.push(texts[0] ?? [], rule, ...texts.slice(1));
  return rendered.toString().replace(/ +$/gm, '');
}

function fitted(texts: readonly string[][], width: number): number[] {
  const columns = texts[0]?.length ?? 0;
  const least = 6;
  const widths = Array.from({ length: columns }, (_, i) =>
    Math.max(least, ...texts.map((row) => longestLine(row[i] ?? ''))),
  );
  const room = width - (columns - 1) * gap;
  while (sum(widths) > room && Math.max(...widths) > least) {
    const widest = widths.indexOf(Math.max(...widths));
    widths[widest] = (widths[widest] as number) - 1;
  }
  return widths;
}

function longestLine(text: string): number {
  return Math.max(...text.split('\n').map((line) => line.length));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
