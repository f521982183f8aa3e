/** Files in memory: what was written stays when the process that wrote it dies. */
import type { Files, PositionalFile } from './runtime.ts';

export class MemoryFiles implements Files {
  readonly #files = new Map<string, Uint8Array>();

  async makeDirectory(): Promise<void> {
    // Directories are only prefixes of names here.
  }

  async list(directory: string): Promise<string[]> {
    const prefix = `${directory}/`;
    return [...this.#files.keys()]
      .filter((path) => path.startsWith(prefix))
      .map((path) => path.slice(prefix.length))
      .filter((name) => !name.includes('/'))
      .sort();
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    return this.#files.get(path)?.slice();
  }

  async write(path: string, chunks: readonly Uint8Array[]): Promise<void> {
    this.#files.set(path, concat(chunks));
  }

  async append(path: string, bytes: Uint8Array): Promise<void> {
    this.#files.set(path, concat([this.#files.get(path) ?? new Uint8Array(), bytes]));
  }

  async rename(from: string, to: string): Promise<void> {
    const bytes = this.#files.get(from);
    if (bytes === undefined) throw new Error(`${from} does not exist`);
    this.#files.delete(from);
    this.#files.set(to, bytes);
  }

  async remove(path: string): Promise<void> {
    this.#files.delete(path);
    for (const name of [...this.#files.keys()]) if (name.startsWith(`${path}/`)) this.#files.delete(name);
  }

  async openPositional(path: string): Promise<PositionalFile> {
    if (!this.#files.has(path)) this.#files.set(path, new Uint8Array());
    return {
      writeAt: async (bytes, position) => {
        const old = this.#files.get(path) ?? new Uint8Array();
        if (position + bytes.length <= old.length) {
          old.set(bytes, position);
          return;
        }
        const grown = new Uint8Array(Math.max(old.length, position + bytes.length));
        grown.set(old);
        grown.set(bytes, position);
        this.#files.set(path, grown);
      },
      close: async () => undefined,
    };
  }
}

function concat(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
