/**
 * The figures of a streaming job, read while it runs: the gauges of its stages by way of REST, and, from the task
 * managers themselves, how far each partition is reflected in windows. A job manager is slow to tell what gauges say,
 * and says nothing for seconds when a task manager has died; the markers of windows are as fresh as any query.
 */
import { type Clock, wallClockMs } from '../../clock.ts';
import type { StoreName } from '../../declaration.ts';
import type { StoreCounts } from '../../key-value-store/key-value-store.ts';
import {
  knowsFirstOffsets,
  operatorOf,
  parseProgress,
  type StageProgresses,
  type SubtaskProgress,
} from './job-progress.ts';
import { countsOf, lastWordsOf } from './last-words.ts';
import { OperatorCounts } from './operator-counts.ts';
import type { FlinkPlan } from './plan.ts';
import { type PartitionMarkers, readProgress } from './queryable-state/progress.ts';
import type { QueryableStateClient } from './queryable-state/queryable-state-client.ts';
import type { FlinkRest } from './rest/flink-rest.ts';
import type { JobDetails } from './rest/types.ts';

interface Gauges {
  vertex: string;
  stage: number;
  names: string[];
}

export class JobFigures {
  readonly #rest: FlinkRest;
  readonly #plan: FlinkPlan;
  readonly #markers: Pick<QueryableStateClient, 'look'>;
  readonly #clock: Clock;
  readonly #counts: OperatorCounts;
  readonly #progresses = new Map<number, (SubtaskProgress | undefined)[]>();
  /** Stages that have said something since the attempt began. */
  readonly #fresh = new Set<number>();
  #gauges: readonly Gauges[] = [];
  #beganMs = 0;
  #takenAtMs = 0;

  constructor(rest: FlinkRest, plan: FlinkPlan, markers: Pick<QueryableStateClient, 'look'>, clock: Clock) {
    this.#rest = rest;
    this.#plan = plan;
    this.#counts = new OperatorCounts(plan.declaration);
    this.#markers = markers;
    this.#clock = clock;
  }

  get progresses(): StageProgresses {
    return this.#progresses;
  }

  /** What all attempts have asked of stores. */
  storeCounts(): Partial<Record<StoreName, StoreCounts>> {
    return this.#counts.sums();
  }

  /** When the newest figures were taken, on the run's clock. */
  get takenAtMs(): number {
    return this.#takenAtMs;
  }

  /** Every stage has said something since the attempt began. */
  get isFresh(): boolean {
    return this.#stages().every(({ stage }) => this.#fresh.has(stage));
  }

  /** Every stage has said where its partitions began in this attempt. */
  get knowsFirstOffsets(): boolean {
    const { declaration, log } = this.#plan;
    return this.#stages().every(({ stage }) =>
      knowsFirstOffsets(declaration.stages[stage]?.kind, this.#progresses.get(stage) ?? [], log.partitions),
    );
  }

  attemptBegins(): void {
    this.#beganMs = this.#clock.nowMs();
  }

  /** What is known goes on until there is something newer, but for what is true of one attempt alone. */
  attemptEnds(): void {
    this.#fresh.clear();
    this.#counts.attemptIsOver();
    for (const [stage, subtasks] of this.#progresses) {
      const without = subtasks.map((one) => one && { ...one, watermarkMs: null, first: {} });
      this.#progresses.set(stage, without);
    }
  }

  /** Another job of the same plan has the same operators under other names of vertices. */
  jobChanges(): void {
    this.#gauges = [];
  }

