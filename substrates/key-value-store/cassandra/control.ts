/**
 * Fences, markers and the list of hours: the small tables beside the rows.
 *
 * A fence is raised by a compare-and-set, decided by a quorum of the data centre's replicas, and is read from a quorum
 * before each batch. Cassandra has no transaction over two tables: a batch that has passed the check may still land
 * after the fence was raised, for as long as the batch is under way.
 */
import { types } from 'cassandra-driver';
import { type Fence, FencedError, type KeyColumns, type Marker } from '../key-value-store.ts';
import { countReads } from '../store-counts.ts';
import { hoursOf } from './layout.ts';
import type { Session } from './session.ts';

const QUORUM = { consistency: types.consistencies.localQuorum };
/** An hour that scans can name: a 64-bit integer of Cassandra that is a safe integer here. */
const LEAST_HOUR = Number.MIN_SAFE_INTEGER;
const GREATEST_HOUR = Number.MAX_SAFE_INTEGER;

export class Control {
  readonly #session: Session;
  /** Hours that this handle has put into the list. */
  readonly #listedHours = new Set<number>();

  constructor(session: Session) {
    this.#session = session;
  }

  async raiseFence({ partition, epoch }: Fence): Promise<void> {
    const { statements } = this.#session;
    const request = { table: 'fences', kind: 'lightweight', aside: true } as const;
    const raised = BigInt(epoch);
    const first = await this.#session.execute(request, statements.firstFence, [partition, raised], QUORUM);
    if (first.wasApplied()) return;
    await this.#session.execute(request, statements.raiseFence, [raised, partition, raised], QUORUM);
  }

  /** Throws `FencedError` if a later epoch has taken the partition over. */
  async checkFence(fence: Fence): Promise<void> {
    const request = { table: 'fences', kind: 'read' } as const;
    const result = await this.#session.execute(request, this.#session.statements.fence, [fence.partition], QUORUM);
    const raisedTo = Number(result.first()?.epoch ?? Number.NEGATIVE_INFINITY);
    if (fence.epoch < raisedTo) throw new FencedError(fence, raisedTo);
  }

  async setMarker(fence: Fence, marker: Marker): Promise<void> {
    const { statements } = this.#session;
    const parameters = [marker.name, fence.partition, marker.value];
    const request = { table: 'markers', kind: 'write' } as const;
    await this.#session.execute(request, statements.putMarker, parameters, { isIdempotent: true });
  }

  async markers(name: Marker['name'], partitions: number): Promise<(number | undefined)[]> {
    const request = { table: 'markers', kind: 'read' } as const;
    // One page: more partitions than a page has rows would be more than a log can have.
    const result = await this.#session.execute(request, this.#session.statements.markers, [name]);
    countReads(this.#session.counts, 1);
    const values = new Map(result.rows.map((row) => [Number(row.partition), Number(row.value)]));
    return Array.from({ length: partitions }, (_, partition) => values.get(partition));
  }

  /** Lists the hours of `keys` before their first row is written: a crash in between leaves an hour without rows. */
  async listHours(keys: KeyColumns): Promise<void> {
    for (const hour of hoursOf(keys)) {
      if (this.#listedHours.has(hour)) continue;
      const request = { table: 'hours', kind: 'write' } as const;
      const { putHour } = this.#session.statements;
      await this.#session.execute(request, putHour, [BigInt(hour)], { isIdempotent: true });
      this.#listedHours.add(hour);
    }
  }

  /** Hours in `[fromHourMs, toHourMs)` that have had rows, ascending. */
  async hours(fromHourMs: number, toHourMs: number): Promise<number[]> {
    const bounds = [fromHourMs, toHourMs].map((hour) =>
      BigInt(Math.min(Math.max(Math.ceil(hour), LEAST_HOUR), GREATEST_HOUR)),
    );
    const hours: number[] = [];
    const request = { table: 'hours', kind: 'read', aside: true } as const;
    let pageState: string | undefined;
    do {
      const options = pageState === undefined ? {} : { pageState };
      const page = await this.#session.execute(request, this.#session.statements.hours, bounds, options);
      hours.push(...page.rows.map((row) => Number(row.hour)));
      pageState = page.pageState ?? undefined;
    } while (pageState !== undefined);
    return hours;
  }
}
