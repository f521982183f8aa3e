/** `omegabench list [TOPIC]`: what there is to choose from. */
import { OPTIONS } from '../../config/options.ts';
import type { CatalogueEntry, CliDependencies } from '../dependencies.ts';
import { ExitCode } from '../exit-codes.ts';
import { type Invocation, LIST_TOPICS, type ListTopic } from '../parser.ts';

export async function list(
  invocation: Extract<Invocation, { command: 'list' }>,
  dependencies: CliDependencies,
): Promise<ExitCode> {
  const entries: Record<ListTopic, readonly CatalogueEntry[]> = {
    ...(await dependencies.catalogue()),
    options: optionEntries(),
  };
  const topics = invocation.topic === undefined ? LIST_TOPICS : [invocation.topic];
  if (invocation.json) {
    const shown = Object.fromEntries(topics.map((topic) => [topic, entries[topic]]));
    dependencies.stdout.write(`${JSON.stringify(shown, null, 1)}\n`);
    return ExitCode.Ok;
  }
  dependencies.stdout.write(`${topics.map((topic) => section(topic, entries[topic])).join('\n\n')}\n`);
  return ExitCode.Ok;
}

/** The options as a config file names them; its values are written as the flags' are. */
function optionEntries(): CatalogueEntry[] {
  return OPTIONS.map((option) => {
    const values = option.choices === undefined ? '' : ` One of ${option.choices.join(', ')}.`;
    return { name: option.flag, description: `${option.description}.${values} Default: ${option.defaultText}.` };
  });
}

function section(topic: ListTopic, entries: readonly CatalogueEntry[]): string {
  const width = Math.max(...entries.map((entry) => entry.name.length));
  const lines = entries.map((entry) => `  ${entry.name.padEnd(width)}  ${entry.description}`);
  return [`${topic}:`, ...lines].join('\n');
}
