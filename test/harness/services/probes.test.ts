/** Probes against servers on loopback that say what the real ones say, something else, or nothing. */
import { createServer, type Server } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { probeCassandra } from '../../../harness/services/probes/cassandra.ts';
import { probeKafka } from '../../../harness/services/probes/kafka.ts';
import { probeRedis } from '../../../harness/services/probes/redis.ts';
import { freePorts } from './fake-service.ts';

type Probe = (port: number, timeoutMs: number) => Promise<void>;

const PATIENCE_MS = 60_000;

/** Lets `probe` ask a server that answers with these bytes, one at a time; resolves with what it was asked, in hex. */
async function ask(probe: Probe, answerHex: string, timeoutMs = PATIENCE_MS): Promise<string> {
  let asked = '';
  const server: Server = createServer((socket) => {
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      asked += bytes.toString('hex');
      for (const byte of Buffer.from(answerHex, 'hex')) socket.write(Uint8Array.of(byte));
    });
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
  try {
    await probe(port, timeoutMs);
    return asked;
  } finally {
    server.close();
  }
}

const hex = (text: string): string => Buffer.from(text, 'latin1').toString('hex');

describe('the probe of Redis', () => {
  test('sends PING and takes PONG', async () => {
    expect(await ask(probeRedis, hex('+PONG\r\n'))).toBe(hex('PING\r\n'));
  });

  test('does not take an error for an answer', async () => {
    await expect(ask(probeRedis, hex('-LOADING Redis is loading'))).rejects.toThrow('answers PING with "-LOADIN"');
  });
});

describe('the probe of Kafka', () => {
  // Length 10, key 18, version 0, correlation 0x6f6d6567, no client id.
  const REQUEST = '0000000a' + '0012' + '0000' + '6f6d6567' + 'ffff';

  test('sends ApiVersions and takes an answer to it without error', async () => {
    expect(await ask(probeKafka, `0000010a${'6f6d6567'}0000${'0000'}`)).toBe(REQUEST);
  });

  test('does not take an error, or an answer to somebody else', async () => {
    await expect(ask(probeKafka, '0000010a6f6d65670023')).rejects.toThrow('answers ApiVersions with error 35');
    await expect(ask(probeKafka, '0000010a000000010000')).rejects.toThrow("does not speak Kafka's protocol");
  });
});

describe('the probe of Cassandra', () => {
  test('sends OPTIONS and takes SUPPORTED', async () => {
    expect(await ask(probeCassandra, '840000000600000010')).toBe('040000000500000000');
  });

  test('does not take an error, or another protocol', async () => {
    await expect(ask(probeCassandra, '840000000000000010')).rejects.toThrow('answers OPTIONS with opcode 0');
    await expect(ask(probeCassandra, hex('HTTP/1.1 400'))).rejects.toThrow('does not speak version 4');
  });
});

describe.each([
  ['Redis', probeRedis],
  ['Kafka', probeKafka],
  ['Cassandra', probeCassandra],
])('the probe of %s', (_name, probe) => {
  test('gives up on a server that says nothing', async () => {
    await expect(ask(probe, '', 50)).rejects.toThrow('gave no answer in 50 ms');
  });

  test('says that nobody listens', async () => {
    const [port] = await freePorts(1);
    await expect(probe(port as number, PATIENCE_MS)).rejects.toThrow('ECONNREFUSED');
  });

  test('says that the connection was closed', async () => {
    const server = createServer((socket) => socket.on('error', () => {}).end('+'));
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
    });
    await expect(probe(port, PATIENCE_MS)).rejects.toThrow(/closed the connection|ECONNRESET|EPIPE/);
    server.close();
  });
});
