/**
 * The proxies of a cluster, one connection to each. Any of them that belongs to a task manager with a task of the job
 * answers for all subtasks; the others do not know the job and are passed over for a while.
 */
import type { Clock } from '../../../clock.ts';
import { type ProxyAddress, ProxyConnection, type ProxyConnectionOptions } from './proxy-connection.ts';

/** A proxy that could not be reached, or that did not know the job, is not asked before this, if others can be. */
const PASSED_OVER_MS = 2000;
/** Who is asked for addresses, the job manager, is not asked more often. */
const ADDRESSES_EVERY_MS = 1000;

/** `host:port` of the proxies that there are now; asked again when none answers. */
export type ProxyAddresses = () => Promise<readonly string[]>;

interface Proxy {
  readonly address: ProxyAddress;
  connection: ProxyConnection | undefined;
  connecting: Promise<void> | undefined;
  passedOverUntilMs: number;
}

export class ProxyPool {
  readonly #addresses: ProxyAddresses;
  readonly #options: ProxyConnectionOptions;
  readonly #clock: Clock;
  readonly #note: (failure: string) => void;
  #proxies = new Map<string, Proxy>();
  #askedMs = Number.NEGATIVE_INFINITY;
  /** Why a proxy, or who knows them, could not be reached last. */
  #unreachable: string | undefined;
  #isClosed = false;

  /** `note` is told why nobody can be reached, in words. */
  constructor(
    addresses: ProxyAddresses,
    options: ProxyConnectionOptions,
    clock: Clock,
    note: (failure: string) => void,
  ) {
    this.#addresses = addresses;
    this.#options = options;
    this.#clock = clock;
    this.#note = note;
  }

  /** Open connections, those that were passed over only if there are no others; empty if nobody can be reached. */
  async usable(): Promise<ProxyConnection[]> {
    if (this.#isClosed) return [];
    const nowMs = this.#clock.nowMs();
    if (this.#warm(nowMs).length === 0) await this.#findProxies(nowMs);
    const isAlone = this.#warm(nowMs).length === 0;
    const connecting = [...this.#proxies.values()]
      .filter(({ connection, passedOverUntilMs }) => !connection?.isOpen && (isAlone || passedOverUntilMs <= nowMs))
      .map((proxy) => this.#connect(proxy));
    // Whoever is there answers; nobody waits for a proxy that may be gone.
    if (isAlone) await Promise.all(connecting);
    const warm = this.#warm(nowMs);
    if (warm.length > 0) return warm;
    const open = this.#open();
    if (open.length === 0) this.#note(this.#nobody());
    return open;
  }

  /** The proxy does not know the job: others are asked first for a while. */
  passOver(connection: ProxyConnection): void {
    const proxy = this.#proxies.get(connection.address);
    if (proxy !== undefined) proxy.passedOverUntilMs = this.#clock.nowMs() + PASSED_OVER_MS;
  }

  /** What was known of the proxies is of no use any more: another job runs. */
  forget(): void {
    for (const proxy of this.#proxies.values()) proxy.passedOverUntilMs = 0;
    this.#askedMs = Number.NEGATIVE_INFINITY;
  }

  close(): void {
    this.#isClosed = true;
    for (const { connection } of this.#proxies.values()) connection?.close();
  }

  #nobody(): string {
    const texts = [...this.#proxies.keys()];
    if (texts.length === 0) return this.#unreachable ?? 'the cluster has no task manager: start one';
    const named = texts.length > 3 ? `${texts.slice(0, 3).join(', ')} and ${texts.length - 3} more` : texts.join(', ');
    return `no queryable-state proxy answers (tried ${named}): ${this.#unreachable}`;
  }

  #open(): ProxyConnection[] {
    return [...this.#proxies.values()].flatMap(({ connection }) => (connection?.isOpen ? [connection] : []));
  }

  #warm(nowMs: number): ProxyConnection[] {
    return this.#open().filter(({ address }) => (this.#proxies.get(address)?.passedOverUntilMs ?? 0) <= nowMs);
  }

  async #findProxies(nowMs: number): Promise<void> {
    if (nowMs - this.#askedMs < ADDRESSES_EVERY_MS) return;
    this.#askedMs = nowMs;
    let found: readonly string[];
    try {
      found = await this.#addresses();
    } catch (error) {
      this.#unreachable = (error as Error).message;
      return;
    }
    const former = this.#proxies;
    this.#proxies = new Map(found.map((text) => [text, former.get(text) ?? proxyAt(text)]));
    for (const [text, { connection }] of former) if (!this.#proxies.has(text)) connection?.close();
  }

  #connect(proxy: Proxy): Promise<void> {
    proxy.connecting ??= this.#tryToConnect(proxy).finally(() => {
      proxy.connecting = undefined;
    });
    return proxy.connecting;
  }

  async #tryToConnect(proxy: Proxy): Promise<void> {
    try {
      const opened = await ProxyConnection.open(proxy.address, this.#options);
      proxy.connection = opened;
      proxy.passedOverUntilMs = 0;
      if (this.#isClosed) opened.close();
    } catch (error) {
      proxy.passedOverUntilMs = this.#clock.nowMs() + PASSED_OVER_MS;
      this.#unreachable = (error as Error).message;
    }
  }
}

function proxyAt(text: string): Proxy {
  const colon = text.lastIndexOf(':');
  const host = text.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  const address = { host, port: Number(text.slice(colon + 1)) };
  return { address, connection: undefined, connecting: undefined, passedOverUntilMs: 0 };
}
