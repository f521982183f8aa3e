/**
 * A connection through the proxy: a client's socket, the one to its server, and a flow in each direction. What ends or
 * breaks one side does the same to the other.
 */
import type { Socket } from 'node:net';
import type { Clock } from '../../../substrates/clock.ts';
import { Flow, type Lane } from './flow.ts';
import type { ReplyLoss } from './network.ts';

/** A client that never falls quiet is not waited for longer than so many quiet spells, once there is a reply. */
const MOST_QUIETS = 10;
/** A server that says nothing for so long will not reply any more. */
const NO_REPLY_MS = 5000;

/** What the connections of a link share. */
export interface LinkState {
  readonly requests: Lane;
  readonly replies: Lane;
  readonly clock: Clock;
  /** Replies that are still to be lost; undefined if none are. */
  loss: ReplyLoss | undefined;
  resetConnections: number;
  lostReplies: number;
}

export class ProxiedConnection {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #link: LinkState;
  readonly #requests: Flow;
  readonly #replies: Flow;
  /** Requests since the last reply. */
  #unansweredBytes = 0;
  /** The reply that is being lost. */
  #losing: { order: ReplyLoss; swallowedBytes: number; sinceMs: number; timer?: NodeJS.Timeout } | undefined;

  /** `closed` is called once, when both sides are. */
  constructor(client: Socket, server: Socket, link: LinkState, closed: () => void) {
    this.#client = client;
    this.#server = server;
    this.#link = link;
    const { requests, replies, clock } = link;
    let open = 2;
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      socket.setNoDelay(true);
      // Whoever breaks off breaks the other side off too; a server that is not there looks like one that hangs up.
      socket.on('error', () => sendReset(other));
      socket.on('close', () => {
        if (socket.errored !== null || !socket.readableEnded) sendReset(other);
        open -= 1;
        if (open > 0) return;
        this.#stopLosing();
        closed();
      });
    }
    this.#requests = new Flow({
      from: client,
      to: server,
      lane: requests,
      clock,
      swallows: (bytes) => this.#passRequest(bytes),
    });
    this.#replies = new Flow({
      from: server,
      to: client,
      lane: replies,
      clock,
      swallows: (bytes) => this.#swallowsReply(bytes),
    });
  }

  /** RST to both sides; what was not delivered is lost. */
  reset(): void {
    if (this.#client.destroyed && this.#server.destroyed) return;
    this.#link.resetConnections += 1;
    sendReset(this.#client);
    sendReset(this.#server);
  }

  /** A mode of the link is another one; `healed` if nothing is dropped in a direction any more. */
  modeChanged(healed: { requests: boolean; replies: boolean }): void {
    if ((healed.requests && this.#requests.lossy) || (healed.replies && this.#replies.lossy)) {
      this.reset();
      return;
    }
    this.#requests.modeChanged();
    this.#replies.modeChanged();
  }

  /** Both sides are let go of. */
  destroy(): void {
    this.#client.destroy();
    this.#server.destroy();
  }

  #passRequest(bytes: number): boolean {
    this.#unansweredBytes += bytes;
    const { loss } = this.#link;
    if (this.#losing !== undefined) this.#waitForQuiet();
    else if (loss !== undefined && loss.times > 0 && this.#unansweredBytes >= loss.minRequestBytes) {
      loss.times -= 1;
      this.#losing = { order: loss, swallowedBytes: 0, sinceMs: this.#link.clock.nowMs() };
      this.#waitForQuiet();
    }
    return false;
  }

  #swallowsReply(bytes: number): boolean {
    this.#unansweredBytes = 0;
    if (this.#losing === undefined) return false;
    this.#losing.swallowedBytes += bytes;
    this.#waitForQuiet();
    return true;
  }

  /** Request and reply come in pieces: the connection is reset when no more of them come, the server having replied. */
  #waitForQuiet(): void {
    const losing = this.#losing;
    if (losing === undefined) return;
    const { order, swallowedBytes } = losing;
    const isReplied = swallowedBytes > 0;
    const patienceMs = isReplied ? MOST_QUIETS * order.quietMs : NO_REPLY_MS;
    const leftMs = losing.sinceMs + patienceMs - this.#link.clock.nowMs();
    clearTimeout(losing.timer);
    losing.timer = setTimeout(
      () => {
        this.#stopLosing();
        this.reset();
      },
      Math.max(0, isReplied ? Math.min(order.quietMs, leftMs) : leftMs),
    );
  }

  #stopLosing(): void {
    const losing = this.#losing;
    if (losing === undefined) return;
    clearTimeout(losing.timer);
    this.#losing = undefined;
    if (losing.swallowedBytes > 0) this.#link.lostReplies += 1;
    else losing.order.times += 1;
  }
}

function sendReset(socket: Socket): void {
  if (socket.destroyed) return;
  if (socket.connecting) socket.destroy();
  else socket.resetAndDestroy();
}
