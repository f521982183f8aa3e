/**
 * Rows that a pipeline deleted from a store because nobody needs them any more, saved before they went, so that the
 * audit still sees what had been counted. A row is 24 bytes, little-endian: hour f64, low id u32, high id u32, counter
 * u32, fingerprint i32.
 */
import { createRows, type RowColumns } from '../../substrates/key-value-store/key-value-store.ts';
import type { Files } from '../../substrates/runtime.ts';

const ROW_BYTES = 24;

export function deletedRowsPath(directory: string, stage: number, partition: number, epoch: number): string {
  return `${directory}/s${stage}-p${partition}-e${epoch}.deleted`;
}

export function encodeDeletedRows(rows: RowColumns): Uint8Array {
  const bytes = new Uint8Array(rows.count * ROW_BYTES);
  const view = new DataView(bytes.buffer);
  for (let row = 0; row < rows.count; row++) {
    const at = row * ROW_BYTES;
    view.setFloat64(at, rows.hourStartMs[row] as number, true);
    view.setUint32(at + 8, rows.tweetIdLo[row] as number, true);
    view.setUint32(at + 12, rows.tweetIdHi[row] as number, true);
    view.setUint32(at + 16, rows.counter[row] as number, true);
    view.setInt32(at + 20, rows.fingerprint[row] as number, true);
  }
  return bytes;
}

/** Events in the saved rows of a partition. */
export async function deletedEvents(
  files: Files,
  directory: string,
  stage: number,
  partition: number,
): Promise<number> {
  const rows = await readRowFiles(files, directory, `s${stage}-p${partition}-`, '.deleted');
  return rows.counter.subarray(0, rows.count).reduce((sum, counter) => sum + counter, 0);
}

/** All saved rows of a stage; a row that a restarted worker saved again stands once. */
export function readDeletedRows(files: Files, directory: string, stage: number): Promise<RowColumns> {
  return readRowFiles(files, directory, `s${stage}-p`, '.deleted');
}

/** The rows of all files of such names; of a key that is there more than once, the last. */
export async function readRowFiles(
  files: Files,
  directory: string,
  prefix: string,
  suffix: string,
): Promise<RowColumns> {
  const names = (await files.list(directory)).filter((name) => name.startsWith(prefix) && name.endsWith(suffix));
  const seen = new Map<string, { hourStartMs: number; lo: number; hi: number; counter: number; fingerprint: number }>();
  for (const name of names) {
    const bytes = (await files.read(`${directory}/${name}`)) ?? new Uint8Array();
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    // A crash may have cut the last row short; its deletion then never began.
    for (let at = 0; at + ROW_BYTES <= bytes.length; at += ROW_BYTES) {
      const hourStartMs = view.getFloat64(at, true);
      const lo = view.getUint32(at + 8, true);
      const hi = view.getUint32(at + 12, true);
      const counter = view.getUint32(at + 16, true);
      seen.set(`${hourStartMs} ${lo} ${hi}`, {
        hourStartMs,
        lo,
        hi,
        counter,
        fingerprint: view.getInt32(at + 20, true),
      });
    }
  }
  const rows = createRows(seen.size);
  for (const saved of seen.values()) {
    const row = rows.count++;
    rows.hourStartMs[row] = saved.hourStartMs;
    rows.tweetIdLo[row] = saved.lo;
    rows.tweetIdHi[row] = saved.hi;
    rows.counter[row] = saved.counter;
    rows.fingerprint[row] = saved.fingerprint;
  }
  return rows;
}
