/**
 * The grammar that the URLs of all servers share: `scheme://[user:password@]host[:port][,host[:port]]/path?name=value`.
 * The platform's own URL class knows one host only. No message holds a part that could be a secret.
 */
import { BenchError } from '../cli/bench-error.ts';
import { redactUrl } from './redact.ts';
import type { Source } from './source.ts';
import { nearest } from './suggest.ts';

/** What the URL of one kind of server looks like, for reading it and for telling people. */
export interface UrlForm {
  /** With and without TLS. */
  readonly schemes: readonly string[];
  readonly shape: string;
  readonly example: string;
  readonly defaultPort: number;
  readonly parameters: readonly string[];
}

export interface HostPort {
  host: string;
  port: number;
}

export interface UrlParts {
  scheme: string;
  username?: string;
  password?: string;
  hosts: HostPort[];
  /** Without its leading slash; empty if there is none. */
  path: string;
  parameters: ReadonlyMap<string, string>;
}

/** The scheme of a text in lower case, or undefined if it is no URL. */
export function schemeOf(text: string): string | undefined {
  return /^([a-z][a-z0-9+.-]*):\/\//i.exec(text.trim())?.[1]?.toLowerCase();
}

/** Takes the URL apart. `BenchError` OB_BAD_VALUE if it is malformed. */
export function splitUrl(text: string, source: Source, form: UrlForm): UrlParts {
  const fault = (why: string): BenchError => malformed(text, source, form, why);
  const scheme = schemeOf(text);
  if (scheme === undefined) throw fault('it is no URL');
  const rest = text.trim().slice(scheme.length + '://'.length);
  const [, authority = '', path = '', query = '', fragment = ''] =
    /^([^/?#]*)(\/[^?#]*)?(\?[^#]*)?(#.*)?$/s.exec(rest) ?? [];
  if (`${path}${query}${fragment}`.includes('@')) {
    throw fault('an @ stands behind the host: in a password, / is written %2F, ? is %3F and # is %23');
  }
  if (fragment !== '') throw fault('a # has no meaning in it');
  const at = authority.lastIndexOf('@');
  return {
    scheme,
    ...(at < 0 ? {} : userinfoOf(authority.slice(0, at), fault)),
    hosts: authority
      .slice(at + 1)
      .split(',')
      .map((host) => hostOf(host, form.defaultPort, fault)),
    path: path.slice(1),
    parameters: parametersOf(query.slice(1), form, fault),
  };
}

/** The error for a URL of this form; `why` names no part that could be a secret. */
export function malformed(text: string, source: Source, form: UrlForm, why: string): BenchError {
  const remedy = `Write ${form.shape}, such as ${source.instead(form.example)}.`;
  return new BenchError('OB_BAD_VALUE', `${source.said(redactUrl(text))}: ${why}`, remedy);
}

type Fault = (why: string) => BenchError;

function userinfoOf(text: string, fault: Fault): { username?: string; password?: string } {
  const colon = text.indexOf(':');
  const decoded = (part: string): string => {
    try {
      return decodeURIComponent(part);
    } catch {
      throw fault('a % before the @ is no percent code: in a user name or password, % is written %25');
    }
  };
  const username = decoded(colon < 0 ? text : text.slice(0, colon));
  const password = colon < 0 ? '' : decoded(text.slice(colon + 1));
  return { ...(username === '' ? {} : { username }), ...(password === '' ? {} : { password }) };
}

function hostOf(text: string, defaultPort: number, fault: Fault): HostPort {
  if (text === '') throw fault('a host is missing');
  if (text.includes('[')) throw fault('addresses in brackets are not understood: write a name or an IPv4 address');
  const colon = text.indexOf(':');
  const host = colon < 0 ? text : text.slice(0, colon);
  if (!/^[a-z0-9_](?:[\w.-]*[a-z0-9_])?$/i.test(host)) throw fault('a host is neither a name nor an IPv4 address');
  if (colon < 0) return { host, port: defaultPort };
  const port = text.slice(colon + 1);
  // Said without the text: whoever forgets the host has a password here.
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) {
    throw fault('what follows the colon of a host is no port from 1 to 65535');
  }
  return { host, port: Number(port) };
}

function parametersOf(query: string, form: UrlForm, fault: Fault): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const pair of query === '' ? [] : query.split('&')) {
    const equals = pair.indexOf('=');
    const name = equals < 0 ? pair : pair.slice(0, equals);
    if (!form.parameters.includes(name)) {
      const all = form.parameters.length === 0 ? 'it takes none' : `there are ${form.parameters.join(', ')}`;
      const meant = nearest(name, form.parameters);
      // A name that is like no other may be anything, even a password.
      throw fault(`a parameter is unknown: ${meant === undefined ? '' : `${meant} may be meant; `}${all}`);
    }
    if (found.has(name)) throw fault(`${name} is there twice`);
    found.set(name, equals < 0 ? '' : pair.slice(equals + 1));
  }
  return found;
}
