/** What starting and stopping services depends on, and what that is unless a caller says otherwise. */
import { join } from 'node:path';
import { MonotonicClock } from '../../substrates/clock.ts';
import { BenchError } from '../cli/bench-error.ts';
import { SERVICES } from './catalogue/registry.ts';
import { type Environment, stateFolder } from './places.ts';
import type { ServiceDeclaration } from './service.ts';

export interface ServiceOptions {
  /** Folder that holds a folder for each service; `omegabench/services` in XDG_STATE_HOME by default. */
  directory?: string;
  /** Added to every port; 0 by default. */
  portOffset?: number;
  environment?: Environment;
  /** Ends what is being started. */
  signal?: AbortSignal;
  /** Is given lines for whoever waits. */
  say?(text: string): void;
  declarations?: readonly ServiceDeclaration[];
}

export interface ServiceWorld {
  directory: string;
  portOffset: number | undefined;
  environment: Environment;
  signal: AbortSignal;
  say(text: string): void;
  declarations: readonly ServiceDeclaration[];
  nowMs(): number;
}

export function worldOf(options: ServiceOptions): ServiceWorld {
  const environment = options.environment ?? process.env;
  const clock = MonotonicClock.readingNow(0);
  return {
    directory: options.directory ?? stateFolder(environment),
    portOffset: options.portOffset,
    environment,
    signal: options.signal ?? new AbortController().signal,
    say: options.say ?? (() => {}),
    declarations: options.declarations ?? SERVICES,
    nowMs: () => clock.nowMs(),
  };
}

/** The declaration of that name and its directory. Throws `BenchError` if there is none. */
export function locate(world: ServiceWorld, name: string): { declaration: ServiceDeclaration; directory: string } {
  const declaration = world.declarations.find((known) => known.name === name);
  if (declaration !== undefined) return { declaration, directory: join(world.directory, name) };
  const names = world.declarations.map((known) => known.name).join(', ');
  throw new BenchError('OB_UNKNOWN_NAME', `there is no service '${name}'`, `There are ${names}.`);
}
