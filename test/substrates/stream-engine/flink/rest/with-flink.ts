/** The REST client on a server that answers as it is told. */
import { FlinkRest } from '../../../../../substrates/stream-engine/flink/rest/flink-rest.ts';
import { type Answers, type FakeFlink, startFlink } from './fake-flink.ts';

export const JOB = 'cc9bd385278990b923c13b1745671fe2';

export const OVERVIEW = {
  taskmanagers: 1,
  'slots-total': 2,
  'slots-available': 1,
  'jobs-running': 1,
  'jobs-finished': 0,
  'flink-version': '2.3.0',
  'flink-commit': 'c0f8d1a',
};

export async function withFlink(
  answers: Answers,
  body: (rest: FlinkRest, flink: FakeFlink) => Promise<void>,
  options: Partial<ConstructorParameters<typeof FlinkRest>[0]> = {},
): Promise<void> {
  const flink = await startFlink(answers);
  try {
    await body(new FlinkRest({ url: flink.url, ...options }), flink);
  } finally {
    await flink.close();
  }
}
