/**
 * The config file: YAML whose keys are the long flags without their dashes. Values are read as the flags' are; a list
 * stands for a comma list. Unknown keys are errors, because a setting that is silently ignored makes a run that nobody
 * asked for.
 */
import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { BenchError } from '../cli/bench-error.ts';
import type { OptionSpecification } from './option.ts';
import { OPTIONS } from './options.ts';
import { fileSource, type Source } from './source.ts';
import { nearest } from './suggest.ts';

/** A setting that a config file makes: the option, its texts, and where it stands. */
export interface FileSetting {
  option: OptionSpecification;
  texts: string[];
  source: Source;
}

/** The settings in a config file's text; `file` is its name for messages. Throws `BenchError`. */
export function parseConfigFile(text: string, file: string): FileSetting[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problem = document.errors[0];
  if (problem !== undefined) {
    const { line } = lines.linePos(problem.pos[0]);
    throw fault(
      `${file}, line ${line}: this is not YAML: ${firstLine(problem.message)}`,
      'Write one "key: value" a line.',
    );
  }
  if (document.contents === null) return [];
  if (!isMap(document.contents)) {
    throw fault(
      `${file} holds no settings: its top level is not a mapping`,
      'Write one "key: value" a line, such as "rate: 250k".',
    );
  }
  return document.contents.items.map((pair) => {
    const key = isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
    const start = isScalar(pair.key) ? (pair.key.range?.[0] ?? 0) : 0;
    const { line } = lines.linePos(start);
    return {
      option: optionNamed(key, file, line),
      texts: texts(pair.value, key, file, line),
      source: fileSource(key, file, line),
    };
  });
}

function optionNamed(key: string, file: string, line: number): OptionSpecification {
  const option = OPTIONS.find((known) => known.flag === key);
  if (option !== undefined) return option;
  const meant = nearest(
    key,
    OPTIONS.map((known) => known.flag),
  );
  const hint = meant === undefined ? '' : `Did you mean ${meant}? `;
  throw fault(
    `${file}, line ${line}: there is no setting '${key}'`,
    `${hint}The keys are those that 'omegabench list options' shows.`,
  );
}

function texts(node: unknown, key: string, file: string, line: number): string[] {
  if (isScalar(node) && node.value !== null) return [scalarText(node)];
  if (isSeq(node) && node.items.length > 0 && node.items.every((item) => isScalar(item) && item.value !== null)) {
    return node.items.map((item) => (isScalar(item) ? scalarText(item) : ''));
  }
  throw fault(`${file}, line ${line}: ${key} has no plain value`, `Write "${key}: value", or remove the line.`);
}

/** As it was written, not as YAML understood it: 1_000 and 1e6 are ours to read. */
function scalarText(node: { value: unknown; source?: string | undefined }): string {
  return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
}

function fault(message: string, remedy: string): BenchError {
  return new BenchError('OB_CONFIG_FILE', message, remedy);
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? text;
}
