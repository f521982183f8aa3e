/**
 * The tables of a result as plain text cells, the same for HTML, Markdown and terminal.
 */
import type { FaultRecord } from '../results/acts.ts';
import type { StoreLoad, Timeline } from '../results/figures.ts';
import type { Result } from '../results/schema.ts';
import {
  formatCount,
  formatMs,
  formatPerEvent,
  formatQuantity,
  formatRate,
  formatRatio,
  formatSeconds,
  formatShare,
  missing,
} from './format.ts';
import { defaultRungName, otherRungs } from './rungs.ts';
import { errorsInWords, fastestOf } from './story.ts';
import { type ArchitectureView, architecturesOf, quotient, whereTheCountLives } from './view.ts';

export interface Column {
  title: string;
  /** Figures are set to the right. */
  numeric?: boolean;
}

/** The first cell of a row is its name. A cell may have several lines. */
export interface Table {
  columns: Column[];
  rows: { architecture?: string; cells: string[][] }[];
}

/** The talk's own table, filled with what was measured. */
export function talkTable(result: Result): Table {
  return {
    columns: [
      { title: 'Architecture' },
      { title: 'Where the count lives' },
      { title: 'KV store load' },
      { title: 'Age of the answers' },
      { title: 'After a failure' },
      { title: 'Throughput' },
    ],
    rows: architecturesOf(result).map((view) => ({
      architecture: view.name,
      cells: [
        [view.name],
        [whereTheCountLives(view.result)],
        storeLoadLines(view),
        freshnessLines(view),
        failureLines(view),
        throughputLines(view),
      ],
    })),
  };
}

function storeLoadLines(view: ArchitectureView): string[] {
  const store = view.steady.store ?? view.failure.control?.store;
  if (store === undefined) return [missing];
  const { serving, speed } = store;
  const perEvent = (load: StoreLoad) => `${formatPerEvent(load.commandsPerEvent)} per event`;
  const lines = [
    ...(serving === undefined ? [] : [perEvent(serving), formatRate(serving.commandsPerSecond)]),
    ...(speed === undefined ? [] : [`speed store: ${perEvent(speed)}, ${formatRate(speed.commandsPerSecond)}`]),
  ];
  return lines.length > 0 ? lines : ['none'];
}

function freshnessLines(view: ArchitectureView): string[] {
  const { freshnessMs, sustained, lagSlopeEventsPerSecond } = view.steady;
  const { control, commonRatePerSecond } = view.failure;
  const percentiles = (ms: { p50: number; p99: number }) => `p50 ${formatMs(ms.p50)}, p99 ${formatMs(ms.p99)}`;
  const age = control?.freshnessMs;
  const atCommonRate = age === undefined ? [] : [`at ${formatRate(commonRatePerSecond)}: ${percentiles(age)}`];
  if (freshnessMs === undefined) return atCommonRate.length > 0 ? atCommonRate : [missing];
  if (sustained !== false) return [percentiles(freshnessMs)];
  return [percentiles(freshnessMs), `falls behind by ${formatRate(lagSlopeEventsPerSecond)}`, ...atCommonRate];
}

function failureLines(view: ArchitectureView): string[] {
  return view.failure.verdict === undefined ? [missing] : [view.failure.verdict, errorsInWords(view.failure)];
}

function throughputLines(view: ArchitectureView): string[] {
  if (view.capacity.eventsPerSecond === undefined) return [missing];
  return [
    formatRate(view.capacity.eventsPerSecond),
    `${formatQuantity(view.capacity.eventsPerCpuSecond)} per CPU-second`,
  ];
}

