/**
 * What runs the jobs of a run: the embedded engine by its name, or a Flink cluster by the URL of its REST API. Written
 * and spelled back as the servers of `server-url.ts` are.
 */
import { BenchError } from '../cli/bench-error.ts';
import { redactUrl } from './redact.ts';
import { spellHost, type Userinfo } from './server-url.ts';
import type { Source } from './source.ts';
import { nearest } from './suggest.ts';
import { type HostPort, malformed, schemeOf, splitUrl, type UrlForm } from './url-parts.ts';

export interface FlinkServer {
  kind: 'flink';
  /** Of the job manager's REST API. */
  rest: HostPort;
  tls: boolean;
  /** Where proxies of queryable state listen on the task managers, as `9069,9071-9079`; as the cluster says if absent. */
  proxyPorts?: string;
}

export type EngineServer = { kind: 'embedded' } | FlinkServer;

const FLINK: UrlForm = {
  schemes: ['flink', 'flinks'],
  shape: 'flink://host:port (flinks:// for TLS; ?proxy-ports=9069-9079 where the cluster does not say them)',
  example: 'flink://localhost:8081',
  defaultPort: 8081,
  parameters: ['proxy-ports'],
};
/** Schemes of logs and stores, and of what people copy from a browser. */
const OTHERS: Readonly<Record<string, string>> = {
  kafka: 'a log and no engine',
  kafkas: 'a log and no engine',
  redis: 'a store and no engine',
  rediss: 'a store and no engine',
  cassandra: 'a store and no engine',
  cassandras: 'a store and no engine',
  http: "an address for a browser; an engine's begins with flink://",
  https: "an address for a browser; an engine's with TLS begins with flinks://",
};

/** `embedded`, or the URL of Flink's REST API. Throws `BenchError`. */
export function parseEngineServer(text: string, source: Source): { server: EngineServer; userinfo: Userinfo } {
  if (text.trim() === 'embedded') return { server: { kind: 'embedded' }, userinfo: {} };
  const scheme = schemeOf(text);
  if (FLINK.schemes.some((known) => known === scheme)) return flinkOf(text, source);
  const instead = `${source.instead('embedded')} or ${source.instead(FLINK.example)}`;
  const other = scheme === undefined ? undefined : OTHERS[scheme];
  if (other !== undefined) {
    throw new BenchError('OB_BAD_VALUE', `${source.said(redactUrl(text))}: that is ${other}`, `Write ${instead}.`);
  }
  const typed = scheme ?? redactUrl(text);
  const meant = nearest(typed, scheme === undefined ? ['embedded', ...FLINK.schemes] : FLINK.schemes);
  const spelled = meant === undefined || meant === 'embedded' ? meant : `${meant}://`;
  const why = scheme === undefined ? 'it is no URL' : `${scheme}:// is not known`;
  throw new BenchError(
    'OB_BAD_VALUE',
    `${source.said(redactUrl(text))} is no engine: ${why}`,
    `${spelled === undefined ? '' : `Did you mean ${spelled}? `}Write ${instead}.`,
  );
}

/** The canonical text of an engine, without secrets: parsed again, it is the same one. */
export function spellEngineServer(server: EngineServer): string {
  if (server.kind === 'embedded') return 'embedded';
  const ports = server.proxyPorts === undefined ? '' : `?proxy-ports=${server.proxyPorts}`;
  return `flink${server.tls ? 's' : ''}://${spellHost(server.rest)}${ports}`;
}

/** Address of the REST API for a client of it. */
export function restUrlOf({ rest, tls }: FlinkServer): string {
  return `http${tls ? 's' : ''}://${spellHost(rest)}`;
}

function flinkOf(text: string, source: Source): { server: FlinkServer; userinfo: Userinfo } {
  const { scheme, hosts, path, parameters, ...userinfo } = splitUrl(text, source, FLINK);
  const fault = (why: string): BenchError => malformed(text, source, FLINK, why);
  const [rest] = hosts;
  if (rest === undefined || hosts.length > 1) throw fault('one job manager answers for the cluster: name one host');
  if (path !== '') throw fault('nothing belongs behind the port');
  const proxyPorts = parameters.get('proxy-ports');
  if (proxyPorts !== undefined && !isPorts(proxyPorts)) {
    throw fault('proxy-ports are ports, ranges of them or both: 9069,9071-9079');
  }
  return {
    server: { kind: 'flink', rest, tls: scheme === 'flinks', ...(proxyPorts === undefined ? {} : { proxyPorts }) },
    userinfo,
  };
}

function isPorts(text: string): boolean {
  return text.split(',').every((part) => {
    const [, from, to = from] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part) ?? [];
    return Number(from) >= 1 && Number(to) >= Number(from) && Number(to) <= 65_535;
  });
}
