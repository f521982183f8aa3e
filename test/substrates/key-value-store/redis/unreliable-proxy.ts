/** A TCP proxy on loopback that can be told to swallow what the server answers, or to cut its connections. */
import { once } from 'node:events';
import net from 'node:net';

export class UnreliableProxy {
  readonly #server: net.Server;
  readonly #pairs = new Set<[net.Socket, net.Socket]>();
  /** Bytes that were swallowed. */
  swallowed = 0;
  /** Answers are read and thrown away while this is true. */
  swallowing = false;
  /** If set, only answers of this form are swallowed. */
  swallowOnly: RegExp | undefined;
  /** New connections are closed at once while this is true. */
  refusing = false;

  static async before(host: string, port: number): Promise<UnreliableProxy> {
    const proxy = new UnreliableProxy(host, port);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  private constructor(host: string, port: number) {
    this.#server = net.createServer((client) => {
      if (this.refusing) {
        client.destroy();
        return;
      }
      const upstream = net.connect({ host, port });
      const pair: [net.Socket, net.Socket] = [client, upstream];
      this.#pairs.add(pair);
      client.on('data', (bytes) => upstream.write(bytes));
      upstream.on('data', (bytes) => {
        if (this.swallowing && this.swallowOnly?.test(bytes.toString('latin1')) !== false)
          this.swallowed += bytes.length;
        else client.write(bytes);
      });
      for (const socket of pair) {
        socket.on('error', () => socket.destroy());
        socket.on('close', () => {
          this.#pairs.delete(pair);
          for (const each of pair) each.destroy();
        });
      }
    });
  }

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port;
  }

  /** Cuts every connection. */
  cut(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
