/** Whether anybody listens at an address. */
import net from 'node:net';
import { splitAddress } from './link.ts';

const CONNECT_WITHIN_MS = 1000;

/** `address` is `host:port`. False if a connection is refused, reset, or not made in a second. */
export function isListening(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ ...splitAddress(address), timeout: CONNECT_WITHIN_MS });
    const settle = (isThere: boolean): void => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
    socket.once('timeout', () => settle(false));
  });
}
