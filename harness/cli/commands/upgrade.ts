/** `omegabench upgrade`: resolves what was said, asks the servers, and shows how programs changed under their state. */
import { resolve } from 'node:path';
import { preflightServers } from '../../config/server-preflight.ts';
import { resolveUpgrade } from '../../config/upgrade-config.ts';
import type { UpgradeResult } from '../../upgrade/upgrade-result.ts';
import { BenchError } from '../bench-error.ts';
import type { CliDependencies } from '../dependencies.ts';
import { ExitCode } from '../exit-codes.ts';
import { withInterruption } from '../interruption.ts';
import { createProgress } from '../progress.ts';
import type { UpgradeInvocation } from '../upgrade-command.ts';

const EXIT_CODES: Record<UpgradeResult['verdict'], ExitCode> = {
  exact: ExitCode.Ok,
  differs: ExitCode.Violation,
  'shows-nothing': ExitCode.RunInvalid,
};

export async function upgrade({ said, json }: UpgradeInvocation, dependencies: CliDependencies): Promise<ExitCode> {
  const { environment, workingDirectory, fileSystem, stderr, stdout } = dependencies;
  const architectures = (await dependencies.catalogue()).architectures.map(({ name }) => name);
  const { config, credentials, change } = resolveUpgrade(said, { architectures, environment });
  const out = resolve(workingDirectory, config.out);
  const why = await fileSystem.unwritable(out);
  if (why !== undefined) {
    const remedy = 'Choose a folder that this user can write with --out.';
    throw new BenchError('OB_OUT_NOT_WRITABLE', `--out ${config.out} cannot be written: ${why}`, remedy);
  }
  await preflightServers(config, credentials, dependencies.probes);
  const progress = createProgress(stderr, dependencies.clock);
  const onInterrupt = (name: string): void => progress.done(`${name}: stopping the job; once more to stop at once`);
  const work = async (signal: AbortSignal, interruption: { readonly exitCode: ExitCode | undefined }) => {
    try {
      return await dependencies.upgrade({ config: { ...config, out }, credentials, change, progress, signal });
    } catch (error) {
      if (interruption.exitCode === undefined) throw error;
      return interruption.exitCode;
    }
  };
  const finished = await withInterruption(dependencies.signals, onInterrupt, work).finally(() => progress.close());
  if (typeof finished === 'number') return finished;
  const { result, text } = finished;
  stdout.write(json ? `${JSON.stringify(result, null, 1)}\n` : text);
  return EXIT_CODES[result.verdict];
}
