/**
 * What may be done to the network between the workers and a real server, as plain JSON: it crosses to the process of
 * the proxies. A link is the way to one server; on it requests go up and replies come down.
 */

export type Mode =
  | { kind: 'pass' }
  /** Every chunk comes later by `ms`, give or take `jitterMs`, and never before the one ahead of it. */
  | { kind: 'delay'; ms: number; jitterMs: number }
  /** Bytes are swallowed. A connection that lost some is reset when the mode ends: its stream has a hole. */
  | { kind: 'drop' }
  /** Nothing is read, so that whoever sends has to wait; nothing is lost. */
  | { kind: 'stall' };

export type LinkCommand =
  /** A direction that is not named stays as it is. */
  | { do: 'set'; requests?: Mode; replies?: Mode }
  /** RST to both ends of all connections. */
  | { do: 'reset' }
  /** A new connection is reset at once; those that are open stay. */
  | { do: 'refuse' }
  | ({ do: 'lose-replies' } & ReplyLoss)
  /** Everything passes again. */
  | { do: 'resume' }
  | { do: 'count' };

/** The next `times` requests are forwarded and their replies are swallowed; then the connection is reset. */
export interface ReplyLoss {
  times: number;
  /** Less than this without a reply in between is let alone, so that a ping is not taken for a write. */
  minRequestBytes: number;
  /** A request is whole, and its reply too, when the connection was quiet for so long. */
  quietMs: number;
}

export interface LaneCounters {
  receivedBytes: number;
  forwardedBytes: number;
  /** Swallowed, by `drop` or as a lost reply. */
  droppedBytes: number;
  delayedChunks: number;
}

/** Since the link was opened. */
export interface LinkCounters {
  openedConnections: number;
  refusedConnections: number;
  /** By a fault; not those that one of their ends broke. */
  resetConnections: number;
  lostReplies: number;
  requests: LaneCounters;
  replies: LaneCounters;
}

/** The links of a run; a link is named by the server's `host:port`. */
export interface Network {
  /** Resolves with the counters when the command is in force. Error if there is no such link. */
  tell(link: string, command: LinkCommand): Promise<LinkCounters>;
}

export interface ProxySpecification {
  /** `host:port` of each server. */
  servers: readonly string[];
  /** Delays follow from it. */
  seed: number;
}

export type ToProxy =
  | { kind: 'open'; specification: ProxySpecification }
  | { kind: 'command'; request: number; link: string; command: LinkCommand };

export type FromProxy =
  /** Where each link listens on 127.0.0.1. */
  | { kind: 'open'; ports: Record<string, number> }
  | { kind: 'counters'; request: number; counters: LinkCounters }
  /** Of one command; of everything, if no request is named. */
  | { kind: 'failed'; request?: number; message: string };

export function noCounters(): LinkCounters {
  const lane = (): LaneCounters => ({ receivedBytes: 0, forwardedBytes: 0, droppedBytes: 0, delayedChunks: 0 });
  return {
    openedConnections: 0,
    refusedConnections: 0,
    resetConnections: 0,
    lostReplies: 0,
    requests: lane(),
    replies: lane(),
  };
}

/** `a + factor * b`, counter by counter: a sum over links, or what came in between. */
export function combineCounters(a: LinkCounters, b: LinkCounters, factor: 1 | -1): LinkCounters {
  const lane = (of: 'requests' | 'replies'): LaneCounters => ({
    receivedBytes: a[of].receivedBytes + factor * b[of].receivedBytes,
    forwardedBytes: a[of].forwardedBytes + factor * b[of].forwardedBytes,
    droppedBytes: a[of].droppedBytes + factor * b[of].droppedBytes,
    delayedChunks: a[of].delayedChunks + factor * b[of].delayedChunks,
  });
  return {
    openedConnections: a.openedConnections + factor * b.openedConnections,
    refusedConnections: a.refusedConnections + factor * b.refusedConnections,
    resetConnections: a.resetConnections + factor * b.resetConnections,
    lostReplies: a.lostReplies + factor * b.lostReplies,
    requests: lane('requests'),
    replies: lane('replies'),
  };
}
