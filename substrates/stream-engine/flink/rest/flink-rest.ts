/**
 * A client of Flink's REST API: what is needed to upload and run the generic job, watch it, take savepoints and stop
 * it. Every call may reject with `FlinkUnavailableError` (try again later) or `FlinkRefusedError` (do something else).
 */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type Clock, MonotonicClock } from '../../../clock.ts';
import { FlinkRefusedError, FlinkUnavailableError } from '../flink-errors.ts';
import { rootCauseOf } from '../java-trace.ts';
import {
  accumulatorsAnswer,
  backPressureAnswer,
  checkpointConfigAnswer,
  checkpointSubtasksAnswer,
  checkpointsAnswer,
  configAnswer,
  exceptionsAnswer,
  type FlinkJobState,
  jarsAnswer,
  jobAnswer,
  jobsAnswer,
  metricsAnswer,
  overviewAnswer,
  runAnswer,
  savepointAnswer,
  taskManagersAnswer,
  triggerAnswer,
  uploadAnswer,
  vertexAnswer,
} from './answers.ts';
import { FlinkHttp, type FlinkRestOptions } from './http.ts';
import * as translate from './translate.ts';
import type {
  BackPressure,
  CheckpointConfig,
  Checkpoints,
  ClusterOverview,
  JobDetails,
  JobException,
  JobSummary,
  RunRequest,
  SavepointOptions,
  SubtaskPlace,
  TaskManager,
} from './types.ts';

const POLL_EVERY_MS = 50;
/** A savepoint of a large state takes as long as its slowest disk. */
const SAVEPOINT_TIMEOUT_MS = 300_000;
/** Names of one question for metrics: a URL must not grow without bound. */
const METRICS_PER_QUESTION = 50;

export class FlinkRest {
  readonly #http: FlinkHttp;
  readonly #clock: Clock;

  constructor(options: FlinkRestOptions, clock: Clock = new MonotonicClock(0)) {
    this.#http = new FlinkHttp(options);
    this.#clock = clock;
  }

  get url(): string {
    return this.#http.url;
  }

