/**
 * How fast impressions are counted into a window that holds the hour's tweets: the heart of beta, omega and
 * omega-prime.
 */
import type { ImpressionBlock } from '../../generators/impression.ts';
import { WindowTable } from '../../substrates/stream-engine/embedded/window-table.ts';
import { probeBlocks } from './blocks.ts';
import type { ProbeFamily } from './probe.ts';

const BLOCKS = 256;
const BLOCKS_PER_CALL = 8;

export async function windowProbes(): Promise<ProbeFamily> {
  const blocks = probeBlocks(BLOCKS);
  const table = new WindowTable();
  // A table that is still growing would be timed while it is copied.
  for (const block of blocks) table.countBlock(block, 0, block.count);
  let next = 0;
  const work = () => {
    let rows = 0;
    for (let i = 0; i < BLOCKS_PER_CALL; i++) {
      const block = blocks[next] as ImpressionBlock;
      table.countBlock(block, 0, block.count);
      rows += block.count;
      next = (next + 1) % blocks.length;
    }
    return rows;
  };
  return {
    probes: [{ name: 'windowCountPerSecond', what: 'impressions counted in a window', work }],
    close: async () => {},
  };
}
