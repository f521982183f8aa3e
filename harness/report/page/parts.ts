/** The parts that sections are made of: tables, chart cards, chips, warnings. */

import type { Result, Warning } from '../../results/schema.ts';
import type { ChartSpec } from '../charts/spec.ts';
import { inTalkOrder } from '../palette.ts';
import type { Column, Table } from '../tables.ts';
import { type ActName, warningsOf } from '../view.ts';
import { type Html, html } from './html.ts';

type Tone = 'good' | 'bad' | 'warn' | 'idle';
const tones: Record<string, Tone> = {
  EXACT: 'good',
  'EXPECTED-ERROR': 'warn',
  VIOLATION: 'bad',
  confirmed: 'good',
  refuted: 'bad',
  'not-proven': 'warn',
  completed: 'good',
  invalid: 'bad',
  INVALID: 'bad',
  interrupted: 'warn',
};
const spoken: Record<string, string> = {
  EXACT: 'exact',
  'EXPECTED-ERROR': 'error as predicted',
  VIOLATION: 'violation',
  INVALID: 'invalid',
  UNKNOWN: 'unknown',
  'not-proven': 'not proven',
  'not-decided-here': 'not decided here',
};

/** A verdict or status as a coloured word. */
export function chip(word: string): Html {
  return html`<span class="chip ${tones[word] ?? 'idle'}">${spoken[word] ?? word}</span>`;
}

export function architectureName(name: string): Html {
  return html`<span class="name"><i style="background:var(--of-${name})"></i>${name}</span>`;
}

/** `stack`: on a narrow screen each row becomes a block with its own labels. */
export function tableCard(table: Table, form: 'stack' | 'dense', caption: string): Html {
  const heads = table.columns.map(
    (column) => html`<th role="columnheader" scope="col"${figureClass(column)}>${column.title}</th>`,
  );
  const rows = table.rows.map(
    (row) => html`<tr role="row">${row.cells.map((lines, i) => cell(lines, i, table.columns[i], row.architecture))}</tr>
`,
  );
  const body = html`<table class="${form === 'stack' ? 'stack wide' : form}" role="table" aria-label="${caption}">
<thead role="rowgroup"><tr role="row">${heads}</tr></thead>
<tbody role="rowgroup">${rows}</tbody></table>`;
  if (form === 'stack') return html`<div class="card">${body}</div>`;
  return html`<div class="card">
<div class="scroll" tabindex="0" role="region" aria-label="${caption}">${body}</div></div>`;
}

function cell(
  lines: readonly string[],
  index: number,
  column: Column | undefined,
  architecture: string | undefined,
): Html {
  const content = lines.map((line) => html`<span class="line">${line in spoken ? chip(line) : unbroken(line)}</span>`);
  if (index > 0)
    return html`<td role="cell" data-label="${column?.title}"${figureClass(column)}><div>${content}</div></td>`;
  const [name, ...rest] = lines;
  const head = architecture === undefined ? name : architectureName(name ?? '');
  const more = rest.map((line) => html`<span class="line">${line}</span>`);
  return html`<th role="rowheader" scope="row">${head}${more}</th>`;
}

/** Keeps a figure and its unit on one line. */
function unbroken(line: string): string {
  return line.replace(/(\d) (?=\S)/g, '$1\u00a0');
}

function figureClass(column: Column | undefined): Html {
  return column?.numeric ? html` class="figure"` : html``;
}

export function chartCard(spec: ChartSpec, how: string): Html {
  const toggle = spec.value.logarithmic
    ? html`<button type="button" data-chart="${spec.id}" aria-pressed="false">Linear scale</button>`
    : undefined;
  return html`<figure class="card"><div class="figure-head"><h3>${spec.title}</h3>${toggle}</div>
<p class="how"><b>How to read this:</b> ${how}</p>${drawing(spec)}</figure>`;
}

/** A chart without words of its own, one of a row. */
export function smallChart(spec: ChartSpec): Html {
  return html`<figure class="card"><h3>${architectureName(spec.title)}</h3>${drawing(spec)}</figure>`;
}

function drawing(spec: ChartSpec): Html {
  const told = `${spec.title}. ${spec.description}`;
  return html`<div class="chart" style="height:${heightPx(spec)}px">
<canvas id="${spec.id}" role="img" aria-label="${told}"></canvas></div>`;
}

function heightPx(spec: ChartSpec): number {
  if (spec.kind === 'lines') return spec.small ? 170 : 380;
  return 90 + spec.labels.length * (14 + 15 * spec.series.length);
}

/** The warnings that touch an act, to stand beside its figures. Without `act`: those that touch the whole run. */
export function warningLines(result: Result, act?: ActName): Html[] {
  const touching = warningsOf(result).filter((warning) => warning.act === act);
  const order = inTalkOrder(touching.map((warning) => warning.architecture ?? ''));
  const rank = (warning: Warning) => order.indexOf(warning.architecture ?? '');
  return [...touching].sort((a, b) => rank(a) - rank(b)).map(warningLine);
}

function warningLine(warning: Warning): Html {
  const who = warning.architecture === undefined ? '' : html`<b>${warning.architecture}:</b> `;
  return html`<p class="warning" role="note">⚠ ${who}${warning.message}</p>`;
}
