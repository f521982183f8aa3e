/**
 * Takes secrets out of texts. A URL may carry a user name and a password before its host; whatever is shown, stored or
 * handed on as text passes through here first. What cannot be told from a secret goes too.
 */

/** Flags whose value is the URL of a server. */
export const SERVER_FLAGS = ['log', 'store', 'speed-store', 'engine'] as const;

/** Parameters that a server's URL may have; any other may hold a secret. */
export const URL_PARAMETERS = ['dc', 'consistency', 'prefix', 'proxy-ports'] as const;

const HOSTS = /^[\w.-]+(?::\d+)?(?:,[\w.-]+(?::\d+)?)*$/;
const PLAIN = /^[\w.:,-]*$/;

/** The URL of a server without user name, password and unknown parameters; as it was, if it has none. */
export function redactUrl(text: string): string {
  const match = /^([a-z][a-z0-9+.-]*:\/\/)(.*)$/is.exec(text.trim());
  if (match === null) return afterLast(text, '@');
  const scheme = match[1] as string;
  // An unescaped slash of a password looks like the beginning of the path: all before the last @ goes.
  const rest = afterLast(match[2] as string, '@');
  const [, hosts = '', path = '', query = ''] = /^([^/?#]*)(\/[^?#]*)?(?:\?([^#]*))?/s.exec(rest) ?? [];
  if (!HOSTS.test(hosts)) return `${scheme}…`;
  const kept = query.split('&').filter((pair) => {
    const [name, value = ''] = pair.split('=');
    return URL_PARAMETERS.some((known) => known === name) && PLAIN.test(value);
  });
  return `${scheme}${hosts}${path}${kept.length === 0 ? '' : `?${kept.join('&')}`}`;
}

/** Arguments of the command line without the secrets of URLs, wherever one stands. */
export function redactArguments(given: readonly string[]): string[] {
  return given.map((argument, i) => {
    if (SERVER_FLAGS.some((flag) => given[i - 1] === `--${flag}`)) return redactUrl(argument);
    const flag = SERVER_FLAGS.find((name) => argument.startsWith(`--${name}=`));
    if (flag === undefined) return withoutUserinfo(argument);
    return `--${flag}=${redactUrl(argument.slice(flag.length + 3))}`;
  });
}

/** Any text without the user names and passwords of URLs in it. A path may hold an @, but for our own servers. */
export function withoutUserinfo(text: string): string {
  return text
    .replaceAll(/\b((?:kafka|redis|cassandra|flink)s?:\/\/)[^\s'"]*@/gi, '$1')
    .replaceAll(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s'"/]*@/gi, '$1');
}

function afterLast(text: string, mark: string): string {
  return text.slice(text.lastIndexOf(mark) + 1);
}
