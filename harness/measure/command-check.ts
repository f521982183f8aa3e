/**
 * A second source for the commands that a store was sent: the server's own counters. Every client of ours counts what
 * it sends by the server's names; what the server has counted in between must be the same.
 */

/** Cumulative counts by the server's names for its commands. */
export type CommandCounts = Readonly<Record<string, number>>;

export interface CommandCheck {
  command: string;
  /** By all of our clients, since the first count of the server. */
  sent: number;
  counted: number;
}

/** One row for each command that we sent; others are none of ours. Sorted by name. */
export function checkCommands(sent: CommandCounts, before: CommandCounts, after: CommandCounts): CommandCheck[] {
  return Object.entries(sent)
    .map(([command, times]) => ({
      command,
      sent: times,
      counted: (after[command] ?? 0) - (before[command] ?? 0),
    }))
    .sort((a, b) => (a.command < b.command ? -1 : 1));
}

/** A sentence for each difference. */
export function commandDifferences(store: string, checks: readonly CommandCheck[]): string[] {
  return checks
    .filter(({ sent, counted }) => sent !== counted)
    .map(
      ({ command, sent, counted }) =>
        `the ${store} store's server counted ${counted.toLocaleString('en')} ${command} commands, and ${sent.toLocaleString('en')} were sent`,
    );
}
