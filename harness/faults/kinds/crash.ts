/**
 * The default: SIGKILL at a stream position that is the same for all, then at the worst failpoint of each architecture.
 */
import { crashesOf, type PlannedCrash } from '../crash-plan.ts';
import type { FaultDefinition, Situation, Strike } from '../fault.ts';
import { engineOf } from '../proxy/servers.ts';
import { afterKillOnFlink, killOnAnyEngine, notOurFlink } from './flink.ts';
import { afterKill, atPosition } from './kill.ts';

export const crash: FaultDefinition = {
  kind: 'crash',
  row: 'F1 F2',
  description: 'SIGKILL of a worker, once at a stream position and once at the worst failpoint of the architecture',
  engines: ['embedded', 'flink'],
  strikesEngine: true,
  whyNot: () => undefined,
  outcomeOf: (stage, _, servers) => (engineOf(servers) === 'flink' ? afterKillOnFlink(stage) : afterKill(stage)),
  forbidden: notOurFlink,
  // On Flink nothing can be placed at a failpoint, so there is the first of them only.
  plan: (situation) => (situation.engine === 'flink' ? [atPosition(situation, situation.atMs)] : strikes(situation)),
  inject: killOnAnyEngine,
};

function strikes({ declaration, partition, atMs, hourMs, offsetAt }: Situation): Strike[] {
  return crashesOf(declaration, partition, offsetAt(atMs), offsetAt(atMs + 0.2 * hourMs)).map(strikeOf);
}

function strikeOf({ failpoint, partition, fromOffset, hit, stage }: PlannedCrash): Strike {
  if (failpoint === 'position') return { trigger: { at: 'position', partition, offset: fromOffset } };
  const at = { at: 'failpoint' as const, failpoint, partition, fromOffset, hit };
  return { trigger: stage === undefined ? at : { ...at, stage } };
}
