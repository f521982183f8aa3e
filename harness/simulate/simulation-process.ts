/** A process of a campaign: plays its share of the seeds and reports each when all of its architectures are done. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Share } from './campaign.ts';
import { planOf } from './scenario.ts';
import { type SimulationOutcome, simulate } from './simulate.ts';

// Whoever asked is gone.
process.on('disconnect', () => process.exit());
process.once('message', (share) => void play(share as Share));

async function play({ from, to, step, architectures }: Share): Promise<void> {
  for (let seed = from; seed < to; seed += step) {
    const outcomes: SimulationOutcome[] = [];
    for (const architecture of architectures) outcomes.push(await simulate(planOf(seed, architecture)));
    process.send?.(outcomes);
    await turn();
  }
  process.send?.('done');
}
