/**
 * What a result says of the real servers behind its log and stores: settings, commands by both counts, CPU time and
 * ceilings. Empty tables where everything was embedded.
 */
import { ceilingTitle } from '../calibrate/ceiling-titles.ts';
import type { Result, ServerCeiling } from '../results/schema.ts';
import { formatCount, formatRate, formatSeconds, formatShare, missing } from './format.ts';
import type { Table } from './tables.ts';
import { type ArchitectureView, architecturesOf, quotient } from './view.ts';

const acts = ['capacity', 'steady'] as const;
const embedded = ['files', 'lmdb', 'embedded'];

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

/** What a counter took of the servers' memory when an act had ended; Redis tells. */
export function storeMemoryTable(result: Result): Table {
  return {
    columns: [
      ...['Architecture', 'Act', 'Store'].map((title) => ({ title })),
      { title: 'Bytes a counter', numeric: true },
      { title: 'Counters asked for', numeric: true },
      { title: 'Measured by' },
    ],
    rows: memoryOf(result).map(({ architecture, act, store, bytesPerCounter, countersSampled, measuredBy }) => {
      const figures = [[bytes(bytesPerCounter)], [formatCount(countersSampled)], [measuredBy]];
      return { architecture, cells: [[architecture], [act], [store], ...figures] };
    }),
  };
}

/** What servers and clients reach alone, with the CPU time of a unit. */
export function serverCeilingsTable(ceilings: readonly ServerCeiling[] = []): Table {
  return {
    columns: [
      { title: 'Alone' },
      { title: 'Rate', numeric: true },
      { title: 'of' },
      { title: 'Client CPU', numeric: true },
      { title: 'Server CPU', numeric: true },
    ],
    rows: ceilings.map(({ name, what, role, unitsPerSecond, clientCpuUs, serverCpuUs }) => ({
      cells: [
        [role === 'speed' ? `${ceilingTitle(name)}, speed store` : ceilingTitle(name)],
        [formatRate(unitsPerSecond)],
        [what],
        [microseconds(clientCpuUs)],
        [microseconds(serverCpuUs)],
      ],
    })),
  };
}

/** Settings without which figures of a server say little. */
const TOLD = [
  ...['framing', 'codec', 'client', 'consistency'],
  ...['version', 'parallelism', 'stateBackend', 'checkpoints'],
];

/** For a terminal: what the run was on, whether both counts of commands agree, and whose CPU time is counted. */
export function serverSentences(result: Result): string[] {
  if (!isOnServers(result)) return [];
  const servers = serversOf(result.environment.substrates).map(({ name, settings }) => {
    const told = TOLD.flatMap((key) => {
      const value = settings[key]?.split(':')[0];
      return value === undefined ? [] : [`${key} ${value}`];
    });
    return [name, ...told].join(', ');
  });
  const cpu = isServerCpuKnown(result)
    ? 'CPU time includes the servers that omegabench started.'
    : 'CPU time is without the servers, which omegabench did not start.';
  return [`On ${servers.join('; ')}. ${commandsInWords(result)}${cpu}${memoryInWords(result)}`];
}

function commandsInWords(result: Result): string {
  const commands = commandsOf(result);
  if (commands.length === 0) return '';
  const differing = commands.filter(({ sent, counted }) => sent !== counted).length;
  if (differing > 0) return `${differing} of ${commands.length} command counts differ from the servers’. `;
  const sent = commands.reduce((sum, command) => sum + command.sent, 0);
  return `The servers counted all ${formatCount(sent)} store commands. `;
}

/** The least and the most, since small hours have small hashes, whose keys weigh more. */
function memoryInWords(result: Result): string {
  const sizes = memoryOf(result).map(({ bytesPerCounter }) => bytesPerCounter);
  if (sizes.length === 0) return '';
  const [least, most] = [bytes(Math.min(...sizes)), bytes(Math.max(...sizes))];
  return ` A counter took ${least === most ? least : `${least} to ${most}`} bytes of the server’s memory.`;
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

function memoryOf(result: Result) {
  return architecturesOf(result).flatMap((view) =>
    acts.flatMap((act) =>
      Object.entries(view[act].storeMemory ?? {}).flatMap(([store, memory]) =>
        memory === undefined ? [] : [{ architecture: view.name, act, store, ...memory }],
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

function serversOf({
  eventLog,
  keyValueStore,
  streamEngine,
}: Result['environment']['substrates']): (typeof eventLog)[] {
  return [eventLog, keyValueStore, streamEngine].filter(({ name }) => !embedded.includes(name));
}

function bytes(value: number): string {
  return value.toFixed(1);
}

function microseconds(value: number | undefined): string {
  return value === undefined ? missing : `${Number(value.toPrecision(3))} µs`;
}
