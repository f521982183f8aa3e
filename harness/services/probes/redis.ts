/** Whether Redis answers: an inline PING, to which a server that has loaded its data says +PONG. */
import { exchange } from './socket-exchange.ts';

const PING = Uint8Array.from(Buffer.from('PING\r\n', 'latin1'));
const PONG = '+PONG\r\n';

export async function probeRedis(port: number, timeoutMs: number): Promise<void> {
  // An error (`-LOADING …`, `-NOAUTH …`) is longer than this, and begins otherwise.
  const answer = await exchange(port, PING, PONG.length, timeoutMs);
  const text = Buffer.from(answer).toString('latin1');
  if (text !== PONG) throw new Error(`port ${port} answers PING with ${JSON.stringify(text)}`);
}
