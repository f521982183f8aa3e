/** A client of queryable state on proxies that answer as they are told. */
import {
  QueryableStateClient,
  type QueryableStateOptions,
} from '../../../../../substrates/stream-engine/flink/queryable-state/queryable-state-client.ts';
import { type FakeProxy, type Reply, startProxy, unknownKey } from './fake-proxy.ts';
import { resultFrame } from './frame-bytes.ts';

export const JOB = 'cc9bd385278990b923c13b1745671fe2';
/** State in which key k has the value "k", for even k. */
export const evenKeys: Reply = ({ id, key }) =>
  key % 2n === 0n ? resultFrame(id, Buffer.from(String(key))) : unknownKey(id);

type Look = (keys: readonly number[], state?: string) => Promise<string[]>;

export async function withProxies(
  replies: readonly Reply[],
  body: (proxies: FakeProxy[], client: QueryableStateClient, look: Look) => Promise<void>,
  options: Partial<QueryableStateOptions> = {},
  pieceBytes?: number,
): Promise<void> {
  const proxies = await Promise.all(
    replies.map((reply) => startProxy(reply, pieceBytes === undefined ? {} : { pieceBytes })),
  );
  const client = new QueryableStateClient({
    proxies: async () => proxies.map(({ address }) => address),
    parallelism: 2,
    maxParallelism: 128,
    ...options,
  });
  client.moveTo(JOB);
  try {
    await body(proxies, client, (keys, state) => lookUp(client, keys, state));
  } finally {
    client.close();
    await Promise.all(proxies.map((proxy) => proxy.close()));
  }
}

/** What becomes of each key, as texts; a key that is told of twice shows both. */
export async function lookUp(
  client: QueryableStateClient,
  keys: readonly number[],
  state = 'window-0',
): Promise<string[]> {
  const heard = keys.map(() => '');
  const columns = { count: keys.length, keyLo: Uint32Array.from(keys), keyHi: new Uint32Array(keys.length) };
  await client.look(state, columns, {
    found(index, bytes, at, length) {
      heard[index] += bytes.toString('latin1', at, at + length);
    },
    absent(index) {
      heard[index] += 'absent';
    },
    unavailable(index) {
      heard[index] += 'unavailable';
    },
  });
  return heard;
}

export const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
export const expected = (keys: readonly number[]): string[] =>
  keys.map((key) => (key % 2 === 0 ? String(key) : 'absent'));
