/** The fault matrix as a table for a terminal, as Markdown and as data. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { redactUrl } from '../config/redact.ts';
import type { Cell } from './cell.ts';
import { type MatrixOptions, type MatrixRun, type Places, runMatrix } from './matrix.ts';

export interface MatrixReport {
  text: string;
  data: { cells: readonly Cell[]; asExpected: number; of: number; directory: string; places: Places };
  /** Every cell is. */
  asExpected: boolean;
}

/** Runs the matrix and leaves `matrix.json` and `matrix.md` in a folder of its own. */
export async function reportMatrix(
  options: Omit<MatrixOptions, 'done'> & { say: (line: string) => void },
): Promise<MatrixReport> {
  const { say, ...rest } = options;
  const done = (cell: Cell, cells: number, of: number): void => {
    if (cell.verdict === 'NOT-APPLICABLE') return;
    const how = cell.differs === undefined ? cell.found : `DIFFERS: ${cell.differs}`;
    say(`${String(cells).padStart(3)}/${of}  ${cell.kind} × ${cell.architecture}: ${cell.verdict}, ${how}`);
  };
  const run = await runMatrix({ ...rest, done });
  const report = describeMatrix(run);
  // Gone, if no cell has left anything in it.
  await mkdir(run.directory, { recursive: true });
  await writeFile(join(run.directory, 'matrix.json'), `${JSON.stringify(report.data, null, 1)}\n`);
  await writeFile(join(run.directory, 'matrix.md'), markdown(run));
  return report;
}

export function describeMatrix({ cells, directory, places }: MatrixRun): MatrixReport {
  const asExpected = cells.filter((cell) => cell.differs === undefined).length;
  const differing = cells.filter((cell) => cell.differs !== undefined);
  const lines = [
    ...terminalTable(cells),
    '',
    ...cells.flatMap(({ kind, architecture, invalidBefore = [] }) =>
      invalidBefore.map((why) => `${kind} × ${architecture} was run again, because it was invalid: ${why}`),
    ),
    ...differing.map(({ kind, architecture, differs }) => `${kind} × ${architecture} differs: ${differs}`),
    spellPlaces(places),
    `Matrix: ${join(directory, 'matrix.md')}`,
    `${asExpected} of ${cells.length} cells as expected`,
  ];
  return {
    text: `${lines.join('\n')}\n`,
    data: { cells, asExpected, of: cells.length, directory, places },
    asExpected: asExpected === cells.length && cells.length > 0,
  };
}

/** `Log: files; store: lmdb`, without secrets whoever wrote them. */
function spellPlaces({ log, store, speedStore, engine }: Places): string {
  const speed = speedStore === store ? '' : `; speed store: ${redactUrl(speedStore)}`;
  const on = engine === undefined ? '' : `; engine: ${redactUrl(engine)}`;
  return `Log: ${redactUrl(log)}; store: ${redactUrl(store)}${speed}${on}`;
}

/** A word or two for a cell: the verdict, and the size of what went wrong. */
export function spellCell(cell: Cell): string {
  if (cell.verdict === 'NOT-APPLICABLE') return '-';
  const mark = cell.differs === undefined ? '' : '! ';
  if (cell.verdict !== 'EXACT' && cell.verdict !== 'EXPECTED-ERROR') return `${mark}${cell.verdict}`;
  if (cell.expected === 'fail-stop') return `${mark}STOPPED`;
  return `${mark}${errorsOf(cell) || 'EXACT'}`;
}

function errorsOf({ figures }: Cell): string {
  if (figures === undefined) return '';
  const parts: [number, string][] = [
    [figures.doubleCounted, '+'],
    [figures.lost, '-'],
    [figures.misplaced, '~'],
    [figures.lateDropped, 'late '],
    [figures.speed?.doubleCounted ?? 0, 'speed +'],
    [figures.speed?.lost ?? 0, 'speed -'],
  ];
  return parts
    .filter(([count]) => count > 0)
    .map(([count, sign]) => `${sign}${count}`)
    .join(' ');
}

function rowsOf(cells: readonly Cell[]): { head: string[]; rows: string[][] } {
  const names = [...new Set(cells.map(({ architecture }) => architecture))];
  const kinds = [...new Set(cells.map(({ kind }) => kind))];
  const rows = kinds.map((kind) => {
    const ofKind = cells.filter((cell) => cell.kind === kind);
    const found = names.map((name) => ofKind.find(({ architecture }) => architecture === name));
    return [ofKind[0]?.row ?? '', kind, ...found.map((cell) => (cell === undefined ? '' : spellCell(cell)))];
  });
  return { head: ['row', 'fault', ...names], rows };
}

function terminalTable(cells: readonly Cell[]): string[] {
  const { head, rows } = rowsOf(cells);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => (row[column] ?? '').length)));
  return [head, ...rows].map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] as number))
      .join('  ')
      .trimEnd(),
  );
}

function markdown({ cells, places }: MatrixRun): string {
  const { head, rows } = rowsOf(cells);
  const line = (texts: readonly string[]): string => `| ${texts.join(' | ')} |`;
  const asExpected = cells.filter((cell) => cell.differs === undefined).length;
  const details = cells.map(({ kind, architecture, expected, verdict, found, evidence = [], differs, invalidBefore }) =>
    line(
      [kind, architecture, expected, verdict, again(invalidBefore) + (differs ?? found), evidence.join('; ')].map(
        escaped,
      ),
    ),
  );
  return [
    '# Fault matrix',
    '',
    `${spellPlaces(places)}.`,
    '',
    '`EXACT`: every count is right. `+n`: impressions counted twice, `-n`: lost, `~n`: in another hour, `late n`:',
    "dropped and counted, `speed`: in lambda's speed store alone; each as large as predicted. `STOPPED`: the job refused",
    'to go on, as it must. `-`: nothing to strike. `!`: not as expected. `ERROR`: the run itself failed, as the list of',
    'cells says.',
    '',
    line(head),
    line(head.map(() => '---')),
    ...rows.map(line),
    '',
    `${asExpected} of ${cells.length} cells as expected`,
    '',
    '## Every cell',
    '',
    line(['fault', 'architecture', 'expected', 'verdict', 'found', 'evidence']),
    line(['---', '---', '---', '---', '---', '---']),
    ...details,
    '',
  ].join('\n');
}

function again(invalidBefore: readonly string[] = []): string {
  return invalidBefore.map((why) => `run again, was invalid (${why}): `).join('');
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
