/**
 * `npm run simulate`: thousands of seeded simulations over a few processes, or one of them again. The exit code says
 * what was found; failing plans go to the regression corpus.
 */
import { MonotonicClock } from '../../substrates/clock.ts';
import type { Verdict } from '../audit/verdict.ts';
import { ExitCode } from '../cli/exit-codes.ts';
import { parseSimulateArguments, type SimulateCommand, USAGE, UsageError } from './arguments.ts';
import { runCampaign } from './campaign.ts';
import { CampaignTally } from './campaign-tally.ts';
import { progressLine, summary } from './campaign-text.ts';
import { appendToCorpus, readCorpus } from './corpus.ts';
import type { SimulationPlan } from './plan.ts';
import { planOf } from './scenario.ts';
import { type SimulationOutcome, simulate } from './simulate.ts';

const PROGRESS_EVERY_MS = 1000;
/** Where nobody watches. */
const QUIET_PROGRESS_EVERY_MS = 15_000;

const print = (text: string): void => void process.stdout.write(text);

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<ExitCode> {
  try {
    return await run(parseSimulateArguments(argv));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return ExitCode.BadInput;
  }
}

async function run(command: SimulateCommand): Promise<ExitCode> {
  switch (command.command) {
    case 'help':
      print(USAGE);
      return ExitCode.Ok;
    case 'campaign':
      return campaign(command);
    case 'replay':
      return replay([planOf(command.seed, command.architecture)], command.trace);
    case 'corpus': {
      const plans = (await readCorpus()).map(({ plan }) => plan);
      const chosen = command.line === undefined ? plans : plans.slice(command.line - 1, command.line);
      if (chosen.length === 0) throw new UsageError(`the corpus has ${plans.length} lines`);
      return replay(chosen, command.trace);
    }
  }
}

async function campaign(command: SimulateCommand & { command: 'campaign' }): Promise<ExitCode> {
  const { architectures, seeds } = command;
  const clock = MonotonicClock.readingNow(0);
  const tally = new CampaignTally(architectures);
  const everyMs = process.stdout.isTTY ? PROGRESS_EVERY_MS : QUIET_PROGRESS_EVERY_MS;
  let nextMs = everyMs;
  await runCampaign(command, (outcomes) => {
    for (const outcome of outcomes) tally.add(outcome);
    const nowMs = clock.nowMs();
    if (nowMs < nextMs) return;
    nextMs = nowMs + everyMs;
    const line = progressLine(tally, seeds * architectures.length, nowMs / 1000);
    print(process.stdout.isTTY ? `\r${line}\u001b[K` : `${line}\n`);
  });
  if (process.stdout.isTTY) print('\r\u001b[K');
  print(summary(tally, architectures, clock.nowMs() / 1000));
  if (tally.failures.length > 0) {
    const entries = tally.failures.map(({ seed, architecture, verdict, reason }) => {
      return { why: `${verdict}: ${reason}`, plan: planOf(seed, architecture) };
    });
    print(`${await appendToCorpus(entries)} plans appended to the corpus\n`);
  }
  return exitCodeOf(
    tally.failures.map(({ verdict }) => verdict),
    tally.vacuities().length > 0,
  );
}

async function replay(plans: readonly SimulationPlan[], trace: boolean): Promise<ExitCode> {
  const verdicts: Verdict[] = [];
  for (const plan of plans) {
    if (trace) print(`${JSON.stringify(plan, undefined, 2)}\n\n`);
    const { startMs } = plan.stream;
    const onNote = (atMs: number, what: string): void =>
      print(`${(atMs - startMs).toFixed(3).padStart(12)} ms  ${what.slice(0, 200)}\n`);
    const outcome = await simulate(plan, trace ? { onNote } : {});
    print(describe(outcome));
    verdicts.push(outcome.verdict);
  }
  return exitCodeOf(verdicts, false);
}

function describe(outcome: SimulationOutcome): string {
  const { seed, architecture, variant, verdict, reason, traceHash, faults } = outcome;
  const bitten = faults.map(({ kind, bit }) => (bit ? kind : `${kind} (did not bite)`)).join(', ');
  return (
    `seed ${seed}, ${architecture} (${variant}): ${verdict}: ${reason}\n` +
    `  faults: ${bitten || 'none'}\n` +
    `  ${outcome.events} impressions, ${outcome.virtualMs.toFixed(0)} ms of virtual time, trace ${traceHash}\n`
  );
}

function exitCodeOf(verdicts: readonly Verdict[], isVacuous: boolean): ExitCode {
  if (verdicts.includes('VIOLATION')) return ExitCode.Violation;
  if (verdicts.includes('UNKNOWN')) return ExitCode.Unexpected;
  return isVacuous || verdicts.includes('INVALID') ? ExitCode.RunInvalid : ExitCode.Ok;
}
