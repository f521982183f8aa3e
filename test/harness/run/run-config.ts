/** A run configuration with every default, for tests of what a run makes of it. */
import { architectureNames } from '../../../architectures/registry.ts';
import { type RunConfig, runConfigSchema, type Settings, withDefaults } from '../../../harness/config/run-config.ts';

export function configOf(settings: Settings = {}): RunConfig {
  return runConfigSchema.parse(withDefaults(settings, architectureNames));
}
