/** Notes that belong beside the figures of every report: what they do not say, and how to get them again. */
import type { Calibration, Result } from '../results/schema.ts';
import { formatMs, formatRate } from './format.ts';

export function limits(result: Result): string[] {
  const { config, environment, stream } = result;
  const { eventLog, keyValueStore, streamEngine } = environment.substrates;
  const onServers = eventLog.name !== 'files' || keyValueStore.name !== 'lmdb';
  const embedded = streamEngine.name === 'embedded' && !onServers;
  return [
    `One run on one machine with ${environment.cores} cores that generator, pipeline and probes share: ` +
      'compare ratios, not absolute rates.',
    ...(embedded
      ? [
          'The embedded log, store and engine stand in for Kafka, Redis or Cassandra, and Flink. ' +
            'There is no network in between, which flatters the store most.',
        ]
      : []),
    ...(onServers ? serverNotes(result) : []),
    'The death of processes is covered; the loss of power or of a disk is not.',
    `The hour is scaled to ${formatMs(config.hourMs)}, and the tweets with it; ` +
      'rates, and impressions per tweet and hour, are not.',
    'Capacity is a closed drain of a filled log and says nothing of latency; ' +
      'age and query latency are from open-loop acts.',
    ...(config.quick ? ['A quick run: short acts, so percentiles and slopes are coarse.'] : []),
    ...(config.ratePerSecond < 1_000_000
      ? [`Offered were ${formatRate(config.ratePerSecond)}, less than the talk’s 1 M/s.`]
      : []),
    ...stream.notes,
  ];
}

/** What a reader must know of the real servers behind the figures. */
function serverNotes({ architectures, environment }: Result): string[] {
  const { eventLog, keyValueStore } = environment.substrates;
  const acts = Object.values(architectures).flatMap(({ capacity, steady }) => [capacity, steady]);
  const checks = acts.flatMap((act) =>
    'serverCommands' in act && act.serverCommands !== undefined ? Object.values(act.serverCommands).flat() : [],
  );
  const sent = checks.reduce((sum, check) => sum + check.sent, 0);
  const differing = checks.filter((check) => check.sent !== check.counted).length;
  const isMeasured = acts.some((act) => 'serverCpuSeconds' in act && (act.serverCpuSeconds ?? 0) > 0);
  return [
    `The log is ${eventLog.name}, the store ${keyValueStore.name}, as the settings of the environment say.`,
    isMeasured
      ? 'Events per CPU-second count the servers that omegabench has started, too; of others nothing is known.'
      : 'No CPU time of the servers is known, since omegabench has not started them: events per CPU-second are without it.',
    ...(checks.length === 0
      ? []
      : [
          `Of ${sent.toLocaleString('en')} commands that the stores were sent in capacity and steady acts, ` +
            (differing === 0
              ? 'the servers have counted every one.'
              : `${differing} of ${checks.length} kinds were counted otherwise by the servers.`),
        ]),
  ];
}

/** The command that makes the same stream again. */
export function rerunCommand(result: Result): string {
  const given = result.config.arguments;
  const named = given.some((argument) => argument === '--seed' || argument.startsWith('--seed='));
  const all = named ? given : [...given, '--seed', String(result.config.seed)];
  return `npm start -- ${all.map(shellQuoted).join(' ')}`;
}

function shellQuoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}

/** The parts of a machine that `calibrate` measures. */
export const ceilingNames: Record<keyof Calibration, string> = {
  generatorZipfPerSecond: 'Generator, Zipf',
  generatorUniformPerSecond: 'Generator, uniform',
  logAppendPerSecond: 'Log append',
  logReadPerSecond: 'Log read',
  windowCountPerSecond: 'Window count',
  storeGetPerSecond: 'Store get',
  storePutPerSecond: 'Store put',
  storeIncrementPerSecond: 'Store increment',
};
