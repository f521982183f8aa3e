/**
 * What a result says of the real servers behind its log and stores: settings, commands by both counts, CPU time and
 * ceilings. Empty tables where everything was embedded.
 */
import type { Result } from '../results/schema.ts';
import { formatCount, formatRate, formatSeconds, formatShare, missing } from './format.ts';
import type { Table } from './tables.ts';
import { type ArchitectureView, architecturesOf, quotient } from './view.ts';

const acts = ['capacity', 'steady'] as const;
const embedded = ['files', 'lmdb'];

export function isOnServers({ environment: { substrates } }: Result): boolean {
  return serversOf(substrates).length > 0;
}

/** Log and store with each setting that they have told. */
export function serverSettingsTable({ environment: { substrates } }: Result): Table {
  return {
    columns: ['Server', 'Setting', 'Value'].map((title) => ({ title })),
    rows: serversOf(substrates).flatMap(({ name, settings }) =>
      Object.entries(settings).map(([setting, value]) => ({ cells: [[name], [setting], [value]] })),
    ),
  };
}

/** What we have sent to each store, and what its server has counted. */
export function serverCommandsTable(result: Result): Table {
  return {
    columns: [
      ...['Architecture', 'Act', 'Store', 'Command'].map((title) => ({ title })),
      { title: 'Sent', numeric: true },
      { title: 'Counted by the server', numeric: true },
    ],
    rows: commandsOf(result).map(({ architecture, act, store, command, sent, counted }) => ({
      architecture,
      cells: [[architecture], [act], [store], [command], [formatCount(sent)], [formatCount(counted)]],
    })),
  };
}

/** The CPU time of each act, and the part of it that servers of ours have used. */
export function serverCpuTable(result: Result): Table {
  const figures = ['CPU time, all processes', 'Servers', 'Their part'].map((title) => ({ title, numeric: true }));
  return {
    columns: [{ title: 'Architecture' }, { title: 'Act' }, ...figures],
    rows: isServerCpuKnown(result) ? architecturesOf(result).flatMap(cpuRows) : [],
  };
}

/** False too where all servers are foreign: their CPU time is then in no figure. */
export function isServerCpuKnown(result: Result): boolean {
  return architecturesOf(result).some((view) => acts.some((act) => (view[act].serverCpuSeconds ?? 0) > 0));
}

/** What servers and clients reach alone, with the CPU time of a unit. */
export function serverCeilingsTable({ environment }: Result): Table {
  return {
    columns: [
      { title: 'Alone' },
      { title: 'Rate', numeric: true },
      { title: 'of' },
      { title: 'Client CPU each', numeric: true },
      { title: 'Server CPU each', numeric: true },
    ],
    rows: (environment.serverCeilings ?? []).map(({ name, what, unitsPerSecond, clientCpuUs, serverCpuUs }) => ({
      cells: [[name], [formatRate(unitsPerSecond)], [what], [microseconds(clientCpuUs)], [microseconds(serverCpuUs)]],
    })),
  };
}

/** For a terminal: what the run was on, whether both counts of commands agree, and whose CPU time is counted. */
export function serverSentences(result: Result): string[] {
  if (!isOnServers(result)) return [];
  const servers = serversOf(result.environment.substrates).map(({ name, settings }) => {
    const told = ['framing', 'codec', 'client', 'consistency'].flatMap((key) => {
      const value = settings[key]?.split(':')[0];
      return value === undefined ? [] : [`${key} ${value}`];
    });
    return [name, ...told].join(', ');
  });
  const cpu = isServerCpuKnown(result)
    ? 'CPU time includes the servers that omegabench started.'
    : 'CPU time is without the servers, which omegabench did not start.';
  return [`On ${servers.join('; ')}. ${commandsInWords(result)}${cpu}`];
}

function commandsInWords(result: Result): string {
  const commands = commandsOf(result);
  if (commands.length === 0) return '';
  const differing = commands.filter(({ sent, counted }) => sent !== counted).length;
  if (differing > 0) return `${differing} of ${commands.length} command counts differ from the servers’. `;
  const sent = commands.reduce((sum, command) => sum + command.sent, 0);
  return `The servers counted all ${formatCount(sent)} store commands. `;
}

interface CommandRow {
  architecture: string;
  act: string;
  store: string;
  command: string;
  sent: number;
  counted: number;
}

function commandsOf(result: Result): CommandRow[] {
  return architecturesOf(result).flatMap((view) =>
    acts.flatMap((act) =>
      Object.entries(view[act].serverCommands ?? {}).flatMap(([store, checks]) =>
        (checks ?? []).map((check) => ({ architecture: view.name, act, store, ...check })),
      ),
    ),
  );
}

function cpuRows(view: ArchitectureView): Table['rows'] {
  return acts.flatMap((act) => {
    const { cpuSeconds, serverCpuSeconds } = view[act];
    if (serverCpuSeconds === undefined) return [];
    const share = formatShare(quotient(serverCpuSeconds, cpuSeconds));
    const cells = [[view.name], [act], [formatSeconds(cpuSeconds)], [formatSeconds(serverCpuSeconds)], [share]];
    return [{ architecture: view.name, cells }];
  });
}

function serversOf({ eventLog, keyValueStore }: Result['environment']['substrates']): (typeof eventLog)[] {
  return [eventLog, keyValueStore].filter(({ name }) => !embedded.includes(name));
}

function microseconds(value: number | undefined): string {
  return value === undefined ? missing : `${Number(value.toPrecision(3))} µs`;
}
