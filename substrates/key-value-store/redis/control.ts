/**
 * What a shard's batches depend on and is kept beside its counters: the fence of each partition, and for each hour that
 * was ever written what its values look like. It changes when a partition is taken over, when an hour gets its first
 * row, and when a greater version is written; every change raises the edition, which a batch WATCHes, so that a batch
 * that was made from an older one is not applied.
 *
 *     f<partition>    <epoch>
 *     h<hour in ms>   <base version> <greatest version>[ w]
 */

/** What the values of an hour look like. */
export interface HourEntry {
  /** Version of the values that are plain numbers: that of the hour's first write. */
  readonly baseVersion: number;
  /** No value of the hour has a greater version. */
  readonly greatestVersion: number;
  /** Values may be so great that HINCRBY would carry from the count to the fingerprint. */
  readonly wide: boolean;
}

/** Entries that a batch adds or replaces, by hour. */
export type HourChanges = ReadonlyMap<number, HourEntry>;

/** An hour whose values are all plain, of version 0, and small enough for HINCRBY. */
export const PLAIN_HOUR: HourEntry = { baseVersion: 0, greatestVersion: 0, wide: false };

/** True if HINCRBY adds correctly to every value of the hour, and makes new ones of the right version. */
export function takesIncrements(entry: HourEntry): boolean {
  return entry.baseVersion === 0 && entry.greatestVersion === 0 && !entry.wide;
}

export function fenceField(partition: number): string {
  return `f${partition}`;
}

export function hourField(hourStartMs: number): string {
  return `h${hourStartMs}`;
}

export function entryText({ baseVersion, greatestVersion, wide }: HourEntry): string {
  return `${baseVersion} ${greatestVersion}${wide ? ' w' : ''}`;
}

export function parseEntry(text: string): HourEntry {
  const [baseVersion, greatestVersion, wide] = text.split(' ');
  return { baseVersion: Number(baseVersion), greatestVersion: Number(greatestVersion), wide: wide === 'w' };
}

/** The control hash as it was at an edition. */
export class Control {
  readonly edition: number;
  readonly #fences: ReadonlyMap<number, number>;
  readonly #hours: HourChanges;

  private constructor(edition: number, fences: ReadonlyMap<number, number>, hours: HourChanges) {
    this.edition = edition;
    this.#fences = fences;
    this.#hours = hours;
  }

  /** From the answer to HGETALL: fields and values in turn. */
  static parse(edition: number, pairs: readonly string[]): Control {
    const fences = new Map<number, number>();
    const hours = new Map<number, HourEntry>();
    for (let i = 0; i + 1 < pairs.length; i += 2) {
      const [field, value] = [pairs[i] as string, pairs[i + 1] as string];
      const number = Number(field.slice(1));
      if (field.startsWith('f')) fences.set(number, Number(value));
      else if (field.startsWith('h')) hours.set(number, parseEntry(value));
    }
    return new Control(edition, fences, hours);
  }

  /** The epoch that a partition's fence was raised to. */
  raisedTo(partition: number): number | undefined {
    return this.#fences.get(partition);
  }

  entry(hourStartMs: number): HourEntry | undefined {
    return this.#hours.get(hourStartMs);
  }

  /** The next edition, with an own batch's changes. */
  with(changes: HourChanges): Control {
    if (changes.size === 0) return this;
    return new Control(this.edition + 1, this.#fences, new Map([...this.#hours, ...changes]));
  }

  /** Hours that were ever written, in `[fromHourMs, toHourMs)`, sorted. */
  hours(fromHourMs: number, toHourMs: number): number[] {
    return [...this.#hours.keys()].filter((hour) => hour >= fromHourMs && hour < toHourMs).sort((a, b) => a - b);
  }
}
