/** `omegabench doctor`: what on this machine, and on the servers of a run, would spoil a measurement. */
import { resolve } from 'node:path';
import { credentialsOf, type Environment, type SaidServer } from '../../config/credentials.ts';
import { parseEngineServer, spellEngineServer } from '../../config/engine-url.ts';
import { DEFAULTS } from '../../config/run-config.ts';
import { parseLogServer, parseStoreServer, spellLogServer, spellStoreServer } from '../../config/server-url.ts';
import { flagSource } from '../../config/source.ts';
import { askServers, examinationsOf, type Places } from '../../doctor/doctor.ts';
import { doctorText } from '../../doctor/doctor-text.ts';
import { type Examination, hasProblem } from '../../doctor/findings.ts';
import { judgeMachine } from '../../doctor/machine-findings.ts';
import type { CliDependencies } from '../dependencies.ts';
import { ExitCode } from '../exit-codes.ts';
import type { Invocation } from '../parser.ts';

type DoctorInvocation = Extract<Invocation, { command: 'doctor' }>;

export async function doctor(invocation: DoctorInvocation, dependencies: CliDependencies): Promise<ExitCode> {
  const { places, credentials } = serversOf(invocation, dependencies.environment);
  const out = resolve(dependencies.workingDirectory, DEFAULTS.out);
  const machine = dependencies.machine(await dependencies.fileSystem.freeBytes(out));
  const examinations: Examination[] = [
    { subject: 'this machine', findings: judgeMachine(machine) },
    ...examinationsOf(await askServers(places, credentials, dependencies.probes)),
  ];
  const healthy = !hasProblem(examinations);
  dependencies.stdout.write(
    invocation.json ? `${JSON.stringify({ healthy, examinations }, null, 1)}\n` : doctorText(examinations),
  );
  return healthy ? ExitCode.Ok : ExitCode.Environment;
}

function serversOf({ log, store, speedStore, engine }: DoctorInvocation, environment: Environment) {
  const said = (text: string | undefined, flag: string): SaidServer | undefined =>
    text === undefined ? undefined : { text, source: flagSource(flag) };
  const saidLog = said(log, 'log');
  const saidStore = said(store, 'store');
  const saidSpeed = said(speedStore, 'speed-store');
  const saidEngine = said(engine, 'engine');
  const storeAt = ({ text, source }: SaidServer): string => spellStoreServer(parseStoreServer(text, source).server);
  const places: Places = {
    log: saidLog === undefined ? DEFAULTS.log : spellLogServer(parseLogServer(saidLog.text, saidLog.source).server),
    store: saidStore === undefined ? DEFAULTS.store : storeAt(saidStore),
    speedStore:
      saidSpeed !== undefined ? storeAt(saidSpeed) : saidStore === undefined ? DEFAULTS.store : storeAt(saidStore),
    ...(saidEngine === undefined
      ? {}
      : { engine: spellEngineServer(parseEngineServer(saidEngine.text, saidEngine.source).server) }),
  };
  return {
    places,
    credentials: credentialsOf(
      { log: saidLog, store: saidStore, speedStore: saidSpeed, engine: saidEngine },
      environment,
    ),
  };
}
