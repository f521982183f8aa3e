/** What is read of Java's serialized exceptions. The texts are those of Flink 2.3.0's proxy. */
import { expect, test } from '@jest/globals';
import {
  describeFailure,
  isUnknownKey,
} from '../../../../../substrates/stream-engine/flink/queryable-state/java-failure.ts';
import { failureFrame } from './frame-bytes.ts';

function failure(exception: string, message: string): [Buffer, number, number] {
  const bytes = failureFrame(0n, exception, message);
  return [bytes, 20, bytes.length - 20];
}

const UNKNOWN_KEY = failure(
  'org.apache.flink.queryablestate.exceptions.UnknownKeyOrNamespaceException',
  'Queryable State Server : No state for the specified key/namespace.',
);
const NO_JOB = failure(
  'java.lang.RuntimeException',
  'Failed request 7.\n Caused by: org.apache.flink.queryablestate.exceptions.UnknownLocationException: ' +
    'Could not retrieve location of state=counts.\n\tat org.apache.flink.A.b(A.java:247)\n',
);

test('a key without a value is told apart from a failure', () => {
  expect(isUnknownKey(...UNKNOWN_KEY)).toBe(true);
  expect(isUnknownKey(...NO_JOB)).toBe(false);
});

test('a failure is known by its root cause', () => {
  expect(describeFailure(...NO_JOB)).toBe('UnknownLocationException: Could not retrieve location of state=counts.');
});

test('without a printed trace, by its class and message', () => {
  expect(describeFailure(...failure('java.io.IOException', 'Connection reset by peer'))).toBe(
    'IOException: Connection reset by peer',
  );
  expect(describeFailure(...failure('java.lang.IllegalStateException', 'detailMessage'))).toBe('IllegalStateException');
  expect(describeFailure(Buffer.from([0xac, 0xed]), 0, 2)).toBe('a failure');
});

test('nothing behind the failure is read', () => {
  const [bytes] = UNKNOWN_KEY;
  expect(isUnknownKey(bytes, 20, 5)).toBe(false);
  expect(describeFailure(bytes, 20, 5)).toBe('a failure');
});
