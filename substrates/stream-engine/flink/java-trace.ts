/** What a Java stack trace comes down to. */

/** The innermost cause that a Java stack trace names; the first line of a text that is none. */
export function rootCauseOf(trace: string): string {
  const lines = trace.split('\n').map((line) => line.trim());
  const causes = lines.filter((line) => line.startsWith('Caused by: '));
  const innermost = causes.at(-1)?.slice('Caused by: '.length);
  const thrown = lines.find((line) =>
    /^(?:<Exception on server side:)?\s*(?:[a-z_]\w*\.)+[A-Z][\w$]*(?::|$)/.test(line),
  );
  return innermost ?? thrown ?? lines.find((line) => line !== '') ?? '';
}
