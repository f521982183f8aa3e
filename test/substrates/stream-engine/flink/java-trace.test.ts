/** The root cause is found in the texts that Flink gives. */
import { expect, test } from '@jest/globals';
import { rootCauseOf } from '../../../../substrates/stream-engine/flink/java-trace.ts';

test.each<[what: string, trace: string, cause: string]>([
  [
    'the innermost cause of a chain',
    [
      'org.apache.flink.runtime.JobException: Recovery is suppressed by NoRestartBackoffTimeStrategy',
      '\tat org.apache.flink.A.b(A.java:1)',
      'Caused by: java.lang.RuntimeException: outer',
      '\tat a.b.C.d(C.java:2)',
      'Caused by: java.net.ConnectException: Connection refused',
      '\t... 3 more',
    ].join('\n'),
    'java.net.ConnectException: Connection refused',
  ],
  [
    'the exception itself, if it has no cause',
    'java.lang.Exception: on purpose\n\tat a.b.C.d(C.java:2)',
    'java.lang.Exception: on purpose',
  ],
  [
    'what a handler of Flink says behind its general remark',
    'Internal server error.\n<Exception on server side:\norg.apache.flink.util.FlinkException: no slots\n\tat a.B.c(B.java:1)\nEnd of exception on server side>',
    'org.apache.flink.util.FlinkException: no slots',
  ],
  ['an exception without a message', 'java.lang.OutOfMemoryError\n\tat a.B.c(B.java:1)', 'java.lang.OutOfMemoryError'],
  ['a text that is no trace', '\nNot found.\nmore', 'Not found.'],
  ['nothing', '', ''],
])('%s', (_, trace, cause) => {
  expect(rootCauseOf(trace)).toBe(cause);
});
