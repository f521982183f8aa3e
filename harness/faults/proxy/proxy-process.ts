/** The process of the proxies as its parent holds it. */
import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FromProxy, LinkCommand, LinkCounters, Network, ProxySpecification, ToProxy } from './network.ts';

const MAIN = new URL(`./proxy-main${extname(new URL(import.meta.url).pathname)}`, import.meta.url);

/** As much of what a dying child wrote to stderr as goes into the error. */
const STDERR_TAIL = 2000;

/** The process of the proxies died, or could not do what it was told. */
export class ProxyFailedError extends Error {
  override readonly name = 'ProxyFailedError';
}

interface Waiting {
  resolve: (counters: LinkCounters) => void;
  reject: (error: Error) => void;
}

export class ProxyProcess implements Network {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  readonly #waiting = new Map<number, Waiting>();
  #ports: Readonly<Record<string, number>> = {};
  #requests = 0;
  #stderr = '';
  /** Why it cannot be told anything any more. */
  #gone: ProxyFailedError | undefined;

  private constructor() {
    const child = fork(fileURLToPath(MAIN), [], {
      execArgv: ['--enable-source-maps'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child = child;
    child.stderr?.on('data', (bytes: Buffer) => {
      this.#stderr = (this.#stderr + bytes.toString()).slice(-STDERR_TAIL);
    });
    this.#exited = new Promise((resolve) => {
      child.once('error', (error) => {
        this.#end(`the process of the proxies cannot be started: ${error.message}`);
        resolve();
      });
      // 'close' comes after the last byte of stderr and the last message.
      child.once('close', (code, signal) => {
        const how = signal === null ? `exited with code ${code}` : `was ended by ${signal}`;
        this.#end(`the process of the proxies ${how}${this.#stderr === '' ? '' : `: ${this.#stderr.trim()}`}`);
        resolve();
      });
    });
    child.on('message', (message: FromProxy) => this.#hear(message));
  }

  /** Resolves when all links listen. Error: `ProxyFailedError`. */
  static async open(specification: ProxySpecification): Promise<ProxyProcess> {
    const proxy = new ProxyProcess();
    const child = proxy.#child;
    try {
      await new Promise<void>((resolve, reject) => {
        child.on('message', (message: FromProxy) => {
          if (message.kind === 'open') {
            proxy.#ports = message.ports;
            resolve();
          }
          if (message.kind === 'failed' && message.request === undefined) reject(new ProxyFailedError(message.message));
        });
        proxy.#exited.then(() => reject(proxy.#gone ?? new ProxyFailedError('the process of the proxies has ended')));
        proxy.#send({ kind: 'open', specification });
      });
    } catch (error) {
      await proxy.close();
      throw error;
    }
    return proxy;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Where a client finds the server of that `host:port` through its link. Error if there is no link to it. */
  addressOf(server: string): string {
    const port = this.#ports[server];
    if (port === undefined) throw new RangeError(`there is no link to ${server}`);
    return `127.0.0.1:${port}`;
  }

  tell(link: string, command: LinkCommand): Promise<LinkCounters> {
    if (this.#gone !== undefined) return Promise.reject(this.#gone);
    this.#requests += 1;
    const request = this.#requests;
    return new Promise((resolve, reject) => {
      this.#waiting.set(request, { resolve, reject });
      this.#send({ kind: 'command', request, link, command });
    });
  }

  /** Ends the process, and every connection with it. Idempotent. */
  close(): Promise<void> {
    this.#child.kill('SIGKILL');
    return this.#exited;
  }

  #hear(message: FromProxy): void {
    if (message.kind === 'open' || message.request === undefined) return;
    const waiting = this.#waiting.get(message.request);
    this.#waiting.delete(message.request);
    if (message.kind === 'failed') waiting?.reject(new ProxyFailedError(message.message));
    else waiting?.resolve(message.counters);
  }

  #end(why: string): void {
    this.#gone ??= new ProxyFailedError(why);
    for (const { reject } of this.#waiting.values()) reject(this.#gone);
    this.#waiting.clear();
  }

  #send(message: ToProxy): void {
    // A child that is gone says so by `close`.
    if (this.#child.connected) this.#child.send(message, () => {});
  }
}
