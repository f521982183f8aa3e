/** The probes of the doctor from the adapters' own, whose clients are loaded when a server is asked. */
import type { Credentials } from '../../substrates/credentials.ts';
import type { KafkaProbe } from '../../substrates/event-log/kafka/probe.ts';
import type { CassandraFacts } from '../../substrates/key-value-store/cassandra/probe.ts';
import type { RedisFacts } from '../../substrates/key-value-store/redis/probe.ts';
import type { FlinkFacts } from '../../substrates/stream-engine/flink/probe.ts';
import { type FlinkServer, restUrlOf } from '../config/engine-url.ts';
import { type CassandraServer, type KafkaServer, type RedisServer, spellHost } from '../config/server-url.ts';

/** Each rejects if the server cannot be reached, or does not let us in; the error says why. */
export interface Probes {
  kafka(server: KafkaServer, login: Credentials | undefined): Promise<KafkaProbe>;
  /** Of each node that the URL names. */
  redis(server: RedisServer, login: Credentials | undefined): Promise<RedisFacts[]>;
  cassandra(server: CassandraServer, login: Credentials | undefined): Promise<CassandraFacts>;
  flink(server: FlinkServer, login: Credentials | undefined): Promise<FlinkFacts>;
}

export const adapterProbes: Probes = {
  async kafka({ brokers, tls }, login) {
    const { probeKafka } = await import('../../substrates/event-log/kafka/probe.ts');
    return probeKafka({ brokers: brokers.map(spellHost), tls, ...withLogin(login) });
  },
  async redis({ nodes, tls, database }, login) {
    const { probeRedis } = await import('../../substrates/key-value-store/redis/probe.ts');
    return probeRedis({ nodes, tls, database, ...withLogin(login) });
  },
  async cassandra({ contactPoints, dataCenter, tls }, login) {
    const { probeCassandra } = await import('../../substrates/key-value-store/cassandra/probe.ts');
    return probeCassandra({ contactPoints: contactPoints.map(spellHost), dataCenter, tls, ...withLogin(login) });
  },
  async flink(server, login) {
    const { probeFlink } = await import('../../substrates/stream-engine/flink/probe.ts');
    return probeFlink({ url: restUrlOf(server), ...withLogin(login) });
  },
};

function withLogin(login: Credentials | undefined): { credentials?: Credentials } {
  return login === undefined ? {} : { credentials: login };
}
