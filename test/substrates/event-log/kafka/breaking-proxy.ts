/**
 * A way to a broker that can be cut: a TCP proxy that gives itself out as the broker, by putting its own port where the
 * broker names its port to clients, and that can swallow what the broker says before the connection breaks.
 */
import net from 'node:net';

export class BreakingProxy {
  readonly #server: net.Server;
  readonly #links = new Set<{ client: net.Socket; broker: net.Socket }>();
  readonly #port: number;
  #swallows = false;

  private constructor(server: net.Server, port: number) {
    this.#server = server;
    this.#port = port;
  }

  static async open(brokerPort: number): Promise<BreakingProxy> {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const proxy = new BreakingProxy(server, (server.address() as net.AddressInfo).port);
    server.on('connection', (client) => proxy.#link(client, brokerPort));
    return proxy;
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** From now on the broker hears the clients, and the clients hear nothing. */
  swallow(): void {
    this.#swallows = true;
  }

  /** Breaks every connection; new ones work. */
  cut(): void {
    this.#swallows = false;
    for (const { client, broker } of this.#links) {
      client.destroy();
      broker.destroy();
    }
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #link(client: net.Socket, brokerPort: number): void {
    const broker = net.connect(brokerPort, '127.0.0.1');
    const link = { client, broker };
    this.#links.add(link);
    client.on('data', (bytes) => broker.write(bytes));
    broker.on('data', (bytes: Buffer) => {
      if (!this.#swallows) client.write(this.#renamed(bytes, brokerPort));
    });
    for (const socket of [client, broker]) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#links.delete(link);
        client.destroy();
        broker.destroy();
      });
    }
  }

  /** The answer, with our port behind every mention of the host. */
  #renamed(bytes: Buffer, brokerPort: number): Buffer {
    const host = Buffer.from('\0\x09127.0.0.1');
    for (let at = bytes.indexOf(host); at >= 0; at = bytes.indexOf(host, at + 1)) {
      const portAt = at + host.length;
      if (bytes.readInt32BE(portAt) === brokerPort) bytes.writeInt32BE(this.#port, portAt);
    }
    return bytes;
  }
}
