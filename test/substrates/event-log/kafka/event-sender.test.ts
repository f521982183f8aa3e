/** What event framing's sender does when batches are refused, without a real broker. */
import { expect, test } from '@jest/globals';
import { Cluster } from '../../../../substrates/event-log/kafka/cluster.ts';
import { EventSender } from '../../../../substrates/event-log/kafka/event-sender.ts';
import { numberedBlock } from '../../../support/impressions.ts';
import { hex } from './record-bytes.ts';
import { metadataAnswer, type SeenRequest, scriptBroker } from './scripted-broker.ts';

const PRODUCE = 0;
const METADATA = 3;
const NOT_LEADER = 6;
const MESSAGE_TOO_LARGE = 10;
const OUT_OF_ORDER = 45;
const DUPLICATE = 46;

/** Kafka's answer to a Produce of topic `t`, partition 0. */
function produced(error: number, baseOffset: number): Buffer {
  const answer = Buffer.from(hex('00000001 0001 74 00000001 00000000'));
  const rest = Buffer.alloc(30);
  rest.writeInt16BE(error, 0);
  rest.writeBigInt64BE(BigInt(baseOffset), 2);
  return Buffer.concat([answer, rest]);
}

/** Sequence of the first record, and number of records, of a Produce's batch. */
function sequencesOf({ body }: SeenRequest): [sequence: number, records: number] {
  // No transaction, acks, time-out, one topic `t`, one partition 0, the length of the batch.
  const batch = body.subarray(2 + 2 + 4 + 4 + 3 + 4 + 4 + 4);
  return [batch.readInt32BE(53), batch.readInt32BE(57)];
}

/** A sender to a broker that answers the n-th Produce by `answer(n)`; undefined: by breaking the connection. */
async function withSender(
  answer: (request: number) => Buffer | undefined,
  body: (sender: EventSender, produces: () => SeenRequest[]) => Promise<void>,
): Promise<void> {
  let produces = 0;
  const broker = await scriptBroker(({ api }) => {
    if (api === METADATA) return metadataAnswer(broker.port);
    if (api !== PRODUCE) return Buffer.from(hex('00000000 0000 0000000000000005 0000'));
    const bytes = answer(produces++);
    if (bytes === undefined) for (const socket of broker.sockets) socket.destroy();
    return bytes;
  });
  const cluster = new Cluster('t', { brokers: [`127.0.0.1:${broker.port}`], tls: false });
  try {
    const sender = await EventSender.open(cluster, 0, 0);
    await body(sender, () => broker.seen.filter(({ api }) => api === PRODUCE));
  } finally {
    cluster.close();
    await broker.close();
  }
}

/** Sends blocks of 3, 4 and 5 impressions, which come to stand at 0, 3 and 7. */
async function sendThree(sender: EventSender): Promise<void> {
  let position = 0;
  for (const rows of [3, 4, 5]) {
    await sender.room();
    sender.sendBlock(numberedBlock(0, position, rows), { offset: position, position, arrivalMs: 0 });
    position += rows;
  }
}

const NUMBERED = [
  [0, 3],
  [3, 4],
  [7, 5],
];

test('batches are numbered by their records, so that Kafka can tell a repeated one', async () => {
  const places = [0, 3, 7];
  await withSender(
    (request) => produced(0, places[request] as number),
    async (sender, produces) => {
      await sendThree(sender);
      await sender.drained();
      expect(produces().map(sequencesOf)).toEqual(NUMBERED);
    },
  );
});

test('a batch that is refused for a moment is sent again with its number, and those behind it too', async () => {
  const answers = [produced(NOT_LEADER, -1), produced(OUT_OF_ORDER, -1), produced(OUT_OF_ORDER, -1)];
  const places = [0, 3, 7];
  await withSender(
    (request) => answers[request] ?? produced(0, places[request - 3] as number),
    async (sender, produces) => {
      await sendThree(sender);
      await sender.drained();
      expect(produces().map(sequencesOf)).toEqual([...NUMBERED, ...NUMBERED]);
    },
  );
});

test('what a broken connection left open is sent again; a batch that Kafka has already is done', async () => {
  const answers = [undefined, produced(DUPLICATE, -1)];
  const places = [3, 7];
  await withSender(
    (request) => (request < 2 ? answers[request] : produced(0, places[request - 2] as number)),
    async (sender, produces) => {
      await sender.room();
      sender.sendBlock(numberedBlock(0, 0, 3), { offset: 0, position: 0, arrivalMs: 0 });
      await sender.drained();
      expect(produces().map(sequencesOf)).toEqual([
        [0, 3],
        [0, 3],
      ]);
    },
  );
});

test('a batch that Kafka will never take is the error of every later call', async () => {
  await withSender(
    () => produced(MESSAGE_TOO_LARGE, -1),
    async (sender) => {
      await sendThree(sender);
      await expect(sender.drained()).rejects.toThrow(/MESSAGE_TOO_LARGE to Produce to topic t, partition 0: raise/);
      await expect(sender.room()).rejects.toThrow(/MESSAGE_TOO_LARGE/);
    },
  );
});

test('a batch that comes to stand elsewhere is the error of another writer', async () => {
  await withSender(
    () => produced(0, 1),
    async (sender) => {
      await sendThree(sender);
      await expect(sender.drained()).rejects.toThrow(/at Kafka offset 1 instead of 0: something else writes/);
    },
  );
});
