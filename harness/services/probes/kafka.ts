/** Whether a Kafka broker answers: ApiVersions version 0, which every broker since 0.10 answers without a login. */
import { exchange } from './socket-exchange.ts';

const CORRELATION_ID = 0x6f6d_6567;
const ANSWER_HEAD_BYTES = 10;

/** int32 length, int16 API key 18, int16 version 0, int32 correlation id, int16 -1 for no client id. */
const API_VERSIONS = apiVersionsRequest();

/** The answer begins with int32 length, int32 correlation id, int16 error code. */
export async function probeKafka(port: number, timeoutMs: number): Promise<void> {
  const answer = await exchange(port, API_VERSIONS, ANSWER_HEAD_BYTES, timeoutMs);
  const view = new DataView(answer.buffer);
  if (view.getInt32(4) !== CORRELATION_ID) throw new Error(`port ${port} does not speak Kafka's protocol`);
  const errorCode = view.getInt16(8);
  if (errorCode !== 0) throw new Error(`port ${port} answers ApiVersions with error ${errorCode}`);
}

function apiVersionsRequest(): Uint8Array {
  const request = new Uint8Array(14);
  const view = new DataView(request.buffer);
  view.setInt32(0, request.length - 4);
  view.setInt16(4, 18);
  view.setInt16(6, 0);
  view.setInt32(8, CORRELATION_ID);
  view.setInt16(12, -1);
  return request;
}
