/**
 * The plan of faults that a person writes: a YAML list, an entry for each fault. Everything is checked before a run
 * starts, and a mistake is named by file, line and place.
 */
import { readFile } from 'node:fs/promises';
import { isSeq, LineCounter, parseDocument } from 'yaml';
import { BenchError } from '../cli/bench-error.ts';
import { type FaultSpecification, faultSpecificationSchema } from '../faults/fault.ts';
import { faultDefinitions } from '../faults/registry.ts';
import { inWords } from './file-system-facts.ts';
import { nearest } from './suggest.ts';

const EXAMPLE =
  'Write a list, such as "- { kind: store-outage, trigger: { at: time, afterStartMs: 5000 }, durationMs: 800 }".';

/** Error: `BenchError`. */
export async function readFaultPlan(path: string, partitions: number): Promise<FaultSpecification[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new BenchError(
      'OB_FILE_UNREADABLE',
      `--fault-plan ${path} cannot be read: ${inWords(error)}`,
      EXAMPLE,
      error,
    );
  }
  return parseFaultPlan(text, path, partitions);
}

/** `file` is its name for messages. Entries without an id are named by their kind and place. Error: `BenchError`. */
export function parseFaultPlan(text: string, file: string, partitions: number): FaultSpecification[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problem = document.errors[0];
  if (problem !== undefined) {
    const { line } = lines.linePos(problem.pos[0]);
    throw malformed(`${file}, line ${line}: this is not YAML: ${problem.message.split('\n')[0]}`, EXAMPLE);
  }
  if (!isSeq(document.contents) || document.contents.items.length === 0) {
    throw malformed(`${file} holds no faults: its top level is not a list`, EXAMPLE);
  }
  const lineOf = (path: readonly (string | number)[]): number => {
    for (let depth = path.length; depth >= 0; depth--) {
      const node = document.getIn(path.slice(0, depth), true) as { range?: [number, number, number] } | undefined;
      if (node?.range !== undefined) return lines.linePos(node.range[0]).line;
    }
    return 1;
  };
  const entries = document.toJS() as unknown[];
  const plan = entries.map((entry, index) => specificationOf(entry, index, (path) => `${file}, line ${lineOf(path)}`));
  checkTogether(plan, partitions, (index) => `${file}, line ${lineOf([index])}`);
  return plan;
}

type Place = (path: readonly (string | number)[]) => string;

function specificationOf(entry: unknown, index: number, placeOf: Place): FaultSpecification {
  const given = typeof entry === 'object' && entry !== null ? (entry as Record<string, unknown>) : undefined;
  if (given === undefined) throw malformed(`${placeOf([index])}: entry ${index + 1} is no fault`, EXAMPLE);
  checkKind(given.kind, index, placeOf);
  const parsed = faultSpecificationSchema.safeParse({ id: `${String(given.kind)} ${index + 1}`, ...given });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = (issue?.path ?? []).map((part) => (typeof part === 'number' ? part : String(part)));
  const where = path.length === 0 ? '' : `, ${path.join('.')}`;
  throw malformed(
    `${placeOf([index, ...path])}: entry ${index + 1}${where}: ${issue?.message ?? 'not a fault'}`,
    EXAMPLE,
  );
}

function checkKind(kind: unknown, index: number, placeOf: Place): void {
  const kinds = faultDefinitions.map((definition) => definition.kind);
  if (typeof kind === 'string' && kinds.includes(kind)) return;
  const said = kind === undefined ? 'no kind is given' : `there is no fault '${String(kind)}'`;
  const meant = kind === undefined ? undefined : nearest(String(kind), kinds);
  throw malformed(
    `${placeOf([index, 'kind'])}: entry ${index + 1}, kind: ${said}`,
    `${meant === undefined ? '' : `Did you mean ${meant}? `}There are ${kinds.join(', ')}.`,
  );
}

function checkTogether(
  plan: readonly FaultSpecification[],
  partitions: number,
  placeOf: (index: number) => string,
): void {
  plan.forEach(({ id, trigger, target, kind }, index) => {
    const same = plan.findIndex((other) => other.id === id);
    if (same < index) {
      throw malformed(
        `${placeOf(index)}: entry ${index + 1} has the id '${id}' of entry ${same + 1}`,
        'Give each an id of its own.',
      );
    }
    const partition = trigger.at === 'time' ? (target.partition ?? 0) : trigger.partition;
    if (partition >= partitions) {
      throw malformed(
        `${placeOf(index)}: entry ${index + 1} strikes partition ${partition}, and the run has ${partitions}, ` +
          'from 0 on',
        'Name one of them, or raise --partitions.',
      );
    }
    if (kind === 'duplicate-events' && trigger.at !== 'position') {
      throw malformed(
        `${placeOf(index)}: entry ${index + 1}: duplicate-events needs a trigger at a position`,
        'It tells which impressions are sent twice: trigger: { at: position, partition: 0, offset: 5000 }.',
      );
    }
  });
}

function malformed(message: string, remedy: string): BenchError {
  return new BenchError('OB_FAULT_PLAN', message, remedy);
}