  async read(details: JobDetails): Promise<void> {
    if (this.#gauges.length === 0) await this.#find(details);
    let takenAtMs = Number.POSITIVE_INFINITY;
    for (const gauges of this.#gauges) takenAtMs = Math.min(takenAtMs, await this.#readGauges(details.id, gauges));
    for (const { stage, isWindow } of this.#stages()) {
      if (isWindow && (await this.#readMarkers(stage))) takenAtMs = this.#clock.nowMs();
    }
    if (takenAtMs < Number.POSITIVE_INFINITY) this.#takenAtMs = Math.max(this.#takenAtMs, takenAtMs);
  }

  /** What the operators of a job that is over said last. */
  async readLastWords(job: string): Promise<void> {
    const toRunMs = this.#clock.nowMs() - wallClockMs();
    for (const { stage, subtask, progress } of lastWordsOf(await this.#rest.accumulators(job))) {
      const subtasks = [...(this.#progresses.get(stage) ?? [])];
      subtasks[subtask] = withNewest(progress, subtasks[subtask]);
      this.#progresses.set(stage, subtasks);
      this.#counts.note(stage, subtask, countsOf(progress));
      this.#takenAtMs = Math.max(this.#takenAtMs, progress.atMs + toRunMs);
    }
  }

  /** When the oldest of them was said; -∞ if an earlier attempt said it, or nobody. */
  async #readGauges(job: string, { vertex, stage, names }: Gauges): Promise<number> {
    const wallMs = wallClockMs();
    const toRunMs = this.#clock.nowMs() - wallMs;
    const values = await this.#rest.metrics(job, vertex, names);
    const subtasks = names.map((name) => parseProgress(values.get(name)));
    const oldestMs = Math.min(...subtasks.map((one) => (one?.atMs ?? 0) + toRunMs));
    if (oldestMs < this.#beganMs) return Number.NEGATIVE_INFINITY;
    const known = this.#fresh.has(stage) ? (this.#progresses.get(stage) ?? []) : [];
    const now = subtasks.flatMap((one, subtask) => (one === undefined ? [] : withNewest(one, known[subtask])));
    this.#progresses.set(stage, now);
    for (const [subtask, progress] of now.entries()) {
      this.#counts.note(stage, subtask, countsOf(progress));
    }
    this.#fresh.add(stage);
    return oldestMs;
  }

  /** False where nobody could say. */
  async #readMarkers(stage: number): Promise<boolean> {
    const { log, parallelism, maxParallelism } = this.#plan;
    const shape = { stage, partitions: log.partitions, parallelism, maxParallelism };
    const read = await readProgress(this.#markers, shape);
    if (read === undefined) return false;
    const known = this.#progresses.get(stage) ?? [];
    const subtasks = Array.from({ length: parallelism }, (_, subtask): SubtaskProgress => {
      const now = known[subtask] ?? nothingYet;
      return { ...now, partitions: marksOf(read, subtask) };
    });
    this.#progresses.set(stage, subtasks);
    this.#fresh.add(stage);
    return true;
  }

  async #find({ id, vertices }: JobDetails): Promise<void> {
    const found: Gauges[] = [];
    const stages = this.#stages();
    for (const { id: vertex, parallelism } of vertices) {
      const names = await this.#rest.metricNames(id, vertex);
      for (const { stage, operator } of stages) {
        const own = Array.from({ length: parallelism }, (_, subtask) => `${subtask}.${operator}.progress`);
        if (own.every((name) => names.includes(name))) found.push({ vertex, stage, names: own });
      }
    }
    // All or none: what is not registered yet is looked for again.
    if (found.length === stages.length) this.#gauges = found;
  }

  #stages(): { stage: number; operator: string; isWindow: boolean }[] {
    return this.#plan.declaration.stages.flatMap((stage, index) => {
      const operator = operatorOf(stage, index);
      return operator === undefined ? [] : [{ stage: index, operator, isWindow: stage.kind === 'window-state' }];
    });
  }
}

/** Markers that were read from the task managers may be ahead of a gauge that came by way of the job manager. */
function withNewest(now: SubtaskProgress, known: SubtaskProgress | undefined): SubtaskProgress {
  const partitions = { ...now.partitions };
  for (const [partition, mark] of Object.entries(known?.partitions ?? {})) {
    if (mark[0] > (partitions[partition]?.[0] ?? -1)) partitions[partition] = mark;
  }
  return { ...now, partitions };
}

function marksOf(read: readonly PartitionMarkers[], subtask: number): SubtaskProgress['partitions'] {
  const marks: SubtaskProgress['partitions'] = {};
  for (const { partition, markers } of read) {
    const marker = markers[subtask];
    if (marker === undefined) continue;
    const { offset, countedEvents, lateDroppedEvents, ended } = marker;
    marks[String(partition)] = [offset, countedEvents, lateDroppedEvents, ended ? 1 : 0];
  }
  return marks;
}

const nothingYet: SubtaskProgress = {
  atMs: 0,
  partitions: {},
  storedEvents: 0,
  commands: 0,
  roundTrips: 0,
  reads: 0,
  writes: 0,
  pendingKeys: 0,
  watermarkMs: null,
  stateBytes: null,
};
