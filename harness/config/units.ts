/**
 * How people write quantities and how they are written back: durations `10s`, rates and counts `1M`, fractions `1%`.
 * Each quantity is a pair of inverse functions: `parse(format(x)) === x`. Inside, everything is milliseconds, events
 * per second, and 0 to 1.
 */

export interface Quantity {
  /** As in "is not a duration". */
  readonly noun: string;
  /** As in "write …". */
  readonly notation: string;
  /** Undefined if the text is no such quantity. */
  parse(text: string): number | undefined;
  format(value: number): string;
}

const NUMBER = /^([+-]?(?:\d[\d_]*)(?:\.\d+)?(?:e[+-]?\d+)?)\s*([a-z%/]*)$/i;

function split(text: string): { value: number; unit: string } | undefined {
  const match = NUMBER.exec(text.trim());
  if (match === null) return undefined;
  const value = Number((match[1] as string).replaceAll('_', ''));
  return Number.isFinite(value) ? { value, unit: match[2] as string } : undefined;
}

/** 2.3 × 1000 is 2299.9999999999995: the nearest whole number, if the text meant a whole number, else undefined. */
function whole(value: number): number | undefined {
  const rounded = Math.round(value);
  if (!Number.isSafeInteger(rounded)) return undefined;
  return Math.abs(value - rounded) <= Math.abs(value) * 1e-12 ? rounded + 0 : undefined;
}

const DURATION_UNITS_MS: readonly (readonly [string, number])[] = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
];

/** Whole milliseconds, written with a unit; 0 needs none. */
export const duration: Quantity = {
  noun: 'a duration',
  notation: 'whole milliseconds with a unit, such as 10s, 250ms or 1h',
  parse(text) {
    const parts = split(text);
    if (parts === undefined) return undefined;
    if (parts.value === 0 && parts.unit === '') return 0;
    const unit = DURATION_UNITS_MS.find(([name]) => name === parts.unit.toLowerCase());
    return unit === undefined ? undefined : whole(parts.value * unit[1]);
  },
  format(value) {
    const unit = DURATION_UNITS_MS.find(([, ms]) => value % ms === 0) ?? ['ms', 1];
    return value === 0 ? '0ms' : `${value / unit[1]}${unit[0]}`;
  },
};

const SCALE_UNITS: readonly (readonly [string, number])[] = [
  ['G', 1e9],
  ['M', 1e6],
  ['k', 1e3],
];

function parseScaled(text: string): number | undefined {
  const parts = split(text);
  if (parts === undefined) return undefined;
  const unit = parts.unit.replace(/\/s$/i, '');
  if (unit === '') return whole(parts.value);
  const scale = SCALE_UNITS.find(([name]) => name.toLowerCase() === unit.toLowerCase());
  return scale === undefined ? undefined : whole(parts.value * scale[1]);
}

/** `1.5M` rather than `1500k`, but never a digit less than the number has. */
function formatScaled(value: number): string {
  const scale = SCALE_UNITS.find(([, size]) => Math.abs(value) >= size && value % (size / 10) === 0);
  return scale === undefined ? String(value) : `${value / scale[1]}${scale[0]}`;
}

/** Events per second. */
export const rate: Quantity = {
  noun: 'a rate',
  notation: 'events a second, such as 1M, 250k or 1000000',
  parse: parseScaled,
  format: formatScaled,
};

/** A number of things, whole. */
export const count: Quantity = {
  noun: 'a whole number',
  notation: 'a whole number, such as 4, 20k or 40M',
  parse: parseScaled,
  format: formatScaled,
};

/** A whole number that is a name rather than an amount, such as a seed: no suffix. */
export const integer: Quantity = {
  noun: 'a whole number',
  notation: 'a whole number, such as 42',
  parse(text) {
    const parts = split(text);
    return parts === undefined || parts.unit !== '' ? undefined : whole(parts.value);
  },
  format: String,
};

/** A part of a whole, 0 to 1, as a number or in percent. */
export const fraction: Quantity = {
  noun: 'a fraction',
  notation: 'a fraction or a percentage, such as 0.01 or 1%',
  parse(text) {
    const parts = split(text);
    if (parts === undefined) return undefined;
    if (parts.unit === '%') return parts.value / 100;
    return parts.unit === '' ? parts.value : undefined;
  },
  format(value) {
    const percent = Number((value * 100).toPrecision(12));
    return percent / 100 === value ? `${percent}%` : String(value);
  },
};

const BYTE_UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

/** Bytes for people, in powers of 1024; not meant to be read back. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < BYTE_UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${BYTE_UNITS[unit]}`;
}
