/** Whether a run can work with its servers, asked before anything is started or made on disk. */
import { BenchError } from '../cli/bench-error.ts';
import { askServers } from '../doctor/doctor.ts';
import type { Probes } from '../doctor/probes.ts';
import type { ServerCredentials } from './credentials.ts';
import type { RunConfig } from './run-config.ts';
import { flagSource } from './source.ts';

/**
 * Throws `BenchError` for the first server that does not answer (OB_SERVER_UNREACHABLE), or of which the doctor says
 * that a run would fail or give wrong figures on it (OB_SERVER_UNFIT). Nothing is asked if all is embedded.
 */
export async function preflightServers(
  config: RunConfig,
  credentials: ServerCredentials,
  probes: Probes,
): Promise<void> {
  for (const { flag, url, outcome } of await askServers(config, credentials, probes)) {
    const said = flagSource(flag).said(url);
    if ('unreachable' in outcome) {
      const { why, remedy } = outcome.unreachable;
      throw new BenchError('OB_SERVER_UNREACHABLE', `${said} does not answer as it should: ${why}`, remedy);
    }
    for (const one of outcome.findings) {
      if (one.level !== 'problem') continue;
      throw new BenchError('OB_SERVER_UNFIT', `${said}: ${one.check}: ${one.found}; ${one.why}`, one.remedy);
    }
  }
}
