/** Record batches in tests: bytes written by hand, and the checksum by its definition. */

/** Bytes of hexadecimal digits; blanks and words between `/` are for the reader. */
export function hex(text: string): Uint8Array {
  const digits = text.replace(/\/[^/]*\//g, '').replace(/\s/g, '');
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** CRC-32C bit by bit: the reversed polynomial 0x82F63B78, all ones before and after. */
export function crc32cByBits(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** A batch of these records (already encoded), sealed by hand. */
export function batchOf(records: Uint8Array, count: number, position = 0, attributes = 0): Uint8Array {
  const bytes = new Uint8Array(61 + records.length);
  const view = new DataView(bytes.buffer);
  view.setBigInt64(0, BigInt(position));
  view.setInt32(8, bytes.length - 12);
  view.setInt8(16, 2);
  view.setInt16(21, attributes);
  view.setInt32(23, count - 1);
  view.setInt32(57, count);
  bytes.set(records, 61);
  view.setUint32(17, crc32cByBits(bytes.subarray(21)));
  return bytes;
}