export function auditTable(result: Result): Table {
  const titles = ['Audited', 'Double counted', 'Lost', 'Misplaced', 'Phantom', 'Compensated', 'Unexplained keys'];
  return {
    columns: [
      { title: 'Architecture' },
      { title: 'Verdict' },
      ...[...titles, 'Late, dropped', 'Speed: double counted', 'Speed: lost'].map(figure),
    ],
    rows: architecturesOf(result).map(({ name, failure }) => {
      const { predicted, speed } = failure;
      return {
        architecture: name,
        cells: [
          [name],
          [failure.verdict ?? missing, ...(failure.verdictReason === undefined ? [] : [failure.verdictReason])],
          failure.keysAudited === undefined
            ? [missing]
            : [`${formatCount(failure.keysAudited)} keys`, `${formatQuantity(failure.eventsAudited)} events`],
          foundAndPredicted(failure.doubleCounted, predicted?.doubleCounted, predicted?.doubleCountedAtMost),
          foundAndPredicted(failure.lost, predicted?.lost),
          foundAndPredicted(failure.misplaced, predicted?.misplaced),
          [formatCount(failure.phantom)],
          [formatCount(failure.compensated)],
          [formatCount(failure.unexplained)],
          foundAndPredicted(failure.lateDropped, predicted?.lateDropped),
          foundAndPredicted(speed?.doubleCounted, speed?.predicted.doubleCounted),
          foundAndPredicted(speed?.lost, speed?.predicted.lost),
        ],
      };
    }),
  };
}

/** The prediction stands below what was found, unless both are 0. */
function foundAndPredicted(found: number | undefined, predicted: number | undefined, atMost?: number): string[] {
  const shown = formatCount(found);
  if (predicted === undefined || (found === 0 && predicted === 0 && atMost === undefined)) return [shown];
  return [shown, `${formatCount(predicted)}${atMost === undefined ? '' : ` to ${formatCount(atMost)}`} predicted`];
}

/** What readers noticed while the faults struck. */
export function servingTable(result: Result): Table {
  const titles = [
    'Age p50 before',
    'Age p99 before',
    'Query p99 before',
    'Unanswered',
    'Share',
    'Regressions',
    'Wrong answers',
    'Answers explained',
    'Not explained',
    'Ahead of the log',
    'Audit took',
  ];
  return {
    columns: [{ title: 'Architecture' }, ...titles.map(figure), { title: 'Log verified' }],
    rows: architecturesOf(result).map(({ name, failure }) => ({
      architecture: name,
      cells: [
        [name],
        [formatMs(failure.control?.freshnessMs?.p50)],
        [formatMs(failure.control?.freshnessMs?.p99)],
        [formatMs(failure.control?.queryLatencyMs?.p99)],
        [formatCount(failure.unavailable?.probes)],
        [formatShare(failure.unavailable?.share)],
        [formatCount(failure.readRegressions)],
        [formatCount(failure.wrongAnswers)],
        [formatCount(failure.explainedAnswers)],
        unexplainedLines(failure),
        [formatCount(failure.aheadAnswers)],
        [formatSeconds(failure.auditSeconds)],
        [failure.logVerified === undefined ? missing : failure.logVerified ? 'yes' : 'no'],
      ],
    })),
  };
}

/** The keys that stay unexplained stand below the answers: an error that lasts. */
function unexplainedLines(failure: ArchitectureView['failure']): string[] {
  const { unexplainedAnswers, keysUnexplainedAtEnd, sampledKeys } = failure;
  if (!unexplainedAnswers) return [formatCount(unexplainedAnswers)];
  return [
    formatCount(unexplainedAnswers),
    `${formatCount(keysUnexplainedAtEnd)} of ${formatCount(sampledKeys)} keys to the end`,
  ];
}

