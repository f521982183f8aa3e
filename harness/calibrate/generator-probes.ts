/**
 * How fast impressions are made: the Zipf law, which looks ranks up in a table, and the uniform law, which does not.
 */
import { createBlock, MAX_BLOCK_ROWS } from '../../generators/impression.ts';
import type { Skew } from '../../generators/synthetic-options.ts';
import { SyntheticStream } from '../../generators/synthetic-stream.ts';
import { PROBE_STREAM, type Probe, type ProbeFamily } from './probe.ts';

const BLOCKS_PER_CALL = 8;

export async function generatorProbes(): Promise<ProbeFamily> {
  const probes = [
    generatorProbe('generatorZipfPerSecond', 'impressions made, Zipf', { kind: 'zipf', exponent: 1 }),
    generatorProbe('generatorUniformPerSecond', 'impressions made, uniform', { kind: 'uniform' }),
  ];
  return { probes, close: async () => {} };
}

function generatorProbe(name: Probe['name'], what: string, skew: Skew): Probe {
  const stream = new SyntheticStream({ ...PROBE_STREAM, skew });
  const block = createBlock(0);
  const last = stream.length(0) - MAX_BLOCK_ROWS;
  let next = 0;
  return {
    name,
    what,
    work() {
      for (let i = 0; i < BLOCKS_PER_CALL; i++) {
        stream.fill(block, 0, next, MAX_BLOCK_ROWS);
        next = next + MAX_BLOCK_ROWS > last ? 0 : next + MAX_BLOCK_ROWS;
      }
      return BLOCKS_PER_CALL * MAX_BLOCK_ROWS;
    },
  };
}
