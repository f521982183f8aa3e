/** The clients of the job's jar, by which pipelines on Flink write, in the words of a report. */
import type { KeyValueStoreBinding } from '../../key-value-store/key-value-store.ts';

/** Settings of a store that are the job's own; those of this process's client are of readers alone. */
export const storeClientSettings: Readonly<Partial<Record<KeyValueStoreBinding['kind'], Record<string, string>>>> = {
  redis: {
    client: 'of the Flink job: Jedis, pipelined, one HINCRBY an increment',
    resend: 'off: a batch of increments is one transaction (MULTI to EXEC), and the job knows which was applied',
  },
  cassandra: { client: 'of the Flink job: the Java driver' },
};