export function recoveryTable(result: Result): Table {
  return {
    columns: [
      { title: 'Architecture' },
      { title: 'Fault' },
      { title: 'Struck' },
      { title: 'Evidence' },
      ...['Detected', 'First answer', 'Caught up', 'Worst second answered', 'Replayed events'].map(figure),
    ],
    rows: architecturesOf(result).flatMap(({ name, failure }) =>
      (failure.faults ?? []).map((fault) => ({
        architecture: name,
        cells: [
          [name],
          [fault.kind],
          [fault.trigger],
          [fault.bit ? (fault.evidence.signal ?? 'bit') : 'no evidence that it bit'],
          [formatMs(fault.evidence.detectedMs)],
          [formatMs(fault.evidence.firstAnswerMs)],
          [formatMs(fault.evidence.caughtUpMs)],
          [formatShare(leastAvailability(failure.timeline, fault))],
          [formatCount(fault.evidence.replayedEvents)],
        ],
      })),
    ),
  };
}

/** The least share of canaries answered in a second that a fault touched, from its strike until all was well. */
function leastAvailability(timeline: Timeline | undefined, { atMs, evidence }: FaultRecord): number | undefined {
  if (timeline?.availability === undefined || atMs === undefined) return undefined;
  const endMs = atMs + Math.max(evidence.detectedMs ?? 0, evidence.firstAnswerMs ?? 0, evidence.caughtUpMs ?? 0);
  const second = (timeMs: number) => Math.floor(timeMs / 1000);
  const shares = timeline.availability.filter((share, i) => {
    const row = second(timeline.atMs[i] as number);
    return share !== null && row >= second(atMs) && row <= second(endMs);
  }) as number[];
  return shares.length === 0 ? undefined : Math.min(...shares);
}

/** The fastest architecture over each of the others, and over each rung. */
export function ratioTable(result: Result): Table {
  const views = architecturesOf(result);
  const top = fastestOf(views);
  const columns = [
    { title: `${top?.name ?? 'Fastest'} over` },
    ...['Events/s', 'Events per CPU-second', 'Age p99'].map(figure),
  ];
  if (top === undefined) return { columns, rows: [] };
  const row = (name: string[], rate?: number, perCpu?: number, age?: number) => [
    name,
    [formatRatio(quotient(top.capacity.eventsPerSecond, rate))],
    [formatRatio(quotient(top.capacity.eventsPerCpuSecond, perCpu))],
    [age === undefined ? missing : `${formatRatio(quotient(age, top.steady.freshnessMs?.p99))} as old`],
  ];
  const rows = views.flatMap((view) => {
    if (view === top) return [];
    const { eventsPerSecond, eventsPerCpuSecond } = view.capacity;
    const rungs = otherRungs(view.result);
    const client = rungs.length === 0 ? undefined : defaultRungName(result, view.name);
    const name = client === undefined ? [view.name] : [view.name, `${client} (default)`];
    const own = row(name, eventsPerSecond, eventsPerCpuSecond, view.steady.freshnessMs?.p99);
    const ofRungs = rungs.map((rung) => row([view.name, rung.name], rung.eventsPerSecond, rung.eventsPerCpuSecond));
    return [own, ...ofRungs].map((cells) => ({ architecture: view.name, cells }));
  });
  return { columns, rows };
}

/** What stands behind the capacity figures. */
export function capacityTable(result: Result): Table {
  return {
    columns: [
      { title: 'Architecture' },
      ...['Events/s', 'Events per CPU-second', 'Events', 'Time', 'CPU time', 'Checkpoints', 'Longest pause'].map(
        figure,
      ),
      { title: 'Log drained' },
    ],
    rows: architecturesOf(result).map(({ name, capacity }) => ({
      architecture: name,
      cells: [
        [name],
        [formatRate(capacity.eventsPerSecond)],
        [formatQuantity(capacity.eventsPerCpuSecond)],
        [formatCount(capacity.reflectedEvents)],
        [formatSeconds(capacity.elapsedSeconds)],
        [formatSeconds(capacity.cpuSeconds)],
        [formatCount(capacity.checkpoints?.count)],
        [formatMs(capacity.checkpoints?.longestPauseMs)],
        [capacity.completed === undefined ? missing : capacity.completed ? 'whole' : 'stopped at the limit'],
      ],
    })),
  };
}

function figure(title: string): Column {
  return { title, numeric: true };
}
