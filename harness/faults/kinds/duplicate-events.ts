/**
 * F13, the fairness control: the source sends impressions a second time, at offsets of their own. They are in the log
 * twice, so every architecture must count them twice: none removes duplicates, and a checker that sees none of them is
 * blind.
 */
import { MAX_BLOCK_ROWS } from '../../../generators/impression.ts';
import type { FaultDefinition, FaultSpecification } from '../fault.ts';
import type { RepeatedRun } from '../offer.ts';
import { atPosition } from './kill.ts';
import { offered } from './offered.ts';

const EVENTS = 1000;

export const duplicateEvents: FaultDefinition = {
  kind: 'duplicate-events',
  row: 'F13',
  description: `The source sends ${EVENTS} impressions a second time, at offsets of their own`,
  engines: ['embedded', 'flink'],
  whyNot: () => undefined,
  outcomeOf: () => 'rises',
  plan: (situation) => [atPosition(situation, situation.atMs)],
  prepare: (specification, offer) => ({ ...offer, repeated: [...offer.repeated, runOf(specification)] }),
  inject: async (context, specification) => {
    const { count, partition, firstSequence } = runOf(specification);
    const run = `${firstSequence} to ${firstSequence + count - 1} of partition ${partition}`;
    return offered(context, `impressions ${run} are sent twice`, true, count);
  },
};

function runOf({ trigger, kind }: FaultSpecification): RepeatedRun {
  if (trigger.at !== 'position')
    throw new RangeError(`${kind} is triggered at a position: which impressions are sent twice`);
  // The ones before the position, so that they are in the stream whatever its length.
  const count = Math.min(EVENTS, MAX_BLOCK_ROWS, trigger.offset);
  return { partition: trigger.partition, firstSequence: trigger.offset - count, count };
}
