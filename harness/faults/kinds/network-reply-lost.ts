/**
 * F7: a server applies what it is sent, its reply is lost, and the connection breaks: whoever sends it again doubles
 * it, unless it is idempotent. Nobody crashes.
 */
import { storesOf } from '../../../substrates/declaration.ts';
import type { FaultContext, FaultDefinition } from '../fault.ts';
import { readDoubts } from '../proxy/doubtful-store.ts';
import { afterLoss, foreign, lasting, noServer, type StruckLinks, strikeNetwork } from './network.ts';

/** Writes of which nobody is told; or replies, where it is the log that is struck. */
const TIMES = 3;
/** A batch is longer, and so is what ends a transaction; most questions are shorter. */
const MIN_REQUEST_BYTES = 200;
const QUIET_MS = 30;
/** In between, so that a connection can be made again and its greetings are answered. */
const BETWEEN_MS = 100;
const LOOK_EVERY_MS = 10;

export const networkReplyLost: FaultDefinition = {
  kind: 'network-reply-lost',
  row: 'F7',
  description: `A real server applies what it is sent, its reply is lost and the connection reset, until ${TIMES} writes are in doubt`,
  whyNot: (declaration, servers) =>
    noServer(declaration, servers) ??
    (storesOf(declaration).length === 0
      ? 'it writes to no server: a reply that is lost is only asked for again'
      : undefined),
  outcomeOf: afterLoss('repeats'),
  forbidden: foreign,
  needsNetwork: true,
  // Long enough for an hour to end, where stores are written only then.
  plan: lasting(1.5),
  inject: (context, specification) =>
    strikeNetwork(context, specification, {
      otherwiseMs: 5000,
      begin: (struck) => loseReplies(context, struck),
      spell: ({ lostReplies, replies }) =>
        lostReplies === 0 ? undefined : `${lostReplies} replies of ${replies.droppedBytes} bytes were lost`,
    }),
};

/** One after another: a reply may be to a question, and then nothing comes of it. */
async function loseReplies({ runtime, director }: FaultContext, struck: StruckLinks): Promise<void> {
  const { tell, pause, isTimeUp } = struck;
  const inDoubt = async (): Promise<number> => (await readDoubts(runtime.files, director.directory)).length;
  const doubtedBefore = await inDoubt();
  const lostBefore = (await tell({ do: 'count' })).lostReplies;
  // Of a client that sends again by itself a slow write is in doubt, too: without a lost reply nothing was doubled.
  for (let lostReplies = lostBefore; !isTimeUp(); ) {
    if ((await inDoubt()) - doubtedBefore >= TIMES && lostReplies - lostBefore >= TIMES) break;
    await tell({
      do: 'lose-replies',
      times: 1,
      minRequestBytes: MIN_REQUEST_BYTES,
      quietMs: QUIET_MS,
    });
    const seen = lostReplies;
    while (!isTimeUp() && lostReplies === seen) {
      await pause(LOOK_EVERY_MS);
      ({ lostReplies } = await tell({ do: 'count' }));
    }
    await pause(BETWEEN_MS);
  }
  await tell({ do: 'resume' });
}
