/**
 * Signed 64-bit integers as decimal text, from and to two 32-bit lanes, without BigInt. Redis keeps a field or value
 * of this form as an integer of at most 8 bytes in a small hash, and can add to it.
 *
 * Tweet ids use it (an unsigned id from 2⁶³ on is written as the negative number of the same 64 bits), and counters:
 * high lane fingerprint, low lane count, so that fingerprint·2³² + count is one number.
 */
const MILLION = 1_000_000;
const TWO_POW_32 = 4_294_967_296;
/** 2³² = 4294·10⁶ + 967296: a magnitude below 2⁶³ divides by a million without leaving the safe integers. */
const MILLIONS_OF_LANE = 4294;
const REST_OF_LANE = 967_296;

/** Most characters of a number: 19 digits and a sign. */
export const INT64_MAX_CHARACTERS = 20;

const MINUS = 45;
const ZERO = 48;

/** The number `hi`·2³² + `lo`, `hi` signed, `lo` unsigned; other lanes are taken modulo 2³². */
export function int64Text(hi: number, lo: number): string {
  let high = hi | 0;
  let low = lo >>> 0;
  const sign = high < 0 ? '-' : '';
  if (high < 0) {
    low = -low >>> 0;
    high = ~high + (low === 0 ? 1 : 0);
  }
  const tail = high * REST_OF_LANE + low;
  const carry = Math.floor(tail / MILLION);
  const millions = high * MILLIONS_OF_LANE + carry;
  const rest = tail - carry * MILLION;
  return millions === 0 ? `${sign}${rest}` : `${sign}${millions}${String(rest + MILLION).slice(1)}`;
}

/** Writes the same text as bytes; returns the position after it. At most `INT64_MAX_CHARACTERS` bytes. */
export function writeInt64(bytes: Uint8Array, at: number, hi: number, lo: number): number {
  let high = hi | 0;
  let low = lo >>> 0;
  let end = at;
  if (high < 0) {
    bytes[end++] = MINUS;
    low = -low >>> 0;
    high = ~high + (low === 0 ? 1 : 0);
  }
  const tail = high * REST_OF_LANE + low;
  const carry = Math.floor(tail / MILLION);
  const millions = high * MILLIONS_OF_LANE + carry;
  const top = Math.floor(millions / MILLION);
  const middle = millions - top * MILLION;
  if (top > 0) {
    end = writeSixDigits(bytes, writeDigits(bytes, end, top), middle);
    return writeSixDigits(bytes, end, tail - carry * MILLION);
  }
  if (middle > 0) return writeSixDigits(bytes, writeDigits(bytes, end, middle), tail - carry * MILLION);
  return writeDigits(bytes, end, tail - carry * MILLION);
}

/** Lanes of a text: `into[0]` the high, `into[1]` the low, as 32-bit patterns. Error if it is no such number. */
export function readInt64(text: string, into: Int32Array): void {
  const start = text.charCodeAt(0) === MINUS ? 1 : 0;
  const split = Math.max(start, text.length - 6);
  const head = split === start ? 0 : Number(text.slice(start, split));
  const tail = Number(text.slice(split));
  if (text.length === start || Number.isNaN(head) || Number.isNaN(tail)) {
    throw new Error(`Redis holds ${JSON.stringify(text)} where a 64-bit integer was written; who else writes there?`);
  }
  let low = (Math.imul(head, MILLION) + tail) >>> 0;
  // The double is wrong by at most 2¹⁰, a quarter of a millionth of a lane.
  let high = Math.round((head * MILLION + tail - low) / TWO_POW_32);
  if (start === 1) {
    low = -low >>> 0;
    high = ~high + (low === 0 ? 1 : 0);
  }
  into[0] = high;
  into[1] = low;
}

/** `value` from 0 to 9,999,999, without leading zeros. */
function writeDigits(bytes: Uint8Array, at: number, value: number): number {
  let end = at + 1;
  for (let bound = 10; bound <= value; bound *= 10) end++;
  let rest = value | 0;
  for (let i = end - 1; i >= at; i--) {
    const quotient = (rest / 10) | 0;
    bytes[i] = ZERO + (rest - quotient * 10);
    rest = quotient;
  }
  return end;
}

function writeSixDigits(bytes: Uint8Array, at: number, value: number): number {
  let rest = value | 0;
  for (let i = at + 5; i >= at; i--) {
    const quotient = (rest / 10) | 0;
    bytes[i] = ZERO + (rest - quotient * 10);
    rest = quotient;
  }
  return at + 6;
}
