/** The charts, each with a line on how to read it, and the tables behind them. */
import type { Result } from '../../results/schema.ts';
import {
  commandsPerEventChart,
  commandsPerSecondChart,
  errorsChart,
  freshnessBarsChart,
  throughputChart,
} from '../charts/bar-charts.ts';
import { failureCharts, freshnessChart, lagChart, unexplainedCharts } from '../charts/line-charts.ts';
import type { ChartSpec } from '../charts/spec.ts';
import { formatMs, formatRate } from '../format.ts';
import { auditTable, capacityTable, ratioTable, recoveryTable, servingTable, type Table } from '../tables.ts';
import { architecturesOf } from '../view.ts';
import { chartNotes, tableNotes } from './how-to-read.ts';
import { type Html, html } from './html.ts';
import { chartCard, smallChart, tableCard, warningLines } from './parts.ts';

interface Charts {
  perEvent: ChartSpec;
  perSecond: ChartSpec;
  freshness: ChartSpec;
  percentiles: ChartSpec;
  lag: ChartSpec;
  errors: ChartSpec;
  failures: ChartSpec[];
  /** At most one. */
  unexplained: ChartSpec[];
  throughput: ChartSpec;
}

export function pageCharts(result: Result): Charts {
  return {
    perEvent: commandsPerEventChart(result),
    perSecond: commandsPerSecondChart(result),
    freshness: freshnessChart(result),
    percentiles: freshnessBarsChart(result),
    lag: lagChart(result),
    errors: errorsChart(result),
    failures: failureCharts(result),
    unexplained: unexplainedCharts(result),
    throughput: throughputChart(result),
  };
}

export function figureSections(result: Result, charts: Charts): Html {
  return html`${steadySection(result, charts)}${failureSection(result, charts)}${capacitySection(result, charts)}`;
}

function steadySection(result: Result, charts: Charts): Html {
  const generator = architecturesOf(result).flatMap((view) => view.steady.generatorLatenessMs?.p99 ?? []);
  const lateness =
    generator.length === 0
      ? ''
      : ` The generator’s own lateness was at most ${formatMs(Math.max(...generator))} (p99).`;
  return html`<section><h2>Load on the store and age of the answers</h2>
<p class="lead">${formatRate(result.config.ratePerSecond)} offered on a fixed schedule, whether the pipeline keeps up
or not.${lateness}</p>
${warningLines(result, 'steady')}
<div class="grid">
${chartCard(charts.perEvent, chartNotes.perEvent)}
${chartCard(charts.perSecond, chartNotes.perSecond)}
</div>
${chartCard(charts.freshness, chartNotes.freshness)}
<div class="grid">
${chartCard(charts.percentiles, chartNotes.percentiles)}
${chartCard(charts.lag, chartNotes.lag)}
</div></section>`;
}

function failureSection(result: Result, charts: Charts): Html {
  const rate = architecturesOf(result).find((view) => view.failure.commonRatePerSecond !== undefined)?.failure
    .commonRatePerSecond;
  return html`<section><h2>When workers are killed</h2>
<p class="lead">All at one common rate (${formatRate(rate)}), so that nobody errs for being overloaded. Worker processes
are ended with SIGKILL; then the stream is drained and every counter of every tweet and hour is compared
with the exact truth.</p>
${warningLines(result, 'failure')}
${chartCard(charts.errors, chartNotes.errors)}
<h3 class="sub">Age of the answers through the faults</h3>
<p class="how"><b>How to read this:</b> ${chartNotes.failures}</p>
<div class="grid three">${charts.failures.map(smallChart)}</div>
${charts.unexplained.map((chart) => chartCard(chart, chartNotes.unexplained))}
${titledTable('The audit', tableNotes.audit, auditTable(result))}
${titledTable('Recovery', tableNotes.recovery, recoveryTable(result))}
${titledTable('What readers noticed', tableNotes.serving, servingTable(result))}
</section>`;
}

function capacitySection(result: Result, charts: Charts): Html {
  return html`<section><h2>Throughput</h2>
<p class="lead">One pre-filled log for all. What is not drained after
${formatMs(result.config.capacityLimitMs)} is stopped, and the rate is what was reflected until then.</p>
${warningLines(result, 'capacity')}
${chartCard(charts.throughput, chartNotes.throughput)}
${titledTable('Ratios', tableNotes.ratios, ratioTable(result))}
${titledTable('Behind the throughput', tableNotes.capacity, capacityTable(result))}
</section>`;
}

function titledTable(title: string, how: string, table: Table): Html | undefined {
  if (table.rows.length === 0) return undefined;
  return html`<h3 class="sub">${title}</h3><p class="how">${how}</p>${tableCard(table, 'dense', title)}`;
}
