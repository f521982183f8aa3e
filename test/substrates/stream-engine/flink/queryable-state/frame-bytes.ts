/** Frames of the queryable-state protocol in tests: put together with plain arithmetic, taken apart likewise. */

export const VERSION = 0x79a1b710;

export interface SeenRequest {
  id: bigint;
  job: string;
  state: string;
  hash: number;
  key: bigint;
}

/** A frame around `body`, with its length. */
export function frame(type: number, body: Uint8Array): Buffer {
  const head = Buffer.alloc(12);
  head.writeInt32BE(8 + body.length, 0);
  head.writeInt32BE(VERSION, 4);
  head.writeInt32BE(type, 8);
  return Buffer.concat([head, body]);
}

export function resultFrame(id: bigint, value: Uint8Array): Buffer {
  const head = Buffer.alloc(12);
  head.writeBigInt64BE(id, 0);
  head.writeInt32BE(value.length, 8);
  return frame(1, Buffer.concat([head, value]));
}

export function failureFrame(id: bigint, exception: string, message: string): Buffer {
  const head = Buffer.alloc(8);
  head.writeBigInt64BE(id, 0);
  return frame(2, Buffer.concat([head, serialized(exception, message)]));
}

export function serverFailureFrame(exception: string, message: string): Buffer {
  return frame(3, serialized(exception, message));
}

/** An exception as Java serializes it, but for its stack: class with version and fields, then the message. */
function serialized(exception: string, message: string): Buffer {
  const version = Buffer.from('7265746861740003', 'hex');
  return Buffer.concat([
    Buffer.from('aced000573', 'hex'),
    tagged('r', exception),
    // Bytes that look like the beginnings of texts.
    version,
    Buffer.from([0, 1, 0x4c]),
    tagged('\0', 'detailMessage'),
    tagged('t', 'Ljava/lang/String;'),
    Buffer.from('xp'),
    tagged('t', message),
    Buffer.from('ur\0'),
  ]);
}

function tagged(tag: string, text: string): Buffer {
  const head = Buffer.from([tag.charCodeAt(0), text.length >> 8, text.length & 255]);
  return Buffer.concat([head, Buffer.from(text, 'latin1')]);
}

/** The request in a frame without its length. */
export function requestOf(bytes: Buffer): SeenRequest {
  const nameBytes = bytes.readInt32BE(32);
  const at = 36 + nameBytes;
  return {
    id: bytes.readBigInt64BE(8),
    job: bytes.toString('hex', 16, 32),
    state: bytes.toString('utf8', 36, at),
    hash: bytes.readInt32BE(at),
    key: bytes.readBigInt64BE(at + 8),
  };
}

/** The value of a tweet in a window state: hours with count and fingerprint, all of it handed over or nothing. */
export function windowValue(hours: readonly { hourStartMs: number; counter: number; fingerprint: number }[]): Buffer {
  const value = Buffer.alloc(4 + hours.length * 24);
  value.writeInt32BE(hours.length, 0);
  hours.forEach(({ hourStartMs, counter, fingerprint }, i) => {
    value.writeBigInt64BE(BigInt(hourStartMs), 4 + i * 24);
    value.writeBigInt64BE(BigInt(fingerprint) * 4294967296n + BigInt(counter), 12 + i * 24);
  });
  return value;
}
