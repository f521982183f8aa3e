/**
 * Another way to a server: where connections to its `host:port` go instead. Whoever connects applies it to every
 * connection, also to those to servers that it only learned of from another one, and otherwise goes on calling the
 * server by its own name: in messages, and where TLS checks it.
 */
import net from 'node:net';
import tls from 'node:tls';

/** By the server's `host:port`, the `host:port` to go to; an IPv6 host stands in brackets. */
export type Via = Readonly<Record<string, string>>;

interface Address {
  host: string;
  port: number;
}

/** One machine, whichever of them a server calls itself. */
const LOOPBACK: readonly string[] = ['127.0.0.1', 'localhost', '::1'];

/** Where to connect for a server; the server itself, where no other way leads to it. */
export function reached({ host, port }: Address, via: Via | undefined): Address {
  if (via === undefined) return { host, port };
  const names = LOOPBACK.includes(host) ? [host, ...LOOPBACK] : [host];
  const found = names.map((name) => via[spell(name, port)]).find((address) => address !== undefined);
  return found === undefined ? { host, port } : split(found);
}

/** The same for `host:port`. */
export function reachedText(address: string, via: Via | undefined): string {
  if (via?.[address] !== undefined) return via[address];
  const { host, port } = reached(split(address), via);
  return spell(host, port);
}

/** What TLS has to know of a server that is called `host`, wherever the connection goes. */
export function tlsName(host: string): Pick<tls.ConnectionOptions, 'servername' | 'checkServerIdentity'> {
  return {
    ...(net.isIP(host) === 0 ? { servername: host } : {}),
    checkServerIdentity: (_, certificate) => tls.checkServerIdentity(host, certificate),
  };
}

function spell(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function split(address: string): Address {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon).replace(/^\[(.*)\]$/, '$1'), port: Number(address.slice(colon + 1)) };
}
