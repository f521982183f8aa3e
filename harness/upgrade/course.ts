/** The course of an upgrade from its first job to its last audit. */
import type { ImpressionSource } from '../../generators/impression-source.ts';
import { MonotonicClock } from '../../substrates/clock.ts';
import type { KeyValueStore, RowColumns } from '../../substrates/key-value-store/key-value-store.ts';
import type { Savepoint } from '../../substrates/stream-engine/stream-engine.ts';
import { auditAnswers } from '../audit/audit.ts';
import { GeneratorProcess } from '../load/generator-process.ts';
import { offeredBy } from '../run/live-act.ts';
import type { ProgressSink } from '../run/progress-sink.ts';
import { expectationOf } from './expectation.ts';
import { type Change, type Program, UpgradeRefusedError } from './program.ts';
import { type ProgramHost, RunningProgram, storedRows } from './running-program.ts';
import { keysThatDiffer, overlaid } from './tables.ts';
import type { UpgradeResult } from './upgrade-result.ts';

export interface Programs {
  a: Program;
  b: Program;
  /** One with windows of another length, which cannot go on from A's state. */
  otherWindow: Program;
}

export interface CourseOptions {
  host: ProgramHost;
  source: ImpressionSource;
  programs: Programs;
  change: Change;
  progress: ProgressSink;
  /** Takes every savepoint as soon as there is one. */
  seen: Savepoint[];
}

export type CourseResult = Pick<
  UpgradeResult,
  'refused' | 'savepoints' | 'steps' | 'audits' | 'isolation' | 'keysThatDiffer' | 'sameCut'
>;

type Step = UpgradeResult['steps'][number];

/** One program in the place of another. */
interface Turn {
  step: Step;
  /** That the stopped program left. */
  savepoint: Savepoint;
  next: RunningProgram;
  cut: number[];
  /** What A's store held while neither ran. */
  rowsOfA: RowColumns;
}

/** Shares of the stream: A has read it when it is stopped; B reads it on top of that before it is stopped. */
const A_READS = 0.4;
const B_READS = 0.3;
/** The generator is ready by then. */
const LEAD_MS = 3000;

export class Course {
  readonly #options: CourseOptions;
  /** Of the stream. */
  #clock: MonotonicClock;
  #generator: GeneratorProcess | undefined;
  #running: RunningProgram | undefined;
  #latenessP99Ms = 0;

  constructor(options: CourseOptions) {
    this.#options = options;
    this.#clock = MonotonicClock.readingNow(options.source.startMs);
  }

  /** How late the generator was at the 99th percentile. */
  get latenessP99Ms(): number {
    return this.#latenessP99Ms;
  }

  /** Errors: `JobFailedError`, `GeneratorFailedError`, `InterruptedError`, and those of servers. */
  async run(): Promise<CourseResult> {
    const { source, programs, host, change } = this.#options;
    const { a, b } = programs;
    this.#say('program A starts');
    const first = await RunningProgram.start(a, host);
    this.#running = first;
    await this.#offer();
    this.#say('program A counts');
    await first.untilRead(A_READS * source.totalImpressions);
    const refused = await this.#refuse(first);
    const upgrade = await this.#replace('upgrade', first, b);
    await upgrade.next.untilRead(
      Math.min(source.totalImpressions, sum(upgrade.cut) + B_READS * source.totalImpressions),
    );
    const rollback = await this.#replace('rollback', upgrade.next, a, upgrade.savepoint);
    const { settings } = a.specification;
    const expected = expectationOf(source, upgrade.cut, change, settings);
    const auditOfA = auditOf('A', expected.unchanged, await this.#answers(rollback.next, expected.unchanged));
    const rowsAudited = await this.#stored(a);
    const resumption = await this.#resume(rollback.next, rollback.savepoint);
    const ofB = await this.#answers(resumption.next, expected.changed);
    // What A handed over before the savepoint is in A's store, and nobody's state.
    const auditOfB = auditOf('B', expected.changed, overlaid(upgrade.rowsOfA, ofB));
    const replayedEvents = sum(resumption.cut) - sum(rollback.cut);
    return {
      refused,
      savepoints: [await describe(upgrade.savepoint, upgrade.cut), await describe(rollback.savepoint, resumption.cut)],
      steps: [upgrade.step, { ...rollback.step, replayedEvents }, resumption.step],
      audits: [auditOfA, auditOfB],
      isolation: {
        changedWhileBRan: keysThatDiffer(upgrade.rowsOfA, rollback.rowsOfA),
        changedAfterAudit: keysThatDiffer(rowsAudited, await this.#stored(a)),
      },
      keysThatDiffer: expected.keysThatDiffer,
      sameCut: upgrade.cut.every((offset, partition) => offset === rollback.cut[partition]),
    };
  }

  /** Ends what still runs; idempotent. */
  async close(): Promise<void> {
    await this.#running?.close().catch(() => undefined);
    await this.#generator?.kill();
  }

  /** Starts the stream, which waits for nobody. */
  async #offer(): Promise<void> {
    const { source, programs } = this.#options;
    const { description, startMs } = source;
    this.#clock = MonotonicClock.readingNow(startMs - LEAD_MS);
    const { epochOffsetMs } = this.#clock;
    const { log } = programs.a.specification;
    this.#generator = new GeneratorProcess({ stream: description, log, epochOffsetMs });
    await this.#generator.ready;
    this.#generator.go();
  }

  /** A program that cannot go on from A's state is refused, and A has gone on meanwhile. */
  async #refuse(running: RunningProgram): Promise<UpgradeResult['refused']> {
    const { otherWindow } = this.#options.programs;
    const before = running.read();
    try {
      await running.replaceBy(otherWindow, async () => undefined);
    } catch (error) {
      if (!(error instanceof UpgradeRefusedError)) throw error;
      const isOver = before >= this.#options.source.totalImpressions;
      await running.untilRead(isOver ? before : before + 1);
      return { reason: error.message, remedy: error.remedy, eventsReadAfter: running.read() - before };
    }
    throw new Error('a program with other windows went on from the state of A');
  }

