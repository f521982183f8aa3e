/**
 * Work on a log of one partition, as both kinds of log are measured: blocks are appended, and read from the start on.
 */
import type { ImpressionBlock } from '../../generators/impression.ts';
import type { EventLog, LogReader, LogWriter } from '../../substrates/event-log/event-log.ts';
import { probeBlocks } from './blocks.ts';

const BLOCKS = 64;

export interface LogWork {
  /** Appends some blocks, and gives the impressions in them. */
  append(): Promise<number>;
  /** Reads some entries, and gives the impressions in them. */
  read(): Promise<number>;
  /** Closes the log, too. */
  close(): Promise<void>;
}

/** `settle` waits until what was appended is there, where an append alone does not. */
export async function appendAndRead<Writer extends LogWriter>(
  log: Omit<EventLog, 'openWriter'> & { openWriter(partition: number): Promise<Writer> },
  blocksPerCall: number,
  settle: (writer: Writer) => Promise<void> = async () => undefined,
): Promise<LogWork> {
  const blocks = probeBlocks(BLOCKS);
  const writer = await log.openWriter(0);
  let next = 0;
  const append = async (): Promise<number> => {
    let rows = 0;
    for (let i = 0; i < blocksPerCall; i++) {
      const block = blocks[next % blocks.length] as ImpressionBlock;
      await writer.append({ ...block, firstSequence: writer.offset }, next++);
      rows += block.count;
    }
    await settle(writer);
    return rows;
  };
  // Enough for a reader even if appending is never measured.
  for (let i = 0; i < BLOCKS; i += blocksPerCall) await append();
  let reader: LogReader = await log.openReader(0, 0);
  return {
    append,
    async read() {
      let rows = 0;
      for (let entries = 0; entries < blocksPerCall; entries++) {
        const entry = await reader.read();
        if (entry?.kind === 'impressions') rows += entry.block.count;
        else if (entry === undefined) {
          await reader.close();
          reader = await log.openReader(0, 0);
        }
      }
      return rows;
    },
    async close() {
      await reader.close();
      await writer.close();
      await log.close();
    },
  };
}
