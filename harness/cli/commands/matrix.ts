/**
 * `omegabench matrix`: every fault against every architecture, as a table of verdicts; fails if a cell is not as
 * expected.
 */
import { resolve } from 'node:path';
import { resolveRun } from '../../config/resolve.ts';
import type { RunConfig } from '../../config/run-config.ts';
import { preflightServers } from '../../config/server-preflight.ts';
import type { RealServerPlaces } from '../../faults/real-servers.ts';
import type { EngineSettings } from '../../matrix/matrix.ts';
import type { CliDependencies } from '../dependencies.ts';
import { ExitCode } from '../exit-codes.ts';
import { withInterruption } from '../interruption.ts';
import { checkNames } from '../names.ts';
import type { Invocation } from '../parser.ts';

export async function matrix(
  invocation: Extract<Invocation, { command: 'matrix' }>,
  dependencies: CliDependencies,
): Promise<ExitCode> {
  const catalogue = await dependencies.catalogue();
  const faults = catalogue.faults.map(({ name }) => name);
  const architectures = catalogue.architectures.map(({ name }) => name);
  checkNames(invocation.kinds ?? [], faults, 'fault', '--kinds');
  checkNames(invocation.architectures ?? [], architectures, 'architecture', '--architectures');
  const { config, credentials } = resolveRun({
    flags: invocation.servers,
    known: { architectures, faults },
    arguments: [],
    environment: dependencies.environment,
  });
  await preflightServers(config, credentials, dependencies.probes);
  const report = await withInterruption(
    dependencies.signals,
    () => {},
    (signal, interruption) =>
      dependencies
        .runMatrix({
          kinds: invocation.kinds ?? faults,
          architectures: invocation.architectures ?? architectures,
          out: resolve(dependencies.workingDirectory, invocation.out),
          substrates: placesOf(config),
          credentials,
          signal,
          say: (line) => dependencies.stderr.write(`${line}\n`),
        })
        .catch((error: unknown) => {
          if (interruption.exitCode === undefined) throw error;
          return interruption.exitCode;
        }),
  );
  if (typeof report === 'number') return report;
  const { text, data, asExpected } = report;
  dependencies.stdout.write(invocation.json ? `${JSON.stringify(data, null, 1)}\n` : text);
  return asExpected ? ExitCode.Ok : ExitCode.Violation;
}

function placesOf(config: RunConfig): RealServerPlaces & EngineSettings {
  const { log, store, speedStore, framing, codec, redisClient, redisResend, ownsServers, engine } = config;
  const { flinkStateBackend, flinkCheckpointAlignment, flinkParallelism, statePath } = config;
  const ofEngine = { engine, flinkStateBackend, flinkCheckpointAlignment, flinkParallelism, statePath };
  return { log, store, speedStore, framing, codec, redisClient, redisResend, ownsServers, ...ofEngine };
}
