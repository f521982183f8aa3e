/**
 * The end of the page: the talk's claims, the limits of what was measured, configuration, environment, and how to run
 * it again.
 */
import type { Calibration, Result } from '../../results/schema.ts';
import { formatBytes, formatCount, formatMs, formatRate, formatShare } from '../format.ts';
import { ceilingNames, limits, rerunCommand } from '../notes.ts';
import { inTalkOrder } from '../palette.ts';
import { type Html, html } from './html.ts';
import { architectureName, chip } from './parts.ts';
import { serverSection } from './servers.ts';

export function closing(result: Result): Html {
  return html`${claimsSection(result)}
${serverSection(result)}
<section><h2>Limits</h2><div class="card"><ul>
${limits(result).map((limit) => html`<li>${limit}</li>`)}
</ul></div></section>
<section><h2>Run it again</h2><div class="card"><p>The same stream, event for event:</p>
<pre><code>${rerunCommand(result)}</code></pre></div></section>
<section><h2>Configuration and environment</h2><div class="card">
<details><summary>Configuration</summary>${definitions(configuration(result))}</details>
<details><summary>Machine and software</summary>${definitions(environment(result))}</details>
<details><summary>Ceilings of this machine</summary>
<p class="how">Each part alone, in a tight loop: what two machines can be compared by.</p>
${definitions(ceilings(result.environment.calibration))}</details>
</div></section>`;
}

function claimsSection(result: Result): Html | undefined {
  if (result.claims.length === 0) return undefined;
  const rank = inTalkOrder(result.claims.map((claim) => claim.architecture));
  const claims = [...result.claims].sort((a, b) => rank.indexOf(a.architecture) - rank.indexOf(b.architecture));
  const decided = claims.filter((claim) => claim.verdict !== 'not-decided-here');
  const open = claims.filter((claim) => claim.verdict === 'not-decided-here');
  const undecided =
    open.length === 0
      ? undefined
      : html`<details><summary>${open.length} not decided here</summary>${claimsTable(open)}</details>`;
  return html`<section><h2>The talk’s claims</h2>
<p class="lead">${decided.length} of ${claims.length} pros, cons and promises could be judged by this run.</p>
<div class="card">${claimsTable(decided)}
${undecided}</div></section>`;
}

function claimsTable(claims: Result['claims']): Html {
  const titles = ['Architecture', 'The talk says', 'Verdict', 'Evidence'];
  const heads = titles.map((title) => html`<th role="columnheader" scope="col">${title}</th>`);
  return html`<table class="stack" role="table" aria-label="Claims">
<thead role="rowgroup"><tr role="row">${heads}</tr></thead>
<tbody role="rowgroup">${claims.map(claimRow)}</tbody></table>`;
}

function claimRow({ architecture, statement, verdict, evidence }: Result['claims'][number]): Html {
  return html`<tr role="row">
<th role="rowheader" scope="row">${architecture === 'all' ? 'all' : architectureName(architecture)}</th>
<td role="cell" data-label="The talk says"><div>${statement}</div></td>
<td role="cell" data-label="Verdict"><div>${chip(verdict)}</div></td>
<td role="cell" data-label="Evidence"><div>${evidence}</div></td></tr>
`;
}

type Definition = [term: string, value: string];

function definitions(pairs: readonly Definition[]): Html {
  return html`<dl>${pairs.map(([term, value]) => html`<dt>${term}</dt><dd>${value}</dd>`)}</dl>`;
}

function configuration({ config, stream }: Result): Definition[] {
  return [
    ['Offered rate', formatRate(config.ratePerSecond)],
    ['Length of an hour', formatMs(config.hourMs)],
    ['Hours per act', `steady ${config.hours.steady}, failure ${config.hours.failure}`],
    ['Events for capacity', `${formatCount(config.capacityEvents)}, at most ${formatMs(config.capacityLimitMs)}`],
    [
      'Common rate asked for',
      config.commonRatePerSecond === undefined ? 'half of the lowest capacity' : formatRate(config.commonRatePerSecond),
    ],
    ['Seed', String(config.seed)],
    ['Partitions, workers', `${config.partitions}, ${config.workers}`],
    ['Popularity', config.skew.law === 'zipf' ? `Zipf, exponent ${config.skew.exponent}` : 'uniform'],
    [
      'Tweets per hour',
      stream.distinctTweetsPerHour === undefined ? 'as in the trace' : formatCount(stream.distinctTweetsPerHour),
    ],
    [
      'Out of order, late',
      `${formatShare(config.outOfOrderShare)} within ${formatMs(config.maxOutOfOrderMs)}, ` +
        `${formatShare(config.lateShare)} later`,
    ],
    ['Allowed lateness', formatMs(config.allowedLatenessMs)],
    ['New tweets each hour', formatShare(config.turnoverShare)],
    ['Checkpoint interval', formatMs(config.checkpointIntervalMs)],
    ['Faults', config.faults.join(', ') || 'none'],
    ...(config.trace === undefined ? [] : [['Trace', config.trace.path] as Definition]),
    ['Architectures', config.architectures.join(', ')],
    ['Quick', config.quick ? 'yes' : 'no'],
  ];
}

function environment({ environment }: Result): Definition[] {
  const { substrates } = environment;
  const settings = (of: { name: string; settings: Record<string, string> }) =>
    [of.name, ...Object.entries(of.settings).map(([name, value]) => `${name}: ${value}`)].join(', ');
  const pairs: [string, string | undefined][] = [
    ['Operating system', environment.os],
    ['Processor', `${environment.cpuModel}, ${environment.cores} cores`],
    ['Memory', formatBytes(environment.memoryBytes)],
    ['Node', environment.nodeVersion],
    ['omegabench', environment.packageVersion],
    ['Commit', environment.commit],
    ['LMDB', environment.lmdbVersion],
    ['Event log', settings(substrates.eventLog)],
    ['Key/value store', settings(substrates.keyValueStore)],
    ['Stream engine', settings(substrates.streamEngine)],
  ];
  return pairs.filter((pair): pair is Definition => pair[1] !== undefined);
}

function ceilings(calibration: Calibration): Definition[] {
  const names = Object.keys(ceilingNames) as (keyof Calibration)[];
  return names.map((name): Definition => [ceilingNames[name], formatRate(calibration[name])]);
}
