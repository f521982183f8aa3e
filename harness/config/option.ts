/** What the command line, the help and the config file need to know of one setting. */
import type { OptionReader } from './readers.ts';

export const OPTION_GROUPS = [
  'Run',
  'Stream',
  'Pipelines',
  'Servers',
  'Acts and faults',
  'Architecture variants',
] as const;

export interface OptionSpecification {
  readonly flag: string;
  readonly group: (typeof OPTION_GROUPS)[number];
  readonly description: string;
  /** What stands for the value in the help, such as `RATE`; none for a switch, which is on or off. */
  readonly placeholder?: string;
  /** The default as a person would write it, or in words. */
  readonly defaultText: string;
  /** May be given more than once. */
  readonly repeatable?: boolean;
  readonly choices?: readonly string[];
  readonly read: OptionReader;
}
