/** Whether Flink's job manager answers over REST, and which task managers have registered with it. */

/** A task manager as REST shows it, as far as a launcher cares. */
interface TaskManager {
  /** `host:rpcPort-random`; another one for each process. */
  id: string;
  /** 0 until it has reported them. */
  slotsNumber: number;
}

/** Resolves when the job manager on this port of 127.0.0.1 answers for its cluster. */
export async function probeFlink(port: number, timeoutMs: number): Promise<void> {
  const overview = await ask(port, 'overview', timeoutMs);
  if (typeof overview['flink-version'] !== 'string') throw new Error(`port ${port} does not answer as Flink does`);
}

/** Resolves when so many task managers have registered. */
export async function probeTaskManagers(port: number, count: number, timeoutMs: number): Promise<void> {
  const found = (await taskManagerIds(port, timeoutMs)).length;
  if (found < count) throw new Error(`${found} of ${count} task managers have registered with port ${port}`);
}

/**
 * The ids of the task managers that the job manager takes for alive. One counts from when it has reported its slots: it
 * knows then that it is registered. One whose job manager dies before asks for that one ever after.
 */
export async function taskManagerIds(port: number, timeoutMs: number): Promise<string[]> {
  const { taskmanagers } = await ask(port, 'taskmanagers', timeoutMs);
  if (!Array.isArray(taskmanagers)) throw new Error(`port ${port} does not answer as Flink does`);
  return (taskmanagers as TaskManager[]).filter(({ slotsNumber }) => slotsNumber > 0).map(({ id }) => id);
}

async function ask(port: number, path: string, timeoutMs: number): Promise<Record<string, unknown>> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/${path}`, { signal: AbortSignal.timeout(timeoutMs) });
    // Before it has a leader it says 503 to everything.
    if (!answer.ok) throw new Error(`port ${port} answers with status ${answer.status}`);
    return (await answer.json()) as Record<string, unknown>;
  } catch (error) {
    const { cause, name } = error as Error;
    if (name === 'TimeoutError') throw new Error(`port ${port} gave no answer in ${timeoutMs} ms`);
    // fetch says "fetch failed", and why in its cause.
    throw cause ?? error;
  }
}
