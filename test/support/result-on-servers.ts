/** The fixture as if it had run on Kafka and Redis: alpha's rungs are clients, and the servers have counted, too. */
import type { ArchitectureResult, Result } from '../../harness/results/schema.ts';
import { resultFixture, withArchitecture } from './result-fixture.ts';

interface Differences {
  /** Of 1,000 commands that were sent. */
  counted?: number;
  serverCpuSeconds?: number;
}

/** By default every command was counted, and the servers used 2 of 8 seconds. */
export function onRedis({ counted = 1000, serverCpuSeconds = 2 }: Differences = {}): Result {
  const result = withArchitecture('alpha', (alpha) => {
    const capacity = {
      ...alpha.capacity,
      cpuSeconds: 8,
      serverCpuSeconds,
      serverCommands: { serving: [{ command: 'hincrby', sent: 1000, counted }] },
      storeMemory: { serving: { bytesPerCounter: 24.06, countersSampled: 97_656, measuredBy: 'MEMORY USAGE' } },
    } as ArchitectureResult['capacity'];
    return { ...alpha, capacity, rungs: [client('pipeline', 150_000, 80_000), client('script', 420_000, 222_500)] };
  });
  const { config, environment } = result;
  return resultFixture({
    architectures: result.architectures,
    config: { ...config, log: 'kafka://127.0.0.1:9092', store: 'redis://127.0.0.1:6379/0', redisClient: 'raw' },
    environment: {
      ...environment,
      substrates: {
        ...environment.substrates,
        eventLog: { name: 'kafka', settings: { framing: 'block: one record carries a block', codec: 'none' } },
        keyValueStore: { name: 'redis', settings: { engine: 'redis 8.0.0', client: 'raw: pipelined on a socket' } },
      },
      serverCeilings: [
        {
          name: 'redis raw, 1000 a batch',
          what: 'keys incremented',
          role: 'serving',
          unitsPerSecond: 650_000,
          clientCpuUs: 0.5123,
          serverCpuUs: 1.2,
        },
        {
          name: 'kafkajsEventProducePerSecond',
          what: 'impressions produced',
          unitsPerSecond: 90_000,
        },
      ],
    },
  });
}

function client(
  name: string,
  eventsPerSecond: number,
  eventsPerCpuSecond: number,
): ArchitectureResult['rungs'][number] {
  return { name, options: name, eventsPerSecond, eventsPerCpuSecond, isDefault: false };
}
