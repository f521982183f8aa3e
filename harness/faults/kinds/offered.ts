/**
 * What faults of the stream itself share: they are in what is offered before anything starts, so there is nothing to
 * inject or heal.
 */
import type { StreamDescription } from '../../../generators/impression-source.ts';
import type { ActiveFault, Evidence, FaultContext } from '../fault.ts';

type Synthetic = Extract<StreamDescription, { kind: 'synthetic' }>;

/** Error if the stream is a trace, which is what it is. */
export function synthetic(stream: StreamDescription, kind: string): Synthetic {
  if (stream.kind === 'synthetic') return stream;
  throw new RangeError(`${kind} changes the stream, and a trace is what it is: leave the fault out, or --trace`);
}

export function offered({ startMs }: FaultContext, what: string, bit: boolean, events?: number): ActiveFault {
  const evidence: Evidence = { atMs: startMs, what, ...(events === undefined ? {} : { events }) };
  return { evidence: async () => (bit ? evidence : undefined), heal: async () => undefined };
}
