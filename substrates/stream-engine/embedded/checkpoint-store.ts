/**
 * A partition's checkpoints on disk. A checkpoint is written under another name and renamed when it is whole, so that a
 * crash at any instant leaves a usable one; the newest ones are kept, and restoring falls back to the one before when
 * the newest is unusable.
 *
 * Names carry (epoch, number): a later worker's checkpoints are newer whatever their number, so one that a zombie
 * writes late never counts as the newest.
 */
import type { Runtime } from '../../runtime.ts';
import { JobFailedError } from '../stream-engine.ts';
import {
  decodeCheckpoint,
  decodeSealedRows,
  encodeCheckpoint,
  encodeSealedRows,
  type PartitionState,
  UnusableCheckpointError,
} from './checkpoint-codec.ts';

/** Checkpoints kept per partition: the newest and one to fall back to, and one more for an unlucky second. */
export const RETAINED_CHECKPOINTS = 3;

export interface RestoredCheckpoint {
  file: string;
  state: PartitionState;
  /** Files that are newer and could not be used, with the reason. */
  rejected: string[];
}

export class CheckpointStore {
  readonly #runtime: Runtime;
  readonly #directory: string;
  readonly #prefix: string;
  readonly #partition: number;
  readonly #epoch: number;
  #number = 0;

  constructor(runtime: Runtime, directory: string, stage: number, partition: number, epoch: number) {
    this.#runtime = runtime;
    this.#directory = directory;
    this.#partition = partition;
    this.#epoch = epoch;
    this.#prefix = `s${stage}-p${partition}-`;
  }

  /**
   * The newest usable checkpoint; undefined if none was ever written.
   * Error: `JobFailedError` if there are some and none is usable: going on from nothing would lose or double silently.
   */
  async restore(): Promise<RestoredCheckpoint | undefined> {
    const names = await this.#names();
    const rejected: string[] = [];
    for (const name of names.reverse()) {
      try {
        return { file: name, state: await this.#load(name), rejected };
      } catch (error) {
        if (!(error instanceof UnusableCheckpointError)) throw error;
        rejected.push(`${name}: ${error.message}`);
      }
    }
    if (rejected.length === 0) return undefined;
    throw new JobFailedError(
      `partition ${this.#partition}: none of its ${rejected.length} checkpoints is usable (${rejected.join('; ')}). ` +
        `Restore the files in ${this.#directory} from a copy, or remove the directory to count again from the start of the log.`,
    );
  }

  /**
   * Writes one checkpoint and removes those that are no longer kept. `midway` is awaited when half of the bytes are on
   * disk.
   */
  async write(state: PartitionState, midway: () => void | Promise<void>): Promise<{ bytes: number }> {
    const bytes = encodeCheckpoint(state);
    this.#number += 1;
    const name = `${this.#prefix}${padded(this.#epoch, 6)}-${padded(this.#number, 9)}.checkpoint`;
    const path = `${this.#directory}/${name}`;
    const half = bytes.length >> 1;
    await this.#runtime.files.write(`${path}.part`, [bytes.subarray(0, half)]);
    await midway();
    await this.#runtime.files.append(`${path}.part`, bytes.subarray(half));
    await this.#runtime.files.rename(`${path}.part`, path);
    const names = await this.#names();
    for (const old of names.slice(0, -RETAINED_CHECKPOINTS)) {
      await this.#runtime.files.remove(`${this.#directory}/${old}`);
    }
    return { bytes: bytes.length };
  }

  /** Writes a window that will not change any more, once; a checkpoint then only names it. */
  async writeSealed(hourStartMs: number, rows: Int32Array): Promise<string> {
    const name = `${this.#prefix}${hourStartMs}.window`;
    const path = `${this.#directory}/${name}`;
    await this.#runtime.files.write(`${path}.part${this.#epoch}`, [encodeSealedRows(rows)]);
    await this.#runtime.files.rename(`${path}.part${this.#epoch}`, path);
    return name;
  }

  async #names(): Promise<string[]> {
    const names = await this.#runtime.files.list(this.#directory);
    return names.filter((name) => name.startsWith(this.#prefix) && name.endsWith('.checkpoint')).sort();
  }

  async #load(name: string): Promise<PartitionState> {
    const bytes = await this.#runtime.files.read(`${this.#directory}/${name}`);
    if (bytes === undefined) throw new UnusableCheckpointError('the file is gone');
    const state = decodeCheckpoint(bytes, this.#partition);
    for (const window of state.windows) {
      if (!('file' in window.rows)) continue;
      const sealed = await this.#runtime.files.read(`${this.#directory}/${window.rows.file}`);
      if (sealed === undefined) throw new UnusableCheckpointError(`sealed window ${window.rows.file} is missing`);
      decodeSealedRows(sealed, window.rows.file);
    }
    return state;
  }

  /** The rows of a sealed window that a restored checkpoint names. */
  async readSealed(file: string): Promise<Int32Array> {
    const bytes = await this.#runtime.files.read(`${this.#directory}/${file}`);
    if (bytes === undefined) throw new UnusableCheckpointError(`sealed window ${file} is missing`);
    return decodeSealedRows(bytes, file);
  }
}

function padded(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}
