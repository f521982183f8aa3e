/** Kafka and Flink of a bench, from the environment, with the job's jar uploaded. */
import { flinkJobJar } from '../../harness/services/flink-job-jar.ts';
import { FlinkRest } from '../../substrates/stream-engine/flink/rest/flink-rest.ts';

export interface FlinkServers {
  kafka: string;
  /** Of the job manager. */
  url: string;
  rest: FlinkRest;
  jar: string;
}

export async function flinkServers(): Promise<FlinkServers> {
  const { OMEGABENCH_KAFKA: kafka, OMEGABENCH_FLINK: flink } = process.env;
  if (kafka === undefined || flink === undefined) throw new Error('set OMEGABENCH_KAFKA and OMEGABENCH_FLINK');
  const url = `http://${new URL(flink).host}`;
  const rest = new FlinkRest({ url });
  return { kafka, url, rest, jar: await rest.uploadJar(await flinkJobJar()) };
}
