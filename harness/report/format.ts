/**
 * Figures as people read them, in one place for HTML, charts, Markdown and terminal: 1.2 M/s, 27.8 K/s, 4.1 ms.
 * Three significant digits, units after a space. Inlined into the report's page, so it imports nothing.
 */

/** Stands where a figure does not exist. */
export const missing = '–';

/** Exact, with thousands separators: 1,234,567. */
export function formatCount(value: number | undefined): string {
  if (value === undefined) return missing;
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Three significant digits and a suffix: 999, 27.8 K, 1.2 M. */
export function formatQuantity(value: number | undefined): string {
  if (value === undefined) return missing;
  const [scaled, suffix] = scale(value, [
    [1e9, ' G'],
    [1e6, ' M'],
    [1e3, ' K'],
  ]);
  return threeDigits(scaled) + suffix;
}

export function formatRate(perSecond: number | undefined): string {
  if (perSecond === undefined) return missing;
  const text = formatQuantity(perSecond);
  return /[A-Z]$/.test(text) ? `${text}/s` : `${text} /s`;
}

/** 850 µs, 4.1 ms, 1.25 s, 2.1 min. */
export function formatMs(ms: number | undefined): string {
  if (ms === undefined) return missing;
  if (ms === 0) return '0 ms';
  if (Math.abs(ms) < 0.9995) return `${threeDigits(ms * 1000)} µs`;
  // Up to two minutes in seconds: 90 s says more than 1.5 min.
  if (ms >= 1000 && ms < 120_000) return `${threeDigits(ms / 1000)} s`;
  const [scaled, suffix] = scale(ms, [
    [3_600_000, ' h'],
    [60_000, ' min'],
  ]);
  return threeDigits(scaled) + (suffix || ' ms');
}

export function formatSeconds(seconds: number | undefined): string {
  return formatMs(seconds === undefined ? undefined : seconds * 1000);
}

/** 65.2×, 0.75×. */
export function formatRatio(ratio: number | undefined): string {
  return ratio === undefined ? missing : `${ratio >= 1000 ? formatQuantity(ratio) : threeDigits(ratio)}×`;
}

/** Commands per event: 1, 0.0278, 0. */
export function formatPerEvent(value: number | undefined): string {
  return value === undefined ? missing : threeDigits(value);
}

export function formatBytes(bytes: number | undefined): string {
  if (bytes === undefined) return missing;
  const [scaled, suffix] = scale(bytes, [
    [2 ** 30, ' GiB'],
    [2 ** 20, ' MiB'],
    [2 ** 10, ' KiB'],
  ]);
  return threeDigits(scaled) + (suffix || ' B');
}

export function formatShare(share: number | undefined): string {
  return share === undefined ? missing : `${threeDigits(share * 100)} %`;
}

/** 2026-01-02 03:04 UTC. */
export function formatTime(isoTime: string): string {
  return `${isoTime.slice(0, 10)} ${isoTime.slice(11, 16)} UTC`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listing(items: readonly string[]): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items[items.length - 1]}`;
}

/** Divides by the first unit that is not greater than the value as it will be shown (999.95 K is 1 M). */
function scale(value: number, units: readonly (readonly [number, string])[]): [number, string] {
  for (const [size, suffix] of units) {
    if (Math.abs(value) >= size * 0.99995) return [value / size, suffix];
  }
  return [value, ''];
}

function threeDigits(value: number): string {
  if (value === 0) return '0';
  const rounded = Number(value.toPrecision(3));
  if (Math.abs(rounded) >= 1000) return formatCount(rounded);
  return Math.abs(rounded) < 0.0001 ? rounded.toExponential() : String(rounded);
}
