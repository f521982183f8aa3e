/** The talk's claims about omega-prime: all windows stay in the stream processor, which answers every query. */
import { formatBytes, formatCount, listing } from '../report/format.ts';
import type { StoreLoads } from '../results/figures.ts';
import type { Result } from '../results/schema.ts';
import { measured, notMeasured } from './acts.ts';
import { type ClaimDefinition, decide, type Judgement, notProven, undecided } from './claim.ts';
import { exactAfterFaults } from './correctness.ts';
import { instant } from './freshness.ts';
import { simple } from './simplicity.ts';
import { plural } from './words.ts';

const architecture = 'omega-prime';

export const omegaPrimeClaims: ClaimDefinition[] = [
  {
    id: 'prime-no-store',
    architecture,
    statement: 'no external key/value store',
    evaluate: noCommands,
  },
  {
    id: 'prime-scale',
    architecture,
    statement: 'easy to scale: all state is local',
    evaluate: undecided('This run has one number of workers; capacity over several, on enough cores, would decide.'),
  },
  {
    id: 'prime-instant',
    architecture,
    statement: 'data is available instantly',
    evaluate: instant('omega-prime'),
  },
  {
    id: 'prime-simple',
    architecture,
    statement: 'simple',
    evaluate: simple('omega-prime'),
  },
  {
    id: 'prime-correct',
    architecture,
    statement: 'correct in failure cases',
    evaluate: exactAfterFaults('omega-prime'),
  },
  {
    id: 'prime-anything',
    architecture,
    statement: 'any stateful streaming application, with the same guarantees',
    evaluate: undecided(
      'This run counts; sessions and top-k through the same engine, audited after faults, would decide.',
    ),
  },
  {
    id: 'prime-fits',
    architecture,
    statement: 'total state must fit',
    evaluate: mustFit,
  },
];

/** Exactly 0 commands in every act that was measured. The figure is their sum, over totals and rates. */
function noCommands(result: Result): Judgement {
  const capacity = measured(result, 'omega-prime', 'capacity');
  const steady = measured(result, 'omega-prime', 'steady');
  const failure = measured(result, 'omega-prime', 'failure');
  if (capacity === undefined && steady === undefined) return notMeasured(result, 'omega-prime', 'capacity');
  const asked: { commands: number; words: string }[] = [];
  if (capacity !== undefined) {
    const { serving, speed } = capacity.store;
    const words = `for ${formatCount(capacity.reflectedEvents)} impressions in the capacity act`;
    asked.push({ commands: (serving?.commands ?? 0) + (speed?.commands ?? 0), words });
  }
  if (steady !== undefined) {
    asked.push({ commands: commandsPerSecond(steady.store), words: 'a second in the steady act' });
    asked.push({ commands: steady.probes.commands, words: 'for its queries' });
  }
  if (failure !== undefined) {
    asked.push({ commands: commandsPerSecond(failure.control.store), words: 'a second in the control phase' });
  }
  const told = asked.map(({ commands, words }) => `${formatCount(commands)} ${words}`);
  const sum = asked.reduce((total, { commands }) => total + commands, 0);
  return decide(sum === 0, `Store commands: ${listing(told)}.`, sum);
}

function commandsPerSecond({ serving, speed }: StoreLoads): number {
  return (serving?.commandsPerSecond ?? 0) + (speed?.commandsPerSecond ?? 0);
}

/** What a run that did not come to the limit can say. The figure is bytes of state for an hour. */
function mustFit(result: Result): Judgement {
  const steady = measured(result, 'omega-prime', 'steady');
  if (steady === undefined) return notMeasured(result, 'omega-prime', 'steady');
  const { memoryBytes } = result.environment;
  const hours = result.config.hours.steady;
  const state = `State took ${formatBytes(steady.stateBytes)} after ${plural(hours, 'hour')}`;
  if (steady.stateBytes > memoryBytes) {
    return decide(
      false,
      `${state}, more than the machine’s ${formatBytes(memoryBytes)} of memory.`,
      steady.stateBytes / hours,
    );
  }
  return notProven(
    `${state}, of the machine’s ${formatBytes(memoryBytes)} of memory; a run up to the limit would decide.`,
    steady.stateBytes / hours,
  );
}
