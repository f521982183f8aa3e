/** The charts over time, as plain data. */
import type { Timeline } from '../../results/figures.ts';
import type { Result } from '../../results/schema.ts';
import { formatRate } from '../format.ts';
import { type ArchitectureView, architecturesOf } from '../view.ts';
import type { Axis, LineSeries, LineSpec } from './spec.ts';

export function freshnessChart(result: Result): LineSpec {
  const views = architecturesOf(result);
  const offered = views.find((view) => view.steady.offeredPerSecond !== undefined)?.steady.offeredPerSecond;
  return {
    kind: 'lines',
    id: 'freshness',
    title: `Age of the answers over time, ${formatRate(offered)} offered`,
    description: 'How old each architecture’s answers were through the steady act; the table above has percentiles.',
    value: ageAxis('age of the answer (log scale)'),
    series: linesOf(views, (view) => view.steady.timeline, positive),
    bands: [],
    small: false,
  };
}

export function lagChart(result: Result): LineSpec {
  const lag = (timeline: Timeline) =>
    timeline.offeredEvents.map((offered, i) => Math.max(0, offered - (timeline.reflectedEvents[i] as number)));
  return {
    kind: 'lines',
    id: 'lag',
    title: 'Events offered but not yet in the answers',
    description:
      'How far each architecture is behind the offered stream; a line that keeps rising cannot hold the rate.',
    value: { title: 'events behind', unit: 'quantity', logarithmic: false, min: 0 },
    series: linesOf(architecturesOf(result), (view) => view.steady.timeline, lag),
    bands: [],
    small: false,
  };
}

/** One small chart for each architecture, all on the same axes. */
export function failureCharts(result: Result): LineSpec[] {
  const views = architecturesOf(result).filter((view) => view.failure.timeline !== undefined);
  const ages = views.flatMap((view) => positive(view.failure.timeline as Timeline).filter((age) => age !== null));
  const max = ages.reduce((greatest, age) => Math.max(greatest, age), 1);
  const min = ages.reduce((least, age) => Math.min(least, age), max);
  return views.map((view) => {
    const timeline = view.failure.timeline as Timeline;
    return {
      kind: 'lines',
      id: `failure-${view.name}`,
      title: view.name,
      description: `Age of the answers of ${view.name} through the failure act; bands are the faults.`,
      value: {
        ...ageAxis('age'),
        min: 10 ** Math.floor(Math.log10(min)),
        max: 10 ** Math.ceil(Math.log10(max * 1.01)),
      },
      series: linesOf([view], () => timeline, positive),
      bands: timeline.marks.map(({ kind, label, fromMs, toMs }) => ({
        kind,
        label,
        fromSeconds: fromMs / 1000,
        toSeconds: toMs / 1000,
      })),
      small: true,
    };
  });
}

/** Nothing where no answers were sampled. */
export function unexplainedCharts(result: Result): LineSpec[] {
  const sampled = architecturesOf(result).filter((view) => view.failure.timeline?.unexplainedAnswersPerSecond);
  if (sampled.length === 0) return [];
  const unexplained = (timeline: Timeline) => timeline.unexplainedAnswersPerSecond ?? [];
  return [
    {
      kind: 'lines',
      id: 'unexplained',
      title: 'Answers that nothing explains, through the faults',
      description:
        'Sampled answers a second that equal no prefix of a tweet’s impressions: doubled, lost or torn at that moment.',
      value: { title: 'answers a second', unit: 'count', logarithmic: false, min: 0 },
      series: linesOf(sampled, (view) => view.failure.timeline, unexplained),
      bands: [],
      small: false,
    },
  ];
}

function linesOf(
  views: readonly ArchitectureView[],
  timelineOf: (view: ArchitectureView) => Timeline | undefined,
  values: (timeline: Timeline) => (number | null)[],
): LineSeries[] {
  return views.flatMap((view) => {
    const timeline = timelineOf(view);
    if (timeline === undefined) return [];
    const seconds = timeline.atMs.map((atMs) => round(atMs / 1000));
    return [
      { name: view.name, ink: view.name, seconds, values: values(timeline).map((value) => value && round(value)) },
    ];
  });
}

/** Ages that a logarithmic axis can show. */
function positive(timeline: Timeline): (number | null)[] {
  return timeline.freshnessMs.map((age) => (age === null ? null : Math.max(age, 0.1)));
}

function ageAxis(title: string): Axis {
  return { title, unit: 'ms', logarithmic: true };
}

/** Four digits are more than a pixel. */
function round(value: number): number {
  return Number(value.toPrecision(4));
}
