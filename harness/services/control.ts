/**
 * `up`, `down` and `status` of several services at once, in containers where there is an engine and from packages
 * elsewhere. Either all that were asked for are up in the end, or nothing that this call has started.
 */
import { SERVICES } from './catalogue/registry.ts';
import { Compose, type Container } from './compose.ts';
import type { Environment } from './places.ts';
import type { RunningService } from './server.ts';
import { clientPort, containersOf, type ServiceDeclaration } from './service.ts';
import { runningService, startService, takeDownService } from './services.ts';
import { locate, type ServiceOptions, worldOf } from './world.ts';

export interface ServiceRequest {
  /** Empty for all. */
  names: readonly string[];
  /** No containers, even where there is an engine. */
  packages: boolean;
  directory?: string;
  portOffset?: number;
  signal: AbortSignal;
  say(text: string): void;
}

export interface UpService {
  name: string;
  url: string;
  wasUp: boolean;
}

export interface DownService {
  name: string;
  /** How it was stopped; undefined if it was not up. */
  stopped: string | undefined;
}

export type ServiceStatus =
  | { name: string; state: 'down' }
  | {
      name: string;
      /** `silent`: it runs and does not answer. */
      state: 'up' | 'silent';
      url: string;
      version: string;
      /** Of a server from packages. */
      pid?: number;
      since?: string;
      /** Its folder, or the name of its container. */
      directory: string;
    };

export interface ServiceControl {
  /** Services that there are. */
  readonly names: readonly string[];
  up(request: ServiceRequest): Promise<UpService[]>;
  down(request: ServiceRequest): Promise<DownService[]>;
  status(request: ServiceRequest): Promise<ServiceStatus[]>;
}

const PROBE_MS = 2000;

type Options = ServiceOptions & { signal: AbortSignal };

export function createServiceControl(
  environment: Environment,
  declarations: readonly ServiceDeclaration[] = SERVICES,
): ServiceControl {
  const chosen = (request: ServiceRequest): ServiceDeclaration[] => {
    const world = worldOf({ declarations, environment });
    const names = request.names.length === 0 ? declarations.map(({ name }) => name) : [...new Set(request.names)];
    return names.map((name) => locate(world, name).declaration);
  };
  const optionsOf = ({ directory, portOffset, signal, say }: ServiceRequest): Options => ({
    environment,
    declarations,
    signal,
    say,
    ...(directory === undefined ? {} : { directory }),
    ...(portOffset === undefined ? {} : { portOffset }),
  });
  // A folder of the user's choice is for servers from packages.
  const engine = async ({ packages, directory, signal }: ServiceRequest): Promise<Compose | undefined> =>
    packages || directory !== undefined ? undefined : Compose.find({ environment, signal });
  return {
    names: declarations.map(({ name }) => name),

    async up(request) {
      const services = chosen(request);
      const compose = await engine(request);
      if (compose !== undefined) return upInContainers(compose, services, optionsOf(request));
      const running = await startAll(services, optionsOf(request));
      return running.map(({ name, url, wasUp }) => ({ name, url, wasUp }));
    },

    async down(request) {
      const services = chosen(request);
      const compose = await engine(request);
      const listed = (await compose?.list()) ?? [];
      const contained = services.filter((service) => listed.some(({ name }) => name === service.name));
      if (contained.length > 0) await compose?.remove(contained.flatMap(containersOf));
      return Promise.all(
        services.map(async (service): Promise<DownService> => {
          const taken = await takeDownService(service.name, optionsOf(request));
          if (taken?.pid !== undefined) return { name: service.name, stopped: `process ${taken.pid}` };
          return { name: service.name, stopped: contained.includes(service) ? 'container' : undefined };
        }),
      );
    },

    async status(request) {
      const services = chosen(request);
      const containers = (await (await engine(request))?.list()) ?? [];
      return Promise.all(services.map((service) => statusOf(service, containers, optionsOf(request))));
    },
  };
}

/** Starts all of them at once. If one fails, or the signal comes, those that this call has started are stopped. */
async function startAll(services: readonly ServiceDeclaration[], options: Options): Promise<RunningService[]> {
  const others = new AbortController();
  const signal = AbortSignal.any([options.signal, others.signal]);
  const failures: unknown[] = [];
  const started = await Promise.all(
    services.map(({ name }) =>
      startService(name, { ...options, signal }).catch((error: unknown) => {
        failures.push(error);
        others.abort(error);
        return undefined;
      }),
    ),
  );
  const running = started.filter((service) => service !== undefined);
  if (failures.length === 0) return running;
  await Promise.all(running.filter(({ wasUp }) => !wasUp).map((service) => service.stop()));
  throw failures[0];
}

async function upInContainers(
  compose: Compose,
  services: readonly ServiceDeclaration[],
  options: Options,
): Promise<UpService[]> {
  const portOffset = options.portOffset ?? 0;
  const listed = await compose.list();
  const inContainer = (name: string): Container | undefined =>
    listed.find((container) => container.name === name && container.isRunning);
  const fromPackages = new Map<string, RunningService>();
  for (const { name } of services) {
    const running = await runningService(name, options);
    if (running !== undefined) fromPackages.set(name, running);
  }
  const missing = services.filter(({ name }) => !fromPackages.has(name) && inContainer(name) === undefined);
  if (missing.length > 0) {
    options.say?.(`${missing.map(({ name }) => name).join(', ')}: docker compose up`);
    await compose.up(missing, portOffset);
  }
  return services.map((service) => {
    const { name } = service;
    const port = inContainer(name)?.port ?? clientPort(service, portOffset);
    const url = fromPackages.get(name)?.url ?? service.url(port);
    return { name, url, wasUp: !missing.includes(service) };
  });
}

async function statusOf(
  service: ServiceDeclaration,
  containers: readonly Container[],
  options: Options,
): Promise<ServiceStatus> {
  const { name } = service;
  const running = await runningService(name, options);
  if (running !== undefined) {
    const { url, version, pid, since, directory } = running;
    const state = await stateAt(service, Number(new URL(url).port));
    return { name, state, url, version, pid, since, directory };
  }
  const found = containers.find((container) => container.name === name && container.isRunning);
  if (found === undefined) return { name, state: 'down' };
  // On the host's own network it publishes nothing.
  const { port = clientPort(service, options.portOffset ?? 0), image, container } = found;
  return { name, state: await stateAt(service, port), url: service.url(port), version: image, directory: container };
}

function stateAt(service: ServiceDeclaration, port: number): Promise<'up' | 'silent'> {
  return service.probe(port, PROBE_MS).then(
    () => 'up',
    () => 'silent',
  );
}
