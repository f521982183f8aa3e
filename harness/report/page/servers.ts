/** The real servers of a run: how they were set, and what shows that their figures can be relied on. */
import type { Result } from '../../results/schema.ts';
import {
  isOnServers,
  isServerCpuKnown,
  serverCeilingsTable,
  serverCommandsTable,
  serverCpuTable,
  serverSettingsTable,
  storeMemoryTable,
} from '../servers.ts';
import type { Table } from '../tables.ts';
import { tableNotes } from './how-to-read.ts';
import { type Html, html } from './html.ts';
import { tableCard } from './parts.ts';

export function serverSection(result: Result): Html | undefined {
  if (!isOnServers(result)) return undefined;
  const lead = isServerCpuKnown(result)
    ? 'Events per CPU-second count the servers that omegabench has started.'
    : 'omegabench has not started them, so their CPU time is not known and in no figure.';
  return html`<section><h2>The servers</h2><p class="lead">${lead}</p>
${part('How they were set', tableNotes.serverSettings, serverSettingsTable(result))}
${part('Commands, counted twice', tableNotes.serverCommands, serverCommandsTable(result))}
${part('CPU time of the servers', tableNotes.serverCpu, serverCpuTable(result))}
${part('Memory of a counter', tableNotes.storeMemory, storeMemoryTable(result))}
${part('Ceilings of servers and clients', tableNotes.serverCeilings, serverCeilingsTable(result.environment.serverCeilings))}
</section>`;
}

function part(title: string, how: string, table: Table): Html | undefined {
  if (table.rows.length === 0) return undefined;
  return html`<h3 class="sub">${title}</h3><p class="how">${how}</p>${tableCard(table, 'dense', title)}`;
}
