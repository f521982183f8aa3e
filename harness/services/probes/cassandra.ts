/**
 * Whether Cassandra answers clients: a CQL OPTIONS frame, answered by SUPPORTED before any login. Cassandra opens this
 * port last, when it can serve.
 */
import { exchange } from './socket-exchange.ts';

const FRAME_HEAD_BYTES = 9;
const SUPPORTED = 0x06;

/** Version 4, no flags, stream 0, opcode OPTIONS (5), empty body. */
const OPTIONS = Uint8Array.of(0x04, 0, 0, 0, 0x05, 0, 0, 0, 0);

export async function probeCassandra(port: number, timeoutMs: number): Promise<void> {
  const [version, , , , opcode] = await exchange(port, OPTIONS, FRAME_HEAD_BYTES, timeoutMs);
  if (version !== 0x84) throw new Error(`port ${port} does not speak version 4 of Cassandra's protocol`);
  if (opcode !== SUPPORTED) throw new Error(`port ${port} answers OPTIONS with opcode ${opcode}`);
}
