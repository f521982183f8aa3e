/**
 * The process of the proxies: opens a link to each server, then does as it is told. It ends with its parent. It is a
 * process of its own, so that it neither slows the harness down nor waits for it.
 */
import { MonotonicClock } from '../../../substrates/clock.ts';
import { Link } from './link.ts';
import type { FromProxy, ProxySpecification, ToProxy } from './network.ts';

const links = new Map<string, Link>();

process.on('message', (message: ToProxy) => {
  if (message.kind === 'open') open(message.specification).catch((error: unknown) => send(failure(error)));
  else obey(message);
});
process.on('disconnect', () => process.exit(1));
// Ctrl-C reaches the whole process group: the parent decides, and ends this process.
process.on('SIGINT', () => {});

async function open({ servers, seed }: ProxySpecification): Promise<void> {
  const clock = new MonotonicClock(0);
  const ports: Record<string, number> = {};
  for (const [index, server] of servers.entries()) {
    const link = await Link.open({ server, index, seed, clock });
    links.set(server, link);
    ports[server] = link.port;
  }
  send({ kind: 'open', ports });
}

function obey({ request, link: name, command }: Extract<ToProxy, { kind: 'command' }>): void {
  try {
    const link = links.get(name);
    if (link === undefined) throw new RangeError(`there is no link to ${name}`);
    send({ kind: 'counters', request, counters: link.tell(command) });
  } catch (error) {
    send({ ...failure(error), request });
  }
}

function failure(error: unknown): Extract<FromProxy, { kind: 'failed' }> {
  return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
}

function send(message: FromProxy): void {
  // The parent may be gone; 'disconnect' ends this process then.
  process.send?.(message, () => {});
}
