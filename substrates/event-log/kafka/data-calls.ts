/** The two requests that carry records: Produce and Fetch. */
import type { KafkaCall } from './calls.ts';
import { RequestWriter } from './wire.ts';

/** The broker waits so long for the replicas to have a batch. */
const REPLICATION_TIMEOUT_MS = 15_000;

export interface ProduceAnswer {
  error: number;
  /** Kafka's offset of the first record; -1 where the broker does not know it any more. */
  baseOffset: number;
}

/** One record batch for one partition, acknowledged by all replicas in sync. `batch` must not change before the answer. */
export function produceCall(topic: string, partition: number, batch: Uint8Array): KafkaCall<ProduceAnswer> {
  const body = new RequestWriter().string(undefined).int16(-1).int32(REPLICATION_TIMEOUT_MS);
  body.int32(1).string(topic).int32(1).int32(partition).int32(batch.length);
  return {
    what: `Produce to topic ${topic}, partition ${partition}`,
    api: 0,
    version: 7,
    chunks: [body.finish(), batch],
    read(response) {
      const [answers] = response.array(() => {
        response.string();
        return response.array(() => {
          response.int32();
          const answer = { error: response.int16(), baseOffset: response.int64() };
          response.skip(16);
          return answer;
        });
      });
      return answers?.[0] ?? { error: -1, baseOffset: -1 };
    },
  };
}

export interface FetchWish {
  partition: number;
  /** Kafka's offset of the first record wanted. */
  position: number;
  maxBytes: number;
}

export interface Fetched {
  partition: number;
  error: number;
  /** Batches, the last of which may be cut; a view of the response. */
  records: Uint8Array;
}

const MAX_RESPONSE_BYTES = 16 * 1024 * 1024;

/** What is there now, without waiting for more. The first batch is always whole. */
export function fetchCall(topic: string, wishes: readonly FetchWish[]): KafkaCall<Fetched[]> {
  const body = new RequestWriter().int32(-1).int32(0).int32(0).int32(MAX_RESPONSE_BYTES).int8(0).int32(0).int32(-1);
  body.int32(1).string(topic);
  body.array(wishes, ({ partition, position, maxBytes }) => {
    body.int32(partition).int32(-1).int64(position).int64(-1).int32(maxBytes);
  });
  body.int32(0);
  return {
    what: `Fetch of topic ${topic}`,
    api: 1,
    version: 10,
    chunks: [body.finish()],
    read(response) {
      response.int32();
      const error = response.int16();
      response.int32();
      if (error !== 0) return wishes.map(({ partition }) => ({ partition, error, records: new Uint8Array() }));
      return response
        .array(() => {
          response.string();
          return response.array(() => {
            const head = { partition: response.int32(), error: response.int16() };
            response.skip(24);
            response.array(() => response.skip(16));
            return { ...head, records: response.bytes() };
          });
        })
        .flat();
    },
  };
}
