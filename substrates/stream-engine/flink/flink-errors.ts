/** What can go wrong with a Flink cluster, in words for the person who has to do something about it. */

/** The cluster, or a part of it, cannot be reached now or is not ready; the same call may succeed later. */
export class FlinkUnavailableError extends Error {
  override readonly name = 'FlinkUnavailableError';
}

/** The cluster refuses, or this job is not for Flink; the same call fails again. */
export class FlinkRefusedError extends Error {
  override readonly name = 'FlinkRefusedError';
  /** HTTP status of the refusal, where a server has refused. */
  readonly status: number | undefined;

  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }
}
