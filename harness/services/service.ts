/**
 * What a service is to the launcher: a declaration of what it needs, which files it reads, how it is started and what
 * a sign of life looks like. Fetching, pids, waiting and stopping are the same for all of them.
 */

export interface Command {
  /** Program, by its path. */
  file: string;
  args: readonly string[];
  /** Takes every processor when it has work, and so gives way to all else (`substrates/priority.ts`). */
  yields?: boolean | undefined;
}

/** How a service is started on this machine. */
export interface Installation {
  version: string;
  /** Run to its end in the service's directory before the first start on empty data. */
  format?: Command;
  /** The server itself, in the foreground, started in the service's directory. */
  serve: Command;
  /** What is started with it, where a server is several processes. */
  companions?: readonly Companion[];
}

/** A further process of a server, in the same directory, with a log of its own. */
export interface Companion {
  /** Not the name of a service. */
  name: string;
  serve: Command;
}

/** Java versions that a service runs on. */
export interface JavaNeed {
  /** As in "Kafka needs Java 17 or later". */
  wanted: string;
  suits(major: number): boolean;
}

/** Finds and fetches programs; what it fetched once stays in the cache. */
export interface Installer {
  /** Path of a `java` that suits, from JAVA_HOME or PATH. Throws `BenchError` if there is none. */
  java(service: string, need: JavaNeed): Promise<string>;
  /** Folder with the jars of Maven artifacts (`group:artifact:version`) and of all that they need at run time. */
  jars(folder: string, artifacts: readonly string[], size: string): Promise<string>;
  /** Folder with an installed Python wheel; undefined where there is no pip. */
  wheel(name: string, version: string, size: string): Promise<string | undefined>;
  /** Path of a program on PATH. */
  onPath(program: string): Promise<string | undefined>;
  /** What a program prints; throws if it fails. */
  output(command: Command): Promise<string>;
}

export interface ServiceDeclaration {
  readonly name: string;
  /** Ports on 127.0.0.1 before an offset; the first one is the clients'. */
  readonly ports: readonly [number, ...number[]];
  /** How long a start may take on a slow machine. */
  readonly startWithinMs: number;
  /** Address for clients. */
  url(port: number): string;
  /** Resolves when the server on this port of 127.0.0.1 answers in its own protocol; rejects with why not. */
  probe(port: number, timeoutMs: number): Promise<void>;
  /** As `probe`, for what a start waits for where an answer is not enough. */
  ready?(port: number, timeoutMs: number): Promise<void>;
  install(installer: Installer): Promise<Installation>;
  /** Texts of the files that the server reads, by path in its `directory`. Its data belong in `data/`. */
  files(portOffset: number, directory: string): Readonly<Record<string, string>>;
  /** Services of docker-compose.yml that belong to it, beside the one of its own name. */
  readonly containers?: readonly string[];
}

/** Port of the clients. */
export function clientPort(declaration: ServiceDeclaration, portOffset: number): number {
  return declaration.ports[0] + portOffset;
}

/** Names in docker-compose.yml of what the service is made of, its own first. */
export function containersOf({ name, containers = [] }: ServiceDeclaration): string[] {
  return [name, ...containers];
}
