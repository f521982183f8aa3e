/**
 * The log as a stage reads it behind a fault: silent for a while, or with blocks that are delivered twice at the same
 * offsets.
 */
import type { LogEntry, LogReader } from '../../../substrates/event-log/event-log.ts';
import type { HookSite } from '../../../substrates/stream-engine/embedded/hooks.ts';
import type { ArmedFaults } from './armed-faults.ts';

/** Blocks that each stage of a partition was given twice, by fault. */
export type DeliveredAgain = Map<string, number>;

export class FaultyReader implements LogReader {
  readonly #inner: LogReader;
  readonly #site: HookSite;
  readonly #faults: ArmedFaults;
  readonly #deliveredAgain: DeliveredAgain;
  #again: LogEntry | undefined;

  constructor(inner: LogReader, site: HookSite, faults: ArmedFaults, deliveredAgain: DeliveredAgain) {
    this.#inner = inner;
    this.#site = site;
    this.#faults = faults;
    this.#deliveredAgain = deliveredAgain;
  }

  async read(): Promise<LogEntry | undefined> {
    // Not before its trigger is reached by rows that were read; every reader of the worker is cut off then.
    const silence = this.#faults.striking('withhold-log');
    if (silence !== undefined && this.#faults.lasting(silence, silence.fault.durationMs)) return undefined;
    const again = this.#again;
    this.#again = undefined;
    // Its columns are valid until the log is asked again.
    if (again !== undefined) return again;
    const entry = await this.#inner.read();
    if (entry?.kind === 'impressions') await this.#keepForAgain(entry);
    return entry;
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  async #keepForAgain(entry: LogEntry & { kind: 'impressions' }): Promise<void> {
    const { stage, partition } = this.#site;
    this.#faults.sawRows(partition, entry.offset, entry.block.count);
    const armed = this.#faults.striking('deliver-again', { partition });
    if (armed === undefined) return;
    const key = `${armed.fault.id} ${stage}`;
    const blocks = this.#deliveredAgain.get(key) ?? 0;
    if (blocks >= armed.fault.blocks) return;
    this.#deliveredAgain.set(key, blocks + 1);
    this.#again = entry;
    const { count } = entry.block;
    await this.#faults.write(armed, 'bit', { stage, partition, offset: entry.offset, events: count });
  }
}
