/** A connection to a broker: pipelining, login, and every way in which it can fail. */
import { describe, expect, test } from '@jest/globals';
import { BrokerConnection, type ConnectionOptions } from '../../../../substrates/event-log/kafka/broker-connection.ts';
import { initProducerIdCall, metadataCall } from '../../../../substrates/event-log/kafka/calls.ts';
import { addressOf } from '../../../../substrates/event-log/kafka/cluster.ts';
import { hex } from './record-bytes.ts';
import { type Answer, type ScriptedBroker, scriptBroker } from './scripted-broker.ts';

const OPTIONS: ConnectionOptions = { tls: false, connectTimeoutMs: 2000, requestTimeoutMs: 2000 };
const INIT_PRODUCER_ID = 22;
const SASL_HANDSHAKE = 17;

/** No throttling, no error, producer n of epoch 7. */
const producer = (n: number) => Buffer.from(hex(`00000000 0000 00000000000000${n.toString(16).padStart(2, '0')} 0007`));

async function withBroker(
  answer: Answer,
  body: (broker: ScriptedBroker, address: { host: string; port: number }) => Promise<void>,
  pieces?: number,
): Promise<void> {
  const broker = await scriptBroker(answer, pieces);
  try {
    await body(broker, { host: '127.0.0.1', port: broker.port });
  } finally {
    await broker.close();
  }
}

describe('a connection to a broker', () => {
  test.each([1, 3, 1000])('gives each of many requests its own answer, in pieces of %i bytes', async (pieces) => {
    let asked = 0;
    await withBroker(
      () => producer(++asked),
      async (broker, address) => {
        const connection = await BrokerConnection.open(address, OPTIONS);
        const answers = await Promise.all([1, 2, 3].map(() => connection.request(initProducerIdCall())));
        expect(answers).toEqual([1, 2, 3].map((id) => ({ id, epoch: 7 })));
        expect(broker.seen.map(({ api, version, correlation }) => [api, version, correlation])).toEqual([
          [INIT_PRODUCER_ID, 1, 0],
          [INIT_PRODUCER_ID, 1, 1],
          [INIT_PRODUCER_ID, 1, 2],
        ]);
        // No transaction, a time-out of a minute.
        expect(new Uint8Array(broker.seen[0]?.body ?? [])).toEqual(hex('ffff 0000ea60'));
        connection.close();
        expect(connection.isOpen).toBe(false);
      },
      pieces,
    );
  });

  test('logs in by SASL PLAIN before anything else', async () => {
    const answer: Answer = ({ api }) =>
      Buffer.from(hex(api === SASL_HANDSHAKE ? '0000 00000001 0005 504c41494e' : '0000 ffff 00000000'));
    await withBroker(answer, async (broker, address) => {
      const credentials = { username: 'me', password: 'pw' };
      (await BrokerConnection.open(address, { ...OPTIONS, credentials })).close();
      expect(broker.seen.map(({ body }) => new Uint8Array(body))).toEqual([
        hex('0005 504c41494e'),
        hex('00000006 00 6d65 00 7077'),
      ]);
    });
  });

  test('a refused login is an error without the secret', async () => {
    const answer: Answer = ({ api }) =>
      Buffer.from(hex(api === SASL_HANDSHAKE ? '0000 00000001 0005 504c41494e' : '003a 0002 7077 00000000'));
    await withBroker(answer, async (_broker, address) => {
      const opening = BrokerConnection.open(address, { ...OPTIONS, credentials: { username: 'me', password: 'pw' } });
      const error = await opening.catch((reason: Error) => reason);
      expect(String(error)).toMatch(/KafkaLoginError: Kafka at .* refuses the login: look at user name and password/);
      expect(String(error)).not.toContain('pw');
    });
  });

  test('an error of the broker names itself and what was asked', async () => {
    await withBroker(
      () => Buffer.from(hex('00000000 001f ffffffffffffffff ffff')),
      async (_broker, address) => {
        const connection = await BrokerConnection.open(address, OPTIONS);
        const asking = connection.request(initProducerIdCall());
        await expect(asking).rejects.toThrow(/CLUSTER_AUTHORIZATION_FAILED to InitProducerId: give the user/);
        expect(connection.isOpen).toBe(true);
        connection.close();
      },
    );
  });

  test('everything that waits fails when the broker goes away, is silent, or talks nonsense', async () => {
    await withBroker(
      () => undefined,
      async (broker, address) => {
        const gone = await BrokerConnection.open(address, OPTIONS);
        const waiting = [gone.request(initProducerIdCall()), gone.request(metadataCall([]))];
        await broker.received(2);
        broker.sockets[0]?.destroy();
        for (const result of await Promise.allSettled(waiting)) {
          expect(result).toMatchObject({ status: 'rejected', reason: { name: 'LogUnavailableError' } });
        }
        await expect(gone.request(initProducerIdCall())).rejects.toThrow(/is gone/);
        const silent = await BrokerConnection.open(address, { ...OPTIONS, requestTimeoutMs: 50 });
        await expect(silent.request(initProducerIdCall())).rejects.toThrow(/no answer to InitProducerId within 50 ms/);
        const foreign = await BrokerConnection.open(address, OPTIONS);
        const asked = foreign.request(initProducerIdCall());
        await broker.received(4);
        broker.sockets[2]?.write('HTTP/1.1 400 Bad Request');
        await expect(asked).rejects.toThrow(/not the Kafka protocol/);
      },
    );
  });

  test('an answer that is cut short ends the connection', async () => {
    await withBroker(
      () => producer(1).subarray(0, 9),
      async (_broker, address) => {
        const connection = await BrokerConnection.open(address, OPTIONS);
        await expect(connection.request(initProducerIdCall())).rejects.toThrow(/cut short/);
        expect(connection.isOpen).toBe(false);
      },
    );
  });
});

describe('the address of a broker', () => {
  test('is host and port, also of the sixth version', () => {
    expect(addressOf('kafka-1.example:9092')).toEqual({ host: 'kafka-1.example', port: 9092 });
    expect(addressOf('[::1]:9092')).toEqual({ host: '::1', port: 9092 });
  });

  test.each(['host', 'host:', 'host:0', 'host:70000', ':9092', 'a:b:1'])('is not %s', (text) => {
    expect(() => addressOf(text)).toThrow(/is host:port, not/);
  });
});
