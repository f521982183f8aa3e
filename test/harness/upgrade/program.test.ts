/** What may change from one program to the next, and what is said of what may not. */
import { describe, expect, test } from '@jest/globals';
import { findArchitecture } from '../../../architectures/registry.ts';
import { assertUpgradable, type Program, UpgradeRefusedError } from '../../../harness/upgrade/program.ts';
import type { Declaration } from '../../../substrates/declaration.ts';
import type { KafkaLogBinding } from '../../../substrates/event-log/event-log.ts';

const log: KafkaLogBinding = {
  kind: 'kafka',
  brokers: ['k:9092'],
  topic: 'views',
  partitions: 4,
  framing: 'block',
  codec: 'none',
  tls: false,
};
const settings = { hourMs: 2000, maxOutOfOrderMs: 100, allowedLatenessMs: 0, checkpointIntervalMs: 1000 };
const declarationOf = (name: string): Declaration => findArchitecture(name) as Declaration;
const base = { declaration: declarationOf('omega'), settings, log, stores: {}, workers: 2, directory: 'a' };
const a: Program = { name: 'A', specification: base };
const b = (changes: Partial<Program['specification']> = {}, filter?: Program['filter']): Program => ({
  name: 'B',
  specification: { ...base, ...changes },
  ...(filter === undefined ? {} : { filter }),
});

function refusalOf(next: Program): UpgradeRefusedError {
  try {
    assertUpgradable(a, next);
  } catch (error) {
    if (error instanceof UpgradeRefusedError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('a program that goes on from the state of another', () => {
  test('may write elsewhere, filter, wait longer for late impressions and save itself more often', () => {
    const elsewhere = { stores: { serving: { kind: 'lmdb', directory: 'b', sync: true } } } as const;
    expect(() => assertUpgradable(a, b(elsewhere, { keepOneIn: 2 }))).not.toThrow();
    expect(() =>
      assertUpgradable(a, b({ settings: { ...settings, allowedLatenessMs: 500, checkpointIntervalMs: 100 } })),
    ).not.toThrow();
    expect(() => assertUpgradable(a, b({ declaration: declarationOf('beta') }))).not.toThrow();
  });

  test('may not have other windows: the reason is in the counts, the way out is a replay', () => {
    const { message, remedy } = refusalOf(b({ settings: { ...settings, hourMs: 5000 } }));
    expect(message).toBe(
      'program B cannot go on from the savepoint: its windows are 5s long, and the state of program A holds counts of ' +
        'windows of 2s: a count does not tell when its impressions were, so it can be put into no window of another ' +
        'length; nothing was stopped',
    );
    expect(remedy).toContain('Start program B as a new job, without a savepoint and with a store of its own');
    expect(remedy).toContain('replays the log from its start');
  });

  test('may not have other stages, since state would have nowhere to go', () => {
    expect(refusalOf(b({ declaration: declarationOf('alpha') })).message).toContain(
      'it has the stages increment-store, and the state of program A is that of window-state',
    );
  });

  test('may not read another log, whose positions mean something else', () => {
    expect(refusalOf(b({ log: { ...log, topic: 'clicks' } })).message).toContain(
      'it reads topic clicks with 4 partitions, and positions in the state of program A are those of topic views with 4',
    );
    expect(refusalOf(b({ log: { ...log, partitions: 8 } })).message).toContain('topic views with 8 partitions');
  });
});
