/** The top of the page: what ran, when, where, what came out, and the talk's table. */
import type { Result } from '../../results/schema.ts';
import {
  formatBytes,
  formatCount,
  formatMs,
  formatPerEvent,
  formatRate,
  formatRatio,
  formatTime,
  listing,
} from '../format.ts';
import { fastestOf, verdictSentences } from '../story.ts';
import { talkTable } from '../tables.ts';
import { type ArchitectureView, architecturesOf, quotient } from '../view.ts';
import { type Html, html } from './html.ts';
import { chip, tableCard, warningLines } from './parts.ts';

export function opening(result: Result): Html {
  const { environment, config } = result;
  const facts = [
    formatTime(result.startedAt),
    `${environment.cpuModel}, ${environment.cores} cores, ${formatBytes(environment.memoryBytes)}`,
    `${formatRate(config.ratePerSecond)} offered, an hour lasts ${formatMs(config.hourMs)}`,
    listing(Object.values(environment.substrates).map((substrate) => substrate.name)),
    `run ${result.runId}`,
  ];
  return html`<header><div>
<h1>Where should a real-time count live? ${result.status === 'completed' ? undefined : chip(result.status)}</h1>
<p class="facts">${facts.map((fact) => html`<span>${fact}</span>`)}</p>
${verdictSentences(result).map((sentence) => html`<p class="verdict">${sentence}</p>`)}
${tiles(architecturesOf(result))}
</div></header>`;
}

interface Tile {
  figure: string;
  meaning: string;
}

/** The figures to remember; a tile without its figure is left out. */
function tiles(views: readonly ArchitectureView[]): Html {
  const fastest = fastestOf(views);
  const alpha = views.find((view) => view.name === 'alpha');
  const speedup =
    fastest === alpha ? undefined : quotient(fastest?.capacity.eventsPerSecond, alpha?.capacity.eventsPerSecond);
  const beta = views.find((view) => view.name === 'beta') ?? views.find((view) => view.name === 'omega');
  const perEvent = beta?.steady.store?.serving?.commandsPerEvent;
  const fresh = fastest?.steady.sustained ? fastest.steady.freshnessMs?.p99 : undefined;
  const alphaLoad = alpha?.steady.store?.serving?.commandsPerEvent;
  const alphaNeeds = alphaLoad === undefined ? '' : `; ${formatPerEvent(alphaLoad)} of alpha`;
  const doubled = alpha?.failure.doubleCounted;
  const shown: (Tile | false)[] = [
    speedup !== undefined && { figure: formatRatio(speedup), meaning: `alpha’s throughput, by ${fastest?.name}` },
    fresh !== undefined && {
      figure: formatMs(fresh),
      meaning: `age of ${fastest?.name}’s answers, p99, at the offered rate`,
    },
    perEvent !== undefined && {
      figure: formatPerEvent(perEvent),
      meaning: `store commands per event of ${beta?.name}${alphaNeeds}`,
    },
    doubled !== undefined && {
      figure: formatCount(doubled),
      meaning: 'impressions that alpha counted twice after the faults',
    },
  ];
  const kept = shown.filter((tile) => tile !== false);
  if (kept.length === 0) return html``;
  const items = kept.map(({ figure, meaning }) => html`<li class="tile"><b>${figure}</b><span>${meaning}</span></li>`);
  return html`<ul class="tiles">${items}</ul>`;
}

export function talkTableSection(result: Result): Html {
  return html`<section><h2>The talk’s table, measured</h2>
<p class="lead">Six ways to keep a counter that everyone looks at, on one and the same stream. Store load and
age are from the open-loop act at the offered rate; the failure column is an audit of every counter after workers were
killed; throughput is a filled log drained as fast as each can.</p>
${warningLines(result)}
${tableCard(talkTable(result), 'stack', 'The six architectures and what was measured of each')}</section>`;
}
