/** The summary as Markdown: the talk's table, the verdicts, the ratios, the claims. */
import type { Result } from '../results/schema.ts';
import { formatTime } from './format.ts';
import { limits, rerunCommand } from './notes.ts';
import {
  serverCeilingsTable,
  serverCommandsTable,
  serverCpuTable,
  serverSettingsTable,
  storeMemoryTable,
} from './servers.ts';
import { verdictSentences } from './story.ts';
import { auditTable, ratioTable, recoveryTable, type Table, talkTable } from './tables.ts';
import { warningsOf } from './view.ts';

export function markdownSummary(result: Result): string {
  const { environment } = result;
  const machine = `${environment.cpuModel}, ${environment.cores} cores, Node ${environment.nodeVersion}`;
  const sections = [
    `# omegabench: ${result.runId}`,
    `${formatTime(result.startedAt)}, ${machine}. Status: ${result.status}.`,
    verdictSentences(result).join(' '),
    markdownTable(talkTable(result)),
    ...titled('Ratios', ratioTable(result)),
    ...titled('Audit after the faults', auditTable(result)),
    ...titled('Recovery', recoveryTable(result)),
    ...titled('Claims', claims(result)),
    ...titled('Servers', serverSettingsTable(result)),
    ...titled('Commands, sent and counted by the servers', serverCommandsTable(result)),
    ...titled('CPU time of the servers', serverCpuTable(result)),
    ...titled('Memory of a counter', storeMemoryTable(result)),
    ...titled('Ceilings of servers and clients', serverCeilingsTable(environment.serverCeilings)),
    ...list('Warnings', warningsOf(result).map(warningText)),
    ...list('Limits', limits(result)),
    '## Run it again',
    `\`\`\`sh\n${rerunCommand(result)}\n\`\`\``,
  ];
  return `${sections.join('\n\n')}\n`;
}

export function markdownTable(table: Table): string {
  const head = table.columns.map((column) => cell([column.title]));
  const rule = table.columns.map((column) => (column.numeric ? '---:' : '---'));
  const rows = table.rows.map((row) => row.cells.map(cell));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function cell(lines: readonly string[]): string {
  return lines.map((line) => line.replaceAll('|', '\\|').replaceAll('\n', ' ')).join('<br>');
}

function claims(result: Result): Table {
  return {
    columns: ['Claim', 'Architecture', 'The talk says', 'Verdict', 'Evidence'].map((title) => ({ title })),
    rows: result.claims.map((claim) => ({
      cells: [claim.id, claim.architecture, claim.statement, claim.verdict, claim.evidence].map((text) => [text]),
    })),
  };
}

function warningText({ message, architecture, act }: Result['warnings'][number]): string {
  const where = [architecture, act].filter((part) => part !== undefined).join(', ');
  return where === '' ? message : `${where}: ${message}`;
}

function titled(title: string, table: Table): string[] {
  return table.rows.length === 0 ? [] : [`## ${title}`, markdownTable(table)];
}

function list(title: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : [`## ${title}`, items.map((item) => `- ${item}`).join('\n')];
}
