/**
 * Tells a TypeScript file's code from its comments and literals, so that a rule about code does not stumble over a
 * string. Blanked characters become spaces and newlines stay, so that an index means the same place in every view.
 *
 * A tokenizer for all of the language's lexical grammar but one point: a slash after a closing bracket divides.
 */

export interface ScannedSource {
  /** Comments and the insides of strings, templates and regular expressions are blank. */
  code: string;
  /** Everything but comments is blank. */
  comments: string;
}

const TOKENS = {
  comment: /\/\/[^\n]*|\/\*[\s\S]*?\*\//y,
  string: /'(?:\\[\s\S]|[^'\\\n])*'|"(?:\\[\s\S]|[^"\\\n])*"/y,
  /** From a backquote, or the brace that closes a `${`, to the next `${` or the closing backquote. */
  template: /[`}](?:\\[\s\S]|\$(?!\{)|[^`\\$])*(?:\$\{|`)/y,
  regularExpression: /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/\w*/y,
  word: /[\w$]+/y,
} as const;

/** A slash after one of these words begins a regular expression; after any other word it divides. */
const OPERATOR_WORDS = new Set(
  'return typeof case in of new delete void throw instanceof await yield else do'.split(' '),
);

export function scanSource(text: string): ScannedSource {
  const code: string[] = [];
  const comments: string[] = [];
  /** One entry for each `${` that is open: how many braces were opened inside it. */
  const substitutions: number[] = [];
  let previous = '';
  for (let at = 0; at < text.length; ) {
    const character = text.charAt(at);
    const token = tokenAt(text, at, previous, substitutions.at(-1) === 0);
    const end = at + token.length;
    const isComment = token.startsWith('//') || token.startsWith('/*');
    comments.push(isComment ? token : blank(token));
    code.push(isComment ? blank(token) : blankInside(token));
    at = end;
    if (isComment || token.trim() === '') continue;
    if (character === '`' || (token.length > 1 && character === '}')) {
      if (character === '}') substitutions.pop();
      if (token.endsWith('${')) substitutions.push(0);
    } else if (substitutions.length > 0 && (token === '{' || token === '}')) {
      substitutions.push((substitutions.pop() as number) + (token === '{' ? 1 : -1));
    }
    previous = token;
  }
  return { code: code.join(''), comments: comments.join('') };
}

/** 1-based line of an index. */
export function lineOf(text: string, index: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < index; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

function tokenAt(text: string, at: number, previous: string, closesSubstitution: boolean): string {
  const character = text.charAt(at);
  if (character === '/') {
    const comment = match(TOKENS.comment, text, at);
    if (comment !== undefined) return comment;
    return (mayBeginExpression(previous) ? match(TOKENS.regularExpression, text, at) : undefined) ?? character;
  }
  if (character === "'" || character === '"') return match(TOKENS.string, text, at) ?? character;
  if (character === '`' || (character === '}' && closesSubstitution)) {
    return match(TOKENS.template, text, at) ?? text.slice(at);
  }
  return match(TOKENS.word, text, at) ?? character;
}

function mayBeginExpression(previous: string): boolean {
  if (/^[\w$]/.test(previous)) return OPERATOR_WORDS.has(previous);
  // A literal's last character, or a closing bracket, ends an operand.
  return !/[)\]}'"`/]$/.test(previous) || previous === '/' || previous.endsWith('${');
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** Keeps the delimiters of a literal; anything else is no literal and stays as it is. */
function blankInside(token: string): string {
  const first = token.charAt(0);
  if (token.length < 2 || !`'"\`}/`.includes(first)) return token;
  const tail = token.endsWith('${') ? 2 : 1;
  return first + blank(token.slice(1, -tail)) + token.slice(-tail);
}

function blank(token: string): string {
  return token.replace(/[^\n]/g, ' ');
}
