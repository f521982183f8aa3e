/**
 * From what was said to a run configuration. What is said later in this list gives way to what is said earlier: flags,
 * config file, the quick preset, defaults.
 */
import { parseConfigFile } from './config-file.ts';
import { credentialsOf, type Environment, type SaidServer, type ServerCredentials } from './credentials.ts';
import { checkAgainstEachOther } from './cross-checks.ts';
import { OPTIONS } from './options.ts';
import type { KnownNames } from './readers.ts';
import { redactArguments } from './redact.ts';
import { type RunConfig, runConfigSchema, type Settings, withDefaults } from './run-config.ts';
import { flagSource, type Source, type SourceOf } from './source.ts';

export interface ConfigurationInput {
  /** Texts of the flags that were given, by flag; a switch is `true` or `false`. */
  flags: Readonly<Record<string, readonly string[]>>;
  /** Name and text of the config file, if there is one. */
  file?: { name: string; text: string };
  known: KnownNames;
  /** The arguments as they were typed; kept in the configuration, without secrets. */
  arguments: readonly string[];
  /** Environment variables, for credentials; none if absent. */
  environment?: Environment;
}

/** What a run is, and, apart from it, what nobody may see. */
export interface ResolvedRun {
  config: RunConfig;
  credentials: ServerCredentials;
}

/** The configuration of a run and its credentials. Throws `BenchError` for the first thing that is wrong. */
export function resolveRun(input: ConfigurationInput): ResolvedRun {
  const given = new Map<string, { texts: readonly string[]; source: Source }>();
  const fromFile: Settings = {};
  for (const { option, texts, source } of input.file === undefined
    ? []
    : parseConfigFile(input.file.text, input.file.name)) {
    Object.assign(fromFile, option.read(texts, source, input.known));
    given.set(option.flag, { texts, source });
  }
  const fromFlags: Settings = {};
  for (const option of OPTIONS) {
    const texts = input.flags[option.flag];
    if (texts === undefined) continue;
    const source = flagSource(option.flag);
    Object.assign(fromFlags, option.read(texts, source, input.known));
    given.set(option.flag, { texts, source });
  }
  const said: Settings = { ...fromFile, ...fromFlags };
  const sourceOf: SourceOf = (flag) => given.get(flag)?.source;
  if (said.trace !== undefined && said.ratePerSecond !== undefined) {
    said.trace = { ...said.trace, ratePerSecond: said.ratePerSecond };
  }
  const config = withDefaults({ ...said, arguments: redactArguments(input.arguments) }, input.known.architectures);
  checkAgainstEachOther(config, sourceOf, input.flags);
  const serverAt = (flag: string): SaidServer | undefined => {
    const found = given.get(flag);
    return found && { text: found.texts.join(), source: found.source };
  };
  const servers = {
    log: serverAt('log'),
    store: serverAt('store'),
    speedStore: serverAt('speed-store'),
    engine: serverAt('engine'),
  };
  return { config: runConfigSchema.parse(config), credentials: credentialsOf(servers, input.environment ?? {}) };
}

/** The configuration alone. */
export function resolveConfig(input: ConfigurationInput): RunConfig {
  return resolveRun(input).config;
}
