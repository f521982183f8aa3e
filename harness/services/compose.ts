/** The services in containers, by `docker compose` and the file at the root of this package. */
import { join } from 'node:path';
import { BenchError } from '../cli/bench-error.ts';
import { packageRoot } from '../environment/host-facts.ts';
import type { Environment } from './places.ts';
import { clientPort, containersOf, type ServiceDeclaration } from './service.ts';
import { type Ended, findOnPath, lastLines, runToEnd } from './subprocess.ts';

const PROJECT = 'omegabench';
/** An engine that does not say anything for so long does not work. */
const ASK_MS = 15_000;
/** Images are pulled the first time. */
const UP_MS = 1_200_000;
const DOWN_MS = 120_000;

export interface Container {
  name: string;
  /** Its image with the tag. */
  image: string;
  container: string;
  isRunning: boolean;
  /** Port on 127.0.0.1. */
  port: number | undefined;
}

interface ComposeContext {
  environment: Environment;
  signal: AbortSignal;
}

export class Compose {
  readonly #docker: string;
  readonly #context: ComposeContext;

  private constructor(docker: string, context: ComposeContext) {
    this.#docker = docker;
    this.#context = context;
  }

  /** Undefined where there is no docker with the compose plugin and an engine that answers. */
  static async find(context: ComposeContext): Promise<Compose | undefined> {
    const docker = await findOnPath('docker', context.environment);
    if (docker === undefined) return undefined;
    for (const args of [['compose', 'version'], ['info']]) {
      const options = { ...context, timeoutMs: ASK_MS };
      const ended = await runToEnd({ file: docker, args }, options).catch(() => undefined);
      if (ended?.code !== 0) return undefined;
    }
    context.signal.throwIfAborted();
    return new Compose(docker, context);
  }

  /** Starts them and resolves when they are healthy. What it started is removed if one is not. */
  async up(services: readonly ServiceDeclaration[], portOffset: number): Promise<void> {
    const names = services.flatMap(containersOf);
    const ports = Object.fromEntries(
      services.map((service) => [
        `OMEGABENCH_${service.name.toUpperCase()}_PORT`,
        String(clientPort(service, portOffset)),
      ]),
    );
    try {
      const ended = await this.#compose(['up', '--detach', '--wait', ...names], UP_MS, ports);
      if (ended.code !== 0) throw failure('up', ended);
    } catch (error) {
      // Not with the signal that has just ended it.
      const context = { ...this.#context, signal: new AbortController().signal };
      await new Compose(this.#docker, context).remove(names);
      throw error;
    }
  }

  /** Removes the containers and what they stored. */
  async remove(names: readonly string[]): Promise<void> {
    const ended = await this.#compose(['rm', '--stop', '--force', '--volumes', ...names], DOWN_MS);
    if (ended.code !== 0) throw failure('rm', ended);
  }

  /** Containers of the project that are there, running or not. */
  async list(): Promise<Container[]> {
    const ended = await this.#compose(['ps', '--all', '--format', 'json'], ASK_MS);
    if (ended.code !== 0) throw failure('ps', ended);
    return parseContainers(ended.stdout);
  }

  #compose(args: readonly string[], timeoutMs: number, variables: Record<string, string> = {}): Promise<Ended> {
    const file = join(packageRoot(), 'docker-compose.yml');
    const { environment, signal } = this.#context;
    return runToEnd(
      { file: this.#docker, args: ['compose', '-f', file, '-p', PROJECT, '--profile', 'all', ...args] },
      { environment: { ...environment, ...variables }, signal, timeoutMs },
    );
  }
}

interface ListedContainer {
  Name: string;
  Service: string;
  Image: string;
  State: string;
  Publishers?: { PublishedPort: number }[] | null;
}

/** Newer versions of compose print an object a line, older ones one array. */
export function parseContainers(text: string): Container[] {
  const trimmed = text.trim();
  if (trimmed === '') return [];
  const listed = trimmed.startsWith('[')
    ? (JSON.parse(trimmed) as ListedContainer[])
    : trimmed.split('\n').map((line) => JSON.parse(line) as ListedContainer);
  return listed.map(({ Name, Service, Image, State, Publishers }) => ({
    name: Service,
    image: Image,
    container: Name,
    isRunning: State === 'running',
    port: Publishers?.find(({ PublishedPort }) => PublishedPort > 0)?.PublishedPort,
  }));
}

function failure(what: string, { stdout, stderr }: Ended): BenchError {
  return new BenchError(
    'OB_SERVICE_FAILED',
    `docker compose ${what} failed: ${lastLines(`${stdout}\n${stderr}`, 8)}`,
    "Mend what docker says, or start the servers from packages: 'omegabench services up --packages'.",
  );
}