  async overview(): Promise<ClusterOverview> {
    return translate.overview(await this.#http.ask('GET', '/overview', overviewAnswer, 'an overview of the cluster'));
  }

  /** The job manager's configuration: what its file and its command line say, no defaults. */
  async clusterConfig(): Promise<ReadonlyMap<string, string>> {
    const entries = await this.#http.ask('GET', '/jobmanager/config', configAnswer, 'its configuration');
    return new Map(entries.map(({ key, value }) => [key, value ?? '']));
  }

  async taskManagers(): Promise<TaskManager[]> {
    const answer = await this.#http.ask('GET', '/taskmanagers', taskManagersAnswer, 'its task managers');
    return answer.taskmanagers.map(translate.taskManager);
  }

  /** Uploads a jar and returns its id, with which it is run and deleted. */
  async uploadJar(path: string): Promise<string> {
    const form = new FormData();
    form.set('jarfile', new Blob([await readFile(path)], { type: 'application/x-java-archive' }), basename(path));
    const doing = `the upload of ${basename(path)}`;
    const { filename } = await this.#http.ask('POST', '/jars/upload', uploadAnswer, doing, form);
    return basename(filename);
  }

  /** Ids of the jars that were uploaded. */
  async jars(): Promise<{ id: string; name: string }[]> {
    return (await this.#http.ask('GET', '/jars', jarsAnswer, 'its jars')).files;
  }

  async deleteJar(jar: string): Promise<void> {
    await this.#http.ask('DELETE', `/jars/${encodeURIComponent(jar)}`, z.object({}), `the deletion of jar ${jar}`);
  }

  /** Runs a jar's job and returns its id; the job is not running yet. */
  async run(jar: string, request: RunRequest): Promise<string> {
    const { jobid } = await this.#http.ask(
      'POST',
      `/jars/${encodeURIComponent(jar)}/run`,
      runAnswer,
      `to run ${jar}`,
      translate.runBody(request),
    );
    return jobid;
  }

  async jobs(): Promise<JobSummary[]> {
    const answer = await this.#http.ask('GET', '/jobs/overview', jobsAnswer, 'its jobs');
    return answer.jobs.map(translate.jobSummary);
  }

  async job(job: string): Promise<JobDetails> {
    return translate.jobDetails(await this.#http.ask('GET', `/jobs/${job}`, jobAnswer, `to show job ${job}`));
  }

  /**
   * Resolves when the job is in one of the states, and, where that is RUNNING, when all of its tasks run. Errors: it
   * can no more come there, with the root cause; it did not within the time.
   */
  async untilState(job: string, wanted: readonly FlinkJobState[], timeoutMs: number): Promise<FlinkJobState> {
    const giveUpMs = this.#clock.nowMs() + timeoutMs;
    for (;;) {
      const details = await this.job(job);
      const { state, name } = details;
      if (wanted.includes(state) && (state !== 'RUNNING' || translate.allTasksRun(details))) return state;
      if (translate.isOver(state)) {
        const [newest] = await this.exceptions(job);
        const why = newest === undefined ? '' : `: ${newest.rootCause}`;
        throw new FlinkRefusedError(`job ${name} is ${state}, not ${wanted.join(' or ')}${why}`);
      }
      if (this.#clock.nowMs() >= giveUpMs) {
        throw new FlinkUnavailableError(
          `job ${name} is ${state} after ${timeoutMs} ms, not ${wanted.join(' or ')} with all its tasks: ` +
            'are there enough free slots?',
        );
      }
      await sleep(POLL_EVERY_MS);
    }
  }

  /** The job's failures, newest first, each with its root cause. */
  async exceptions(job: string, most = 20): Promise<JobException[]> {
    const path = `/jobs/${job}/exceptions?maxExceptions=${most}`;
    const answer = await this.#http.ask('GET', path, exceptionsAnswer, `the failures of job ${job}`);
    return answer.exceptionHistory.entries.map(translate.exception).sort((a, b) => b.atMs - a.atMs);
  }

  /** Figures of the checkpoints, with the one that the job was restored from last. */
  async checkpoints(job: string): Promise<Checkpoints> {
    const path = `/jobs/${job}/checkpoints`;
    return translate.checkpoints(await this.#http.ask('GET', path, checkpointsAnswer, `the checkpoints of job ${job}`));
  }

  /** Longest time, in ms, that a subtask of the vertex stood still for a checkpoint: to align barriers, and to copy. */
  async checkpointPauseMs(job: string, checkpoint: number, vertex: string): Promise<number> {
    const path = `/jobs/${job}/checkpoints/details/${checkpoint}/subtasks/${vertex}`;
    const doing = `checkpoint ${checkpoint} of job ${job}`;
    const { summary } = await this.#http.ask('GET', path, checkpointSubtasksAnswer, doing);
    return summary === undefined ? 0 : summary.alignment.duration.max + summary.checkpoint_duration.sync.max;
  }

  async checkpointConfig(job: string): Promise<CheckpointConfig> {
    const doing = `the checkpoint settings of job ${job}`;
    const answer = await this.#http.ask('GET', `/jobs/${job}/checkpoints/config`, checkpointConfigAnswer, doing);
    return translate.checkpointConfig(answer);
  }

  /** Where the subtasks of a vertex run, by subtask. */
  async subtasks(job: string, vertex: string): Promise<SubtaskPlace[]> {
    const doing = `vertex ${vertex} of job ${job}`;
    const answer = await this.#http.ask('GET', `/jobs/${job}/vertices/${vertex}`, vertexAnswer, doing);
    return answer.subtasks.map(translate.subtask);
  }

  /** Names of the metrics of a vertex; they begin with the subtask's number. */
  async metricNames(job: string, vertex: string): Promise<string[]> {
    const path = `/jobs/${job}/vertices/${vertex}/metrics`;
    const answer = await this.#http.ask('GET', path, metricsAnswer, `the metrics of vertex ${vertex}`);
    return answer.map(({ id }) => id);
  }

  /** Values by name; names that the vertex does not have (yet) are left out. */
  async metrics(job: string, vertex: string, names: readonly string[]): Promise<Map<string, string>> {
    const values = new Map<string, string>();
    for (let from = 0; from < names.length; from += METRICS_PER_QUESTION) {
      const get = names
        .slice(from, from + METRICS_PER_QUESTION)
        .map(encodeURIComponent)
        .join(',');
      const path = `/jobs/${job}/vertices/${vertex}/metrics?get=${get}`;
      const answer = await this.#http.ask('GET', path, metricsAnswer, `the metrics of vertex ${vertex}`);
      for (const { id, value } of answer) if (value !== undefined) values.set(id, value);
    }
    return values;
  }

  /** What the job's own accumulators came to, by name, as texts; also of a job that is over. */
  async accumulators(job: string): Promise<Map<string, string>> {
    const doing = `the accumulators of job ${job}`;
    const answer = await this.#http.ask('GET', `/jobs/${job}/accumulators`, accumulatorsAnswer, doing);
    return new Map(answer['user-task-accumulators'].map(({ name, value }) => [name, value]));
  }

  /** Undefined while Flink has no figures yet. */
  async backPressure(job: string, vertex: string): Promise<BackPressure | undefined> {
    const path = `/jobs/${job}/vertices/${vertex}/backpressure`;
    try {
      const answer = await this.#http.ask('GET', path, backPressureAnswer, `the back-pressure of vertex ${vertex}`);
      return translate.backPressure(answer);
    } catch (error) {
      // Flink trips over tasks that have not reported yet.
      if (error instanceof FlinkRefusedError && error.message.includes('NoSuchElementException')) return undefined;
      throw error;
    }
  }

  /** Asks for the end of a job; it is over when its state says so. */
  async cancel(job: string): Promise<void> {
    await this.#http.ask('PATCH', `/jobs/${job}?mode=cancel`, z.object({}), `to cancel job ${job}`);
  }

  /** Takes a savepoint and ends the job; returns where the savepoint is. With `drain` event time ends first. */
  async stopWithSavepoint(job: string, options: SavepointOptions & { drain?: boolean } = {}): Promise<string> {
    const body = { targetDirectory: options.directory, formatType: options.format, drain: options.drain ?? false };
    const doing = `to stop job ${job} with a savepoint`;
    const trigger = await this.#http.ask('POST', `/jobs/${job}/stop`, triggerAnswer, doing, body);
    return this.#savepointLocation(job, trigger['request-id'], doing, options.timeoutMs);
  }

  /** Takes a savepoint of a job that goes on; returns where it is. */
  async savepoint(job: string, options: SavepointOptions = {}): Promise<string> {
    const body = { 'target-directory': options.directory, formatType: options.format, 'cancel-job': false };
    const doing = `a savepoint of job ${job}`;
    const trigger = await this.#http.ask('POST', `/jobs/${job}/savepoints`, triggerAnswer, doing, body);
    return this.#savepointLocation(job, trigger['request-id'], doing, options.timeoutMs);
  }

  /** Deletes a savepoint's files. */
  async disposeSavepoint(location: string, timeoutMs = SAVEPOINT_TIMEOUT_MS): Promise<void> {
    const doing = `the disposal of savepoint ${location}`;
    const body = { 'savepoint-path': location };
    const trigger = await this.#http.ask('POST', '/savepoint-disposal', triggerAnswer, doing, body);
    await this.#finished(`/savepoint-disposal/${trigger['request-id']}`, doing, timeoutMs);
  }

  async #savepointLocation(job: string, trigger: string, doing: string, timeoutMs?: number): Promise<string> {
    const path = `/jobs/${job}/savepoints/${trigger}`;
    const operation = await this.#finished(path, doing, timeoutMs ?? SAVEPOINT_TIMEOUT_MS);
    if (operation.location) return operation.location;
    throw new FlinkRefusedError(`Flink finished ${doing} and does not say where it is: look at the job manager's log`);
  }

  /** Waits for an operation that Flink does meanwhile. */
  async #finished(path: string, doing: string, timeoutMs: number): Promise<{ location?: string | null | undefined }> {
    const giveUpMs = this.#clock.nowMs() + timeoutMs;
    for (;;) {
      const { status, operation } = await this.#http.ask('GET', path, savepointAnswer, doing);
      const cause = operation?.['failure-cause'];
      if (cause) throw new FlinkRefusedError(`Flink failed with ${doing}: ${rootCauseOf(cause['stack-trace'])}`);
      if (status.id === 'COMPLETED') return operation ?? {};
      if (this.#clock.nowMs() >= giveUpMs) {
        throw new FlinkUnavailableError(`Flink has not finished ${doing} within ${timeoutMs} ms`);
      }
      await sleep(POLL_EVERY_MS);
    }
  }
}
