/**
 * A committed log position of a stage that keeps it apart from its store: one small file that is written in place.
 *
 * A record is 24 bytes: position f64, a number that belongs to it f64, CRC-32 u32, magic u32. One file an epoch, so
 * that a worker that was declared dead cannot move its successor's position.
 */
import { crc32 } from 'node:zlib';
import type { PositionalFile, Runtime } from '../../runtime.ts';
import { JobFailedError } from '../stream-engine.ts';

const MAGIC = 0x534f504f;
const BYTES = 24;

export interface Position {
  offset: number;
  /** What the stage needs beside the offset (events written, the hour that was published). */
  value: number;
}

export class PositionFile {
  readonly #runtime: Runtime;
  readonly #directory: string;
  readonly #prefix: string;
  readonly #epoch: number;
  readonly #record = new Uint8Array(BYTES);
  readonly #view = new DataView(this.#record.buffer);
  #file: PositionalFile | undefined;

  constructor(runtime: Runtime, directory: string, stage: number, partition: number, epoch: number) {
    this.#runtime = runtime;
    this.#directory = directory;
    this.#prefix = `s${stage}-p${partition}-`;
    this.#epoch = epoch;
  }

  /**
   * The position that the newest epoch committed; undefined if none ever did. Error: `JobFailedError` if it is damaged.
   */
  async restore(): Promise<(Position & { file: string }) | undefined> {
    const names = (await this.#runtime.files.list(this.#directory)).filter(
      (name) => name.startsWith(this.#prefix) && name.endsWith('.position'),
    );
    for (const name of names.sort().reverse()) {
      const bytes = await this.#runtime.files.read(`${this.#directory}/${name}`);
      // An epoch that died before its first commit leaves an empty file.
      if (bytes === undefined || bytes.length === 0) continue;
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const intact =
        bytes.length === BYTES &&
        view.getUint32(20, true) === MAGIC &&
        view.getUint32(16, true) === crc32(bytes.subarray(0, 16));
      if (!intact) {
        throw new JobFailedError(
          `the committed position ${this.#directory}/${name} is damaged, so nobody knows what was counted. ` +
            'Restore the file from a copy, or remove the directory and empty the store to count again from the start of the log.',
        );
      }
      return { file: name, offset: view.getFloat64(0, true), value: view.getFloat64(8, true) };
    }
    return undefined;
  }

  async commit(position: Position): Promise<void> {
    this.#file ??= await this.#runtime.files.openPositional(
      `${this.#directory}/${this.#prefix}${String(this.#epoch).padStart(6, '0')}.position`,
    );
    this.#view.setFloat64(0, position.offset, true);
    this.#view.setFloat64(8, position.value, true);
    this.#view.setUint32(16, crc32(this.#record.subarray(0, 16)), true);
    this.#view.setUint32(20, MAGIC, true);
    await this.#file.writeAt(this.#record, 0);
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }
}
