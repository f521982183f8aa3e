/** All judges by name. A judge returns what it finds wrong, one sentence each; on a tree without bugs, nothing. */
import { noAlarm } from './alarms.ts';
import { instruments } from './instruments.ts';
import { live } from './live.ts';
import { logDamage } from './log-damage.ts';
import { canaryRun, plantedErrors } from './planted-errors.ts';
import { type Judge, lmdbRuns, runsOf } from './runs.ts';
import { tenMillion } from './ten-million.ts';

export const JUDGES = {
  'run batch': runsOf('batch'),
  'run batch by event time': runsOf('batch by event time'),
  'run alpha': runsOf('alpha'),
  'run alpha by read-modify-write': runsOf('alpha by read-modify-write'),
  'run alpha with its position in the store': runsOf('alpha with its position in the store'),
  'run lambda': runsOf('lambda'),
  'run beta': runsOf('beta'),
  'run additive beta': runsOf('additive beta'),
  'run omega': runsOf('omega'),
  'run omega-prime': runsOf('omega-prime'),
  'run on LMDB and files': lmdbRuns,
  'live batch': live('batch'),
  'live alpha': live('alpha'),
  'live lambda': live('lambda'),
  'live beta': live('beta'),
  'live omega': live('omega'),
  'live omega-prime': live('omega-prime'),
  'planted errors': plantedErrors,
  'ten million': tenMillion,
  instruments,
  log: logDamage,
  'no alarm, even seeds': noAlarm(0),
  'no alarm, odd seeds': noAlarm(1),
  'canary run': canaryRun,
} as const satisfies Record<string, Judge>;

export type JudgeName = keyof typeof JUDGES;

/** Runs without a fault, about which nothing may be said. */
export const ALARM_JUDGES: readonly JudgeName[] = ['no alarm, even seeds', 'no alarm, odd seeds'];

/** The run that must be condemned. */
export const CANARY_JUDGE: JudgeName = 'canary run';
