/** The way to one server: a listener on 127.0.0.1 whose connections all go there, and what is done to them. */
import net from 'node:net';
import type { Clock } from '../../../substrates/clock.ts';
import { type LinkState, ProxiedConnection } from './connection.ts';
import { Jitter, type Lane } from './flow.ts';
import { type LinkCommand, type LinkCounters, type Mode, noCounters } from './network.ts';

const PASS: Mode = { kind: 'pass' };

export interface LinkOptions {
  /** `host:port`. */
  server: string;
  /** Of this proxy's links, from 0. */
  index: number;
  seed: number;
  clock: Clock;
}

export class Link {
  readonly #host: string;
  readonly #port: number;
  readonly #listener: net.Server;
  readonly #connections = new Set<ProxiedConnection>();
  readonly #state: LinkState;
  #accepts = true;
  #opened = 0;
  #refused = 0;

  private constructor({ server, index, seed, clock }: LinkOptions) {
    const { host, port } = splitAddress(server);
    this.#host = host;
    this.#port = port;
    const counters = noCounters();
    const lane = (of: 'requests' | 'replies', direction: number): Lane => ({
      mode: PASS,
      counters: counters[of],
      jitter: new Jitter(seed, index, direction),
    });
    this.#state = {
      requests: lane('requests', 0),
      replies: lane('replies', 1),
      clock,
      loss: undefined,
      resetConnections: 0,
      lostReplies: 0,
    };
    this.#listener = net.createServer({ allowHalfOpen: true }, (client) => this.#accept(client));
  }

  static async open(options: LinkOptions): Promise<Link> {
    const link = new Link(options);
    await new Promise<void>((resolve, reject) => {
      link.#listener.once('error', reject);
      link.#listener.listen(0, '127.0.0.1', resolve);
    });
    return link;
  }

  /** Where it listens on 127.0.0.1. */
  get port(): number {
    return (this.#listener.address() as net.AddressInfo).port;
  }

  /** In force when it returns. */
  tell(command: LinkCommand): LinkCounters {
    switch (command.do) {
      case 'set':
        this.#setModes(command.requests ?? this.#state.requests.mode, command.replies ?? this.#state.replies.mode);
        break;
      case 'reset':
        for (const connection of [...this.#connections]) connection.reset();
        break;
      case 'refuse':
        this.#accepts = false;
        break;
      case 'lose-replies': {
        const { times, minRequestBytes, quietMs } = command;
        this.#state.loss = { times, minRequestBytes, quietMs };
        break;
      }
      case 'resume':
        this.#state.loss = undefined;
        this.#accepts = true;
        this.#setModes(PASS, PASS);
        break;
      case 'count':
        break;
    }
    return this.counters();
  }

  counters(): LinkCounters {
    const { requests, replies, resetConnections, lostReplies } = this.#state;
    return {
      openedConnections: this.#opened,
      refusedConnections: this.#refused,
      resetConnections,
      lostReplies,
      requests: { ...requests.counters },
      replies: { ...replies.counters },
    };
  }

  close(): Promise<void> {
    for (const connection of [...this.#connections]) connection.destroy();
    return new Promise((resolve) => this.#listener.close(() => resolve()));
  }

  #accept(client: net.Socket): void {
    if (!this.#accepts) {
      this.#refused += 1;
      client.on('error', () => undefined);
      client.resetAndDestroy();
      return;
    }
    this.#opened += 1;
    const server = net.connect({ host: this.#host, port: this.#port, allowHalfOpen: true });
    const connection: ProxiedConnection = new ProxiedConnection(client, server, this.#state, () =>
      this.#connections.delete(connection),
    );
    this.#connections.add(connection);
  }

  #setModes(requests: Mode, replies: Mode): void {
    this.#state.requests.mode = requests;
    this.#state.replies.mode = replies;
    const healed = { requests: requests.kind !== 'drop', replies: replies.kind !== 'drop' };
    for (const connection of [...this.#connections]) connection.modeChanged(healed);
  }
}

/** Of `host:port`; an IPv6 host stands in brackets. */
export function splitAddress(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(':');
  const port = Number(address.slice(colon + 1));
  if (colon < 1 || !Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new RangeError(`'${address}' is no address of a server: write host:port`);
  }
  return { host: address.slice(0, colon).replace(/^\[(.*)\]$/, '$1'), port };
}
