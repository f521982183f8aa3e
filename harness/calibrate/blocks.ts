/** Blocks of the probes' stream, made before anything is timed. */
import { createBlock, type ImpressionBlock, MAX_BLOCK_ROWS } from '../../generators/impression.ts';
import { SyntheticStream } from '../../generators/synthetic-stream.ts';
import { PROBE_STREAM } from './probe.ts';

/** The first `count` full blocks of the stream. */
export function probeBlocks(count: number): ImpressionBlock[] {
  const stream = new SyntheticStream(PROBE_STREAM);
  return Array.from({ length: count }, (_, i) => {
    const block = createBlock(0);
    stream.fill(block, 0, i * MAX_BLOCK_ROWS, MAX_BLOCK_ROWS);
    return block;
  });
}
