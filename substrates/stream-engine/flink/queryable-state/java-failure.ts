/**
 * What a Java exception says, out of its serialized form. It is not deserialized: its class names and texts are found
 * by their tags (`r` and `t`, a length of two bytes, the characters), and most failures of Flink carry a printed stack
 * trace as their message.
 */
import { rootCauseOf } from '../java-trace.ts';

const UNKNOWN_KEY = Buffer.from('UnknownKeyOrNamespaceException');
const CLASS_TAG = 0x72;
const TEXT_TAG = 0x74;
const FAILURE_CLASS = /(?:Exception|Error)$/;

/** True if the failure says that the state has no value for the key: Flink has no other form of this answer. */
export function isUnknownKey(bytes: Buffer, at: number, length: number): boolean {
  return bytes.subarray(at, at + length).includes(UNKNOWN_KEY);
}

/** Class and message of the failure, as far as they are found. */
export function describeFailure(bytes: Buffer, at: number, length: number): string {
  const { classes, texts } = textsOf(bytes.subarray(at, at + length));
  const trace = texts.find((text) => text.includes('Caused by: '));
  if (trace !== undefined) return withoutPackage(rootCauseOf(trace));
  const name = classes.find((found) => FAILURE_CLASS.test(found));
  const message = texts.find((text) => text.includes(' '));
  return [withoutPackage(name ?? 'a failure'), ...(message === undefined ? [] : [message])].join(': ');
}

function textsOf(bytes: Buffer): { classes: string[]; texts: string[] } {
  const classes: string[] = [];
  const texts: string[] = [];
  for (let at = 0; at + 3 <= bytes.length; at++) {
    const tag = bytes[at];
    if (tag !== CLASS_TAG && tag !== TEXT_TAG) continue;
    const length = bytes.readUInt16BE(at + 1);
    const end = at + 3 + length;
    if (length === 0 || end > bytes.length || !isReadable(bytes, at + 3, end)) continue;
    (tag === CLASS_TAG ? classes : texts).push(bytes.toString('latin1', at + 3, end));
    at = end - 1;
  }
  return { classes, texts };
}

function isReadable(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = bytes[at] as number;
    const isSpace = byte === 9 || byte === 10 || byte === 13;
    if (!isSpace && (byte < 32 || byte > 126)) return false;
  }
  return true;
}

function withoutPackage(cause: string): string {
  return cause.replace(/^(?:[a-z]\w*\.)+/, '');
}
