/** Many simulations, shared out over processes: process i of n takes every n-th seed. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { SimulationOutcome } from './simulate.ts';

export interface Campaign {
  from: number;
  seeds: number;
  architectures: readonly string[];
  processes: number;
}

/** What a process of a campaign is told. */
export interface Share {
  from: number;
  /** Exclusive. */
  to: number;
  step: number;
  architectures: readonly string[];
}

/** Calls for the outcomes of every seed, as they come. Error if a process dies. */
export async function runCampaign(
  campaign: Campaign,
  onOutcomes: (outcomes: readonly SimulationOutcome[]) => void,
): Promise<void> {
  const { from, seeds, architectures } = campaign;
  const processes = Math.min(campaign.processes, seeds);
  const children: ChildProcess[] = [];
  try {
    await Promise.all(
      Array.from({ length: processes }, (_, i) => {
        const child = fork(fileURLToPath(new URL('./simulation-process.js', import.meta.url)), { stdio: 'inherit' });
        children.push(child);
        const share: Share = { from: from + i, to: from + seeds, step: processes, architectures };
        return runShare(child, share, onOutcomes);
      }),
    );
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
}

function runShare(
  child: ChildProcess,
  share: Share,
  onOutcomes: (outcomes: readonly SimulationOutcome[]) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on('message', (message) => {
      if (message === 'done') resolve();
      else onOutcomes(message as SimulationOutcome[]);
    });
    child.on('error', reject);
    child.on('exit', (code, signal) =>
      reject(new Error(`a simulation process ended with ${signal ?? `code ${code}`}`)),
    );
    child.send(share);
  });
}
