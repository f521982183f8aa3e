/** The doctor's findings for a terminal. */
import type { Examination, Finding } from './findings.ts';

const MARKS: Record<Finding['level'], string> = { ok: 'ok     ', warning: 'warning', problem: 'PROBLEM' };

/** A block for each subject: a line for what is well, three for what is not; and a last line that counts. */
export function doctorText(examinations: readonly Examination[]): string {
  const blocks = examinations.map(({ subject, findings }) => `${subject}\n${findings.map(lines).join('')}`);
  return `${blocks.join('\n')}\n${conclusion(examinations.flatMap(({ findings }) => findings))}\n`;
}

function lines(one: Finding): string {
  const head = `  ${MARKS[one.level]}  ${one.check}: ${one.found}\n`;
  if (one.level === 'ok') return head;
  return `${head}           why: ${one.why}\n           → ${one.remedy}\n`;
}

function conclusion(findings: readonly Finding[]): string {
  const counted = (level: Finding['level'], noun: string): string => {
    const number = findings.filter((one) => one.level === level).length;
    return `${number} ${noun}${number === 1 ? '' : 's'}`;
  };
  const summary = `${counted('problem', 'problem')}, ${counted('warning', 'warning')}`;
  if (findings.some(({ level }) => level === 'problem'))
    return `${summary}: a run would fail, or its figures would be wrong.`;
  if (findings.some(({ level }) => level === 'warning'))
    return `${summary}: figures may be worse or noisier than they need be.`;
  return `${summary}: nothing here would spoil a measurement.`;
}
