/**
 * How fast impressions go into the log on files, and how fast they are read back (from memory, where the system keeps
 * the file).
 */
import { join } from 'node:path';
import type { ImpressionBlock } from '../../generators/impression.ts';
import type { LogReader } from '../../substrates/event-log/event-log.ts';
import { openFileLog } from '../../substrates/event-log/open-log.ts';
import { probeBlocks } from './blocks.ts';
import type { ProbeFamily } from './probe.ts';

const BLOCKS = 64;
const BLOCKS_PER_CALL = 16;

export async function logProbes(directory: string): Promise<ProbeFamily> {
  const blocks = probeBlocks(BLOCKS);
  const log = await openFileLog({ kind: 'files', directory: join(directory, 'log'), partitions: 1 });
  const writer = await log.openWriter(0);
  let arrivalMs = 0;
  const append = async () => {
    let rows = 0;
    for (let i = 0; i < BLOCKS_PER_CALL; i++) {
      const block = blocks[arrivalMs % blocks.length] as ImpressionBlock;
      await writer.append({ ...block, firstSequence: writer.offset }, arrivalMs++);
      rows += block.count;
    }
    return rows;
  };
  // Enough for a reader even if appending is never measured.
  for (let i = 0; i < BLOCKS; i += BLOCKS_PER_CALL) await append();

  let reader: LogReader = await log.openReader(0, 0);
  const read = async () => {
    let rows = 0;
    for (let entries = 0; entries < BLOCKS_PER_CALL; entries++) {
      const entry = await reader.read();
      if (entry?.kind === 'impressions') rows += entry.block.count;
      else if (entry === undefined) {
        await reader.close();
        reader = await log.openReader(0, 0);
      }
    }
    return rows;
  };
  return {
    probes: [
      { name: 'logAppendPerSecond', what: 'impressions appended to the log', work: append },
      { name: 'logReadPerSecond', what: 'impressions read from the log', work: read },
    ],
    async close() {
      await reader.close();
      await writer.close();
      await log.close();
    },
  };
}
