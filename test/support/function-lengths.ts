/**
 * Finds functions and how long they are, by brackets alone: a parameter list, perhaps a return type, perhaps an arrow,
 * and then a body in braces. Good enough for formatted code; a function whose body is an expression is not looked at.
 */
import { lineOf } from './source-scan.ts';

export interface FoundFunction {
  /** First line of the function's head, from 1. */
  line: number;
  /** From the head's first line to the closing brace, both counted. */
  lines: number;
  /** What stands before the parameter list on its line. */
  head: string;
}

const CONTROL = /\b(?:if|for|while|switch|catch|with|await)\s*$/;
const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** `code` is a scanned file: comments and literals are blank. */
export function functionsOf(code: string): FoundFunction[] {
  const found: FoundFunction[] = [];
  for (let open = code.indexOf('('); open !== -1; open = code.indexOf('(', open + 1)) {
    const head = code.slice(code.lastIndexOf('\n', open) + 1, open);
    if (CONTROL.test(head)) continue;
    const body = bodyAfter(code, closingOf(code, open) + 1);
    if (body === undefined) continue;
    const line = lineOf(code, open);
    found.push({ line, lines: lineOf(code, closingOf(code, body)) - line + 1, head });
  }
  return found;
}

/** Index of the brace that opens a body after a parameter list; undefined if what follows is no body. */
function bodyAfter(code: string, from: number): number | undefined {
  const at = skipSpace(code, from);
  if (code[at] === '{') return at;
  if (code.startsWith('=>', at)) {
    const body = skipSpace(code, at + 2);
    return code[body] === '{' ? body : undefined;
  }
  return code[at] === ':' ? bodyAfterType(code, at + 1) : undefined;
}

/** The same after the colon of a return type: a brace that stands where a type must begin belongs to the type. */
function bodyAfterType(code: string, from: number): number | undefined {
  let typeMayBegin = true;
  let angles = 0;
  for (let at = skipSpace(code, from); at < code.length; at = skipSpace(code, at + 1)) {
    const character = code.charAt(at);
    if (character === '{' && !typeMayBegin && !/\b(?:readonly|keyof|is)\s*$/.test(code.slice(from, at))) return at;
    if (code.startsWith('=>', at)) {
      const body = skipSpace(code, at + 2);
      if (angles === 0 && code[body] === '{') return body;
      at += 1;
      typeMayBegin = true;
      continue;
    }
    if (/[;)\]}=?:`]/.test(character) || (character === ',' && angles === 0)) return undefined;
    if (character === '<') angles += 1;
    if (character === '>') angles -= 1;
    typeMayBegin = /[|&<,]/.test(character);
    if (CLOSING[character] !== undefined) at = closingOf(code, at);
  }
  return undefined;
}

/** Index of the bracket that closes the one at `open`; the end of the file if there is none. */
function closingOf(code: string, open: number): number {
  const opening = code.charAt(open);
  const closing = CLOSING[opening];
  let depth = 0;
  for (let at = open; at < code.length; at++) {
    if (code[at] === opening) depth += 1;
    else if (code[at] === closing && --depth === 0) return at;
  }
  return code.length;
}

function skipSpace(code: string, from: number): number {
  let at = from;
  while (at < code.length && /\s/.test(code.charAt(at))) at += 1;
  return at;
}
