/** Settings of the run as flags of a command, and the texts that were given with them. */
import type { Argv } from 'yargs';
import type { OptionSpecification } from '../config/option.ts';
import { BenchError } from './bench-error.ts';

/** yargs gives a flag's text, or an array of them if it was given more than once. */
export type Arguments = Record<string, unknown>;

/** The settings as flags, in the help under the name of their group. */
export function addOptions<T>(command: Argv<T>, options: readonly OptionSpecification[]): Argv<T> {
  for (const { flag, group, placeholder, description, defaultText } of options) {
    command.option(flag, {
      describe: placeholder === undefined ? description : `${placeholder}  ${description}`,
      defaultDescription: defaultText,
      group: `${group}:`,
      ...(placeholder === undefined ? { type: 'boolean' as const } : { requiresArg: true }),
    });
  }
  return command;
}

/** The texts of the flags that were given, by flag; secrets of URLs included. */
export function flagsOf(args: Arguments, options: readonly OptionSpecification[]): Record<string, string[]> {
  const flags: Record<string, string[]> = {};
  for (const { flag, placeholder } of options) {
    const texts = textsOf(args, flag, placeholder === undefined);
    if (texts.length > 0) flags[flag] = texts;
  }
  return flags;
}

export function textsOf(args: Arguments, flag: string, isSwitch: boolean): string[] {
  const given = args[flag];
  if (given === undefined) return [];
  const values: unknown[] = Array.isArray(given) ? given : [given];
  if (!isSwitch && values.includes(false)) {
    throw new BenchError(
      'OB_USAGE',
      `--no-${flag}: --${flag} is not a switch`,
      `Leave it out, or give it a value: --${flag} VALUE.`,
    );
  }
  return values.map(String);
}
