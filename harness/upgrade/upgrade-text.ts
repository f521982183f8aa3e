/** The end of an upgrade for a terminal. */
import { redactUrl } from '../config/redact.ts';
import { formatBytes, formatCount, formatSeconds, missing } from '../report/format.ts';
import { renderTable } from '../report/terminal-table.ts';
import type { UpgradeResult } from './upgrade-result.ts';

type Step = UpgradeResult['steps'][number];

const TITLES = ['Step', 'From', 'Bytes', 'Down', 'Waiting', 'Replayed', 'Keys', 'Different'];

export function upgradeText(result: UpgradeResult, path: string): string {
  const { architecture, engine, savepoints, steps, refused, log, store } = result;
  const lines = [
    `${architecture} on ${engine.settings.version ?? engine.name}: program A, then B (${spellChange(result)}), then A again`,
    '',
    renderTable({
      columns: TITLES.map((title, i) => ({ title, numeric: i > 1 })),
      rows: steps.map((step) => ({ cells: cellsOf(result, step).map((text) => [text]) })),
    }),
    '',
    ...savepoints.map(({ location }, i) => `S${i + 1}: ${location} (removed at the end, as the log is)`),
    `Refused while A ran on: ${refused.reason}.`,
    `  → ${refused.remedy}`,
    ...isolationText(result),
    `Log: ${redactUrl(log)}; store: ${redactUrl(store)}`,
    `Result: ${path}`,
    VERDICTS[result.verdict],
  ];
  return `${lines.join('\n')}\n`;
}

const VERDICTS: Record<UpgradeResult['verdict'], string> = {
  exact: 'Exact: both programs answer what the stream says, and neither is seen by the other.',
  differs: 'DIFFERS: the result names the keys that are most wrong.',
  'shows-nothing': 'Shows nothing: the filter lets every tweet pass that came behind the savepoint; try another seed.',
};

function spellChange({ change, engine, keysThatDiffer }: UpgradeResult): string {
  switch (change.kind) {
    case 'sink':
      return 'another sink';
    case 'filter':
      return `a filter, one tweet in ${change.keepOneIn}; ${formatCount(keysThatDiffer)} keys tell them apart`;
    case 'rescale':
      return `rescaled from ${engine.settings.parallelism ?? 'another number of'} to ${change.parallelism} subtasks`;
  }
}

const STEPS: Record<Step['kind'], string> = {
  upgrade: 'A → B, upgrade',
  rollback: 'B → A, rollback',
  resumption: 'B again, fork',
};

/** Keys are audited when a program has come to the end of the stream. */
function cellsOf({ savepoints, audits }: UpgradeResult, step: Step): string[] {
  const audit = step.kind === 'upgrade' ? undefined : audits.find(({ program }) => program === step.program);
  return [
    STEPS[step.kind],
    `S${step.savepoint}`,
    formatBytes(savepoints[step.savepoint - 1]?.bytes),
    formatSeconds(step.downSeconds),
    formatCount(step.waitingEvents),
    formatCount(step.replayedEvents),
    audit === undefined ? missing : formatCount(audit.keysAudited),
    audit === undefined ? missing : formatCount(audit.keysWrong),
  ];
}

function isolationText({ isolation, sameCut }: UpgradeResult): string[] {
  const { changedWhileBRan, changedAfterAudit } = isolation;
  return [
    ...(changedWhileBRan + changedAfterAudit === 0
      ? []
      : [`${formatCount(changedWhileBRan + changedAfterAudit)} rows of A's store were changed by B.`]),
    ...(sameCut ? [] : ['A and B did not begin at the same place, though from the same savepoint.']),
  ];
}
