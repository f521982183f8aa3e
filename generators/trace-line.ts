/**
 * One line of a trace, as CSV or as a JSON object, to a row. A parser returns a string, what was expected and what was
 * found, if the line is not a row; the caller knows file and line.
 */

/** Last millisecond that an ECMAScript date can hold. */
export const MAX_EVENT_TIME_MS = 8.64e15;
const MAX_SHOWN = 60;

export interface TraceRow {
  tweetId: string;
  eventTimeMs: number;
}

/**
 * `id,time`, where an id may be quoted: commas and doubled quotes are then part of it. Unquoted ids are taken as they
 * are.
 */
export function parseCsvLine(line: string): TraceRow | string {
  let tweetId: string;
  let rest: string;
  if (line.startsWith('"')) {
    const quoted = /^"((?:[^"]|"")*)"\s*,/.exec(line);
    if (quoted === null) return expected('a closing quote and a comma after the quoted tweetId', line);
    tweetId = (quoted[1] as string).replaceAll('""', '"');
    rest = line.slice(quoted[0].length);
  } else {
    const comma = line.indexOf(',');
    if (comma < 0) return expected('tweetId,eventTimeMs', line);
    tweetId = line.slice(0, comma);
    rest = line.slice(comma + 1);
  }
  if (tweetId === '') return expected('a tweetId before the comma', line);
  if (rest.includes(',')) return expected('two fields, tweetId,eventTimeMs (quote an id that has commas)', line);
  const digits = rest.trim();
  const eventTimeMs = /^\d+$/.test(digits) ? Number(digits) : Number.NaN;
  return eventTimeMs <= MAX_EVENT_TIME_MS ? { tweetId, eventTimeMs } : badTime(digits);
}

const JSON_INTEGER = '(?:0|[1-9]\\d*)';
/** An id as a string without escapes, so that its source is its value, or as a whole number. */
const ID_MEMBER = `"tweetId"\\s*:\\s*(?:"([^"\\\\\\u0000-\\u001f]+)"|(-?${JSON_INTEGER}))`;
const TIME_MEMBER = `"eventTimeMs"\\s*:\\s*(${JSON_INTEGER})`;
/** The usual spelling, which needs no JSON parser: these two members in this order. */
const PLAIN_OBJECT = new RegExp(`^\\s*\\{\\s*${ID_MEMBER}\\s*,\\s*${TIME_MEMBER}\\s*\\}\\s*$`);

/** `{"tweetId": string | whole number, "eventTimeMs": number}`; other members are ignored. */
export function parseNdjsonLine(line: string): TraceRow | string {
  const plain = PLAIN_OBJECT.exec(line);
  if (plain !== null) {
    const eventTimeMs = Number(plain[3]);
    if (eventTimeMs > MAX_EVENT_TIME_MS) return badTime(plain[3] as string);
    return { tweetId: (plain[1] ?? plain[2]) as string, eventTimeMs };
  }
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return expected('a JSON object {"tweetId": ..., "eventTimeMs": ...}', line);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return expected('a JSON object {"tweetId": ..., "eventTimeMs": ...}', line);
  }
  const { tweetId, eventTimeMs } = value as { tweetId?: unknown; eventTimeMs?: unknown };
  const spelling = typeof tweetId === 'number' ? memberSource(line, 'tweetId') : tweetId;
  const whole = typeof tweetId !== 'number' || /^-?\d+$/.test(spelling as string);
  if (typeof spelling !== 'string' || spelling === '' || !whole) {
    return expected('"tweetId" to be a string that is not empty or a whole number', shown(tweetId));
  }
  // A surrogate without its partner has no spelling in UTF-8.
  if (/\p{Surrogate}/u.test(spelling)) return expected('"tweetId" to be well-formed Unicode', shown(tweetId));
  if (typeof eventTimeMs !== 'number') return badTime(shown(eventTimeMs));
  const inRange = Number.isInteger(eventTimeMs) && eventTimeMs >= 0 && eventTimeMs <= MAX_EVENT_TIME_MS;
  return inRange ? { tweetId: spelling, eventTimeMs: Math.abs(eventTimeMs) } : badTime(String(eventTimeMs));
}

/**
 * The source text of a number that is a member of the top-level object of `json`, which is known to be valid JSON; the
 * last one of that name counts, as it does for `JSON.parse`.
 */
function memberSource(json: string, name: string): string {
  let depth = 0;
  let source = '';
  const token = /"(?:[^"\\]|\\.)*"|[[\]{}]/g;
  for (let match = token.exec(json); match !== null; match = token.exec(json)) {
    const text = match[0];
    if (text === '{' || text === '[') depth++;
    else if (text === '}' || text === ']') depth--;
    else if (depth === 1 && JSON.parse(text) === name) {
      const number = /^\s*:\s*(-?[0-9][^\s,}]*)/.exec(json.slice(token.lastIndex));
      if (number !== null) source = number[1] as string;
    }
  }
  return source;
}

function badTime(found: string): string {
  return expected(`eventTimeMs to be whole milliseconds from 0 to ${MAX_EVENT_TIME_MS}`, found);
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

function expected(what: string, found: string): string {
  return `expected ${what}, found ${found.length > MAX_SHOWN ? `${found.slice(0, MAX_SHOWN)}...` : found || 'nothing'}`;
}