  /** `earlier`: where the other program goes on from, if that is not where this one stops. */
  async #replace(kind: Step['kind'], running: RunningProgram, next: Program, earlier?: Savepoint): Promise<Turn> {
    this.#say(`${running.program.name} stops with a savepoint, ${next.name} starts (${kind})`);
    const stoppedMs = this.#clock.nowMs();
    let rowsOfA: RowColumns | undefined;
    const replacement = await running.replaceBy(
      next,
      async (savepoint) => {
        this.#options.seen.push(savepoint);
        rowsOfA = await this.#stored(this.#options.programs.a);
      },
      earlier,
    );
    this.#running = replacement.next;
    const cut = await replacement.next.cut();
    if (rowsOfA === undefined) throw new Error('nobody looked at the store of program A');
    const step = this.#step(kind, next, 1, stoppedMs, replacement.downMs);
    return { ...replacement, step, cut, rowsOfA };
  }

  /** B goes on from where it was stopped, as if A had not been there meanwhile. */
  async #resume(running: RunningProgram, savepoint: Savepoint): Promise<Pick<Turn, 'step' | 'next' | 'cut'>> {
    const { host, programs } = this.#options;
    this.#say('A has drained, B goes on from its own savepoint (fork)');
    await running.close();
    const startedMs = this.#clock.nowMs();
    const next = await RunningProgram.start(programs.b, host, savepoint);
    this.#running = next;
    const step = this.#step('resumption', programs.b, 2, startedMs, this.#clock.nowMs() - startedMs);
    return { step, next, cut: await next.cut() };
  }

  #step(kind: Step['kind'], { name }: Program, savepoint: number, stoppedMs: number, downMs: number): Step {
    const { source } = this.#options;
    return {
      kind,
      program: name,
      savepoint,
      downSeconds: downMs / 1000,
      waitingEvents: offeredBy(source, stoppedMs + downMs) - offeredBy(source, stoppedMs),
      replayedEvents: 0,
    };
  }

  /** What a program answers when all of the stream is in the log, and read. */
  async #answers(running: RunningProgram, truth: RowColumns): Promise<RowColumns> {
    const report = await this.#generator?.done;
    this.#latenessP99Ms = report?.latenessMs.p99 ?? 0;
    this.#say(`${running.program.name} drains, then every key of it is audited`);
    await running.drain();
    return running.answers(truth);
  }

  async #stored({ specification }: Program): Promise<RowColumns> {
    const opened: KeyValueStore[] = [];
    try {
      for (const binding of Object.values(specification.stores)) {
        opened.push(await this.#options.host.runtime.openStore(binding));
      }
      return await storedRows(opened);
    } finally {
      for (const store of opened) await store.close();
    }
  }

  #say(text: string): void {
    this.#options.progress.phase('upgrade', text);
  }
}

async function describe({ location, bytes }: Savepoint, cut: number[]): Promise<UpgradeResult['savepoints'][number]> {
  const known = await bytes;
  return { location, ...(known === undefined ? {} : { bytes: known }), cut };
}

function auditOf(program: 'A' | 'B', expected: RowColumns, answers: RowColumns): UpgradeResult['audits'][number] {
  const { keysAudited, eventsAudited, keysWrong, doubleCounted, lost, misplaced, phantom, worst } = auditAnswers(
    expected,
    answers,
  );
  return { program, keysAudited, eventsAudited, keysWrong, doubleCounted, lost, misplaced, phantom, worst };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
