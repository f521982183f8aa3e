/**
 * From what was said to a run configuration. What is said later in this list gives way to what is said earlier: flags,
 * config file, the quick preset, defaults.
 */
import { parseConfigFile } from './config-file.ts';
import { checkAgainstEachOther, type SourceOf } from './cross-checks.ts';
import { OPTIONS } from './options.ts';
import type { KnownNames } from './readers.ts';
import { type RunConfig, runConfigSchema, type Settings, withDefaults } from './run-config.ts';
import { flagSource, type Source } from './source.ts';

export interface ConfigurationInput {
  /** Texts of the flags that were given, by flag; a switch is `true` or `false`. */
  flags: Readonly<Record<string, readonly string[]>>;
  /** Name and text of the config file, if there is one. */
  file?: { name: string; text: string };
  known: KnownNames;
  /** The arguments as they were typed; kept in the configuration. */
  arguments: readonly string[];
}

/** The configuration of a run. Throws `BenchError` for the first thing that is wrong. */
export function resolveConfig(input: ConfigurationInput): RunConfig {
  const sources = new Map<string, Source>();
  const fromFile: Settings = {};
  for (const { option, texts, source } of input.file === undefined
    ? []
    : parseConfigFile(input.file.text, input.file.name)) {
    Object.assign(fromFile, option.read(texts, source, input.known));
    sources.set(option.flag, source);
  }
  const fromFlags: Settings = {};
  for (const option of OPTIONS) {
    const texts = input.flags[option.flag];
    if (texts === undefined) continue;
    const source = flagSource(option.flag);
    Object.assign(fromFlags, option.read(texts, source, input.known));
    sources.set(option.flag, source);
  }
  const said: Settings = { ...fromFile, ...fromFlags };
  const sourceOf: SourceOf = (flag) => sources.get(flag);
  if (said.trace !== undefined && said.ratePerSecond !== undefined) {
    said.trace = { ...said.trace, ratePerSecond: said.ratePerSecond };
  }
  const config = withDefaults({ ...said, arguments: [...input.arguments] }, input.known.architectures);
  checkAgainstEachOther(config, sourceOf, input.flags);
  return runConfigSchema.parse(config);
}
