/**
 * The settings that turn an architecture into a named form of itself: the talk names most, someone asks for the rest.
 */
import type { OptionSpecification } from './option.ts';
import { enumeration, numeric } from './readers.ts';
import { DEFAULTS } from './run-config.ts';
import { count, duration } from './units.ts';

export const VARIANT_OPTIONS: readonly OptionSpecification[] = [
  {
    flag: 'increment',
    group: 'Architecture variants',
    placeholder: 'atomic|read-modify-write',
    description: 'How alpha increments: in one command, or by a read and a write',
    defaultText: DEFAULTS.increment,
    choices: ['atomic', 'read-modify-write'],
    read: enumeration('increment', ['atomic', 'read-modify-write']),
  },
  {
    flag: 'alpha-commit',
    group: 'Architecture variants',
    placeholder: 'after-write|with-write',
    description: 'When alpha commits its log position: apart, or in the same transaction',
    defaultText: DEFAULTS.alphaCommit,
    choices: ['after-write', 'with-write'],
    read: enumeration('alphaCommit', ['after-write', 'with-write']),
  },
  {
    flag: 'alpha-batch',
    group: 'Architecture variants',
    placeholder: 'N',
    description: "Most events of one of alpha's store transactions",
    defaultText: String(DEFAULTS.alphaBatch),
    read: numeric('alphaBatch', count, 'events'),
  },
  {
    flag: 'beta-flush',
    group: 'Architecture variants',
    placeholder: 'upsert|increment',
    description: 'How beta hands over a closed window; increment is not idempotent',
    defaultText: DEFAULTS.betaFlush,
    choices: ['upsert', 'increment'],
    read: enumeration('betaFlush', ['upsert', 'increment']),
  },
  {
    flag: 'batch-bucket',
    group: 'Architecture variants',
    placeholder: 'arrival-time|event-time',
    description: 'What puts an event into an hour of the batch job',
    defaultText: DEFAULTS.batchBucket,
    choices: ['arrival-time', 'event-time'],
    read: enumeration('batchBucket', ['arrival-time', 'event-time']),
  },
  {
    flag: 'batch-cut-off',
    group: 'Architecture variants',
    placeholder: 'DURATION',
    description: "How long after the hour's end its batch job starts",
    defaultText: duration.format(DEFAULTS.batchCutOffMs),
    read: numeric('batchCutOffMs', duration),
  },
];
