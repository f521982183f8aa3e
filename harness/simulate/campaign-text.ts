/** What a campaign says to a person: its progress, and at the end what was done and what was found. */
import { type CampaignTally, SEEDS_FOR_ALL_FAULTS } from './campaign-tally.ts';
import type { SimulationOutcome } from './simulate.ts';

const MOST_FAILURES_SHOWN = 20;

export function progressLine({ runs, failures }: CampaignTally, allRuns: number, seconds: number): string {
  const rate = seconds > 0 ? runs / seconds : 0;
  const left = rate > 0 ? `, ${Math.ceil((allRuns - runs) / rate)} s left` : '';
  const found = failures.length === 0 ? '' : `, ${failures.length} FAILED`;
  return `${runs} of ${allRuns} simulations, ${rate.toFixed(1)}/s${left}${found}`;
}

function replayCommand({ seed, architecture }: Pick<SimulationOutcome, 'seed' | 'architecture'>): string {
  return `npm run simulate -- --seed ${seed} --architecture ${architecture} --trace`;
}

export function describeFailure(outcome: SimulationOutcome): string {
  const { seed, architecture, variant, verdict, reason } = outcome;
  return `${verdict} seed ${seed}, ${architecture} (${variant}): ${reason}\n  ${replayCommand(outcome)}\n`;
}

export function summary(tally: CampaignTally, architectures: readonly string[], seconds: number): string {
  const { runs, verdicts, failures, events, virtualMs, answersChecked, secondsInRecovery } = tally;
  const counts = Object.entries(verdicts).map(([verdict, count]) => `${verdict} ${count}`);
  const second = runs === 0 ? 0 : (100 * secondsInRecovery) / runs;
  const lines = [
    `${tally.seeds} seeds x ${architectures.length} architectures in ${seconds.toFixed(1)} s: ` +
      `${(runs / seconds).toFixed(1)} simulations/s, ${(events / 1e6).toFixed(1)} M impressions, ` +
      `${(virtualMs / 60_000).toFixed(0)} min of virtual time`,
    counts.join('  '),
    `${answersChecked} answers checked while pipelines ran; ${second.toFixed(0)} % had a second fault during recovery`,
    '',
    'fault                            planned       bit',
    ...[...tally.faults].map(
      ([kind, { planned, bit }]) => `${kind.padEnd(30)} ${String(planned).padStart(9)} ${String(bit).padStart(9)}`,
    ),
    '',
    ...failures.slice(0, MOST_FAILURES_SHOWN).map(describeFailure),
    ...(failures.length > MOST_FAILURES_SHOWN ? [`and ${failures.length - MOST_FAILURES_SHOWN} more failures`] : []),
    ...tally.vacuities().map((vacuity) => `VACUOUS: ${vacuity}`),
    ...(tally.seeds < SEEDS_FOR_ALL_FAULTS
      ? [`fewer than ${SEEDS_FOR_ALL_FAULTS} seeds: not asked whether every fault has bitten`]
      : []),
  ];
  return `${lines.join('\n')}\n`;
}
