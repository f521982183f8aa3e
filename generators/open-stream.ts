/**
 * Opens a stream from its description: how every process of a run comes to the same stream as the others.
 */
import type { ImpressionSource, StreamDescription } from './impression-source.ts';
import { SyntheticStream } from './synthetic-stream.ts';
import { TraceStream } from './trace-stream.ts';

/**
 * Rejects with `RangeError` if an option is out of range, or with the system's error if a prepared trace is not where
 * it says.
 */
export async function openStream(description: StreamDescription): Promise<ImpressionSource> {
  const { kind, ...options } = description;
  return kind === 'synthetic'
    ? new SyntheticStream(options as Extract<StreamDescription, { kind: 'synthetic' }>)
    : new TraceStream(options as Extract<StreamDescription, { kind: 'trace' }>);
}
