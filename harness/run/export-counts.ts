/** Every final answer of an architecture as CSV, so that anyone can recount with a tool of their own. */
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ImpressionSource } from '../../generators/impression-source.ts';
import type { RowColumns } from '../../substrates/key-value-store/key-value-store.ts';

const ROWS_PER_CHUNK = 10_000;

/**
 * Writes `<directory>/<architecture>.csv` with the header `tweetId,hourStartMs,count`; canaries are the harness's own
 * and left out.
 */
export async function exportCounts(
  directory: string,
  architecture: string,
  source: ImpressionSource,
  answers: RowColumns,
): Promise<void> {
  await mkdir(directory, { recursive: true });
  // A trace has no tweets of ours: its canaries are tweets like others.
  const own = source.description.kind === 'synthetic' ? source.canaries : [];
  const canaries = new Set(own.map(({ tweetIdLo, tweetIdHi }) => `${tweetIdHi} ${tweetIdLo}`));
  async function* lines(): AsyncGenerator<string> {
    yield 'tweetId,hourStartMs,count\n';
    for (let from = 0; from < answers.count; from += ROWS_PER_CHUNK) {
      let text = '';
      for (let row = from; row < Math.min(answers.count, from + ROWS_PER_CHUNK); row++) {
        const lo = answers.tweetIdLo[row] as number;
        const hi = answers.tweetIdHi[row] as number;
        if (canaries.has(`${hi} ${lo}`)) continue;
        text += `${quoted(source.spell(lo, hi))},${answers.hourStartMs[row]},${answers.counter[row]}\n`;
      }
      yield text;
    }
  }
  await pipeline(lines, createWriteStream(join(directory, `${architecture}.csv`)));
}

/** A field of CSV (RFC 4180). */
function quoted(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
