/** One question to a server on this machine and its answer, over a socket that is closed afterwards. */
import { connect } from 'node:net';

/** More than any answer that a probe asks for. */
const MAX_ANSWER_BYTES = 65_536;

/**
 * Sends `question` to the port on 127.0.0.1 and resolves with the first `answerBytes` bytes that come back. Rejects if
 * nobody listens, the connection closes before that, or it takes longer than `timeoutMs`.
 */
export function exchange(
  port: number,
  question: Uint8Array,
  answerBytes: number,
  timeoutMs: number,
): Promise<Uint8Array> {
  const answer = new Uint8Array(Math.min(answerBytes, MAX_ANSWER_BYTES));
  let filled = 0;
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    const timer = setTimeout(() => fail(new Error(`port ${port} gave no answer in ${timeoutMs} ms`)), timeoutMs);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(error);
    };
    socket.once('connect', () => socket.write(question));
    socket.on('data', (bytes) => {
      const taken = bytes.subarray(0, answer.length - filled);
      answer.set(taken, filled);
      filled += taken.length;
      if (filled < answer.length) return;
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    });
    socket.once('error', fail);
    socket.once('close', () => fail(new Error(`port ${port} closed the connection without a whole answer`)));
  });
}
