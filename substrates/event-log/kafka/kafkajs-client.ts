/**
 * kafkajs as this log uses it: silent, because its errors become ours, and with all of Kafka's codecs.
 */
import net from 'node:net';
import tls from 'node:tls';
import kafkajs, { type ISocketFactory, type Kafka } from 'kafkajs';
import { reached, tlsName, type Via } from '../../via.ts';
import { CLIENT_ID } from './broker-connection.ts';
import type { ClusterOptions } from './cluster.ts';
import { codecOf, gzip, loadCodec } from './compression.ts';
import { KafkaLoginError, LogUnavailableError } from './kafka-errors.ts';

// A CommonJS module whose names Node cannot see from outside.
const { CompressionCodecs, CompressionTypes, logLevel } = kafkajs;

/** As in kafkajs. */
const KEEP_ALIVE_MS = 60_000;

export interface KafkajsOptions extends ClusterOptions {
  /** How often a call is tried again after a failure that may pass. */
  retries: number;
}

export function createKafkajs(options: KafkajsOptions): Kafka {
  registerCodecs();
  return new kafkajs.Kafka({
    clientId: CLIENT_ID,
    brokers: [...options.brokers],
    logLevel: logLevel.NOTHING,
    ssl: options.tls,
    ...(options.credentials && {
      sasl: {
        mechanism: 'plain',
        username: options.credentials.username ?? '',
        password: options.credentials.password,
      },
    }),
    ...(options.via && { socketFactory: socketsThrough(options.via) }),
    connectionTimeout: options.connectTimeoutMs ?? 3000,
    requestTimeout: options.requestTimeoutMs ?? 20_000,
    retry: { retries: options.retries, initialRetryTime: 50, maxRetryTime: 1000 },
  });
}

/** As kafkajs connects by itself, but for the way. */
function socketsThrough(via: Via): ISocketFactory {
  return ({ host, port, ssl, onConnect }) => {
    const to = reached({ host, port }, via);
    const socket = ssl ? tls.connect({ ...to, ...tlsName(host), ...ssl }, onConnect) : net.connect(to, onConnect);
    return socket.setKeepAlive(true, KEEP_ALIVE_MS);
  };
}

/** What kafkajs hands to a codec: its own writer of bytes. */
interface Encoded {
  buffer: Buffer;
}

let isRegistered = false;

/** kafkajs keeps its codecs in one table for all clients. */
function registerCodecs(): void {
  if (isRegistered) return;
  isRegistered = true;
  const types = [CompressionTypes.GZIP, CompressionTypes.Snappy, CompressionTypes.LZ4, CompressionTypes.ZSTD] as const;
  for (const type of types) {
    CompressionCodecs[type] = () => ({
      compress: async ({ buffer }: Encoded) => {
        if (type === CompressionTypes.GZIP) return bufferOf(await gzip(buffer));
        await loadCodec(type);
        return bufferOf(codecOf(type)?.compress(buffer) ?? buffer);
      },
      decompress: async (buffer: Buffer) => {
        await loadCodec(type);
        return bufferOf(codecOf(type)?.decompress(buffer) ?? buffer);
      },
    });
  }
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** An error of kafkajs as one of ours, with what was being done. Its messages hold no secrets. */
export function translateKafkajsError(error: unknown, doing: string): Error {
  const { name, message, cause } = error as { name?: string; message: string; cause?: unknown };
  if (name === 'KafkaJSNumberOfRetriesExceeded' && cause !== undefined) return translateKafkajsError(cause, doing);
  if (name === 'KafkaJSSASLAuthenticationError') {
    return new KafkaLoginError(`Kafka refuses the login while ${doing}: look at user name and password`);
  }
  const isUnreachable = /^KafkaJS(?:Connection|BrokerNotFound|RequestTimeout)/.test(name ?? '');
  if (isUnreachable) return new LogUnavailableError(`cannot reach Kafka while ${doing}: ${message}`);
  return new Error(`Kafka failed while ${doing}: ${message}`);
}
