/** Addresses of engines: what they mean, how they are spelled back, and what is said of mistakes. */
import { describe, expect, test } from '@jest/globals';
import { BenchError } from '../../../harness/cli/bench-error.ts';
import {
  type FlinkServer,
  parseEngineServer,
  restUrlOf,
  spellEngineServer,
} from '../../../harness/config/engine-url.ts';
import { flagSource } from '../../../harness/config/source.ts';

const engine = (text: string) => parseEngineServer(text, flagSource('engine'));

test('an engine is the embedded one, or a Flink cluster by its REST address', () => {
  expect(engine('embedded')).toEqual({ server: { kind: 'embedded' }, userinfo: {} });
  expect(engine('flink://localhost')).toEqual({
    server: { kind: 'flink', rest: { host: 'localhost', port: 8081 }, tls: false },
    userinfo: {},
  });
  expect(engine('FLINKS://bob:a%2Fb@gate.example:8443/?proxy-ports=9069,9071-9079')).toEqual({
    server: {
      kind: 'flink',
      rest: { host: 'gate.example', port: 8443 },
      tls: true,
      proxyPorts: '9069,9071-9079',
    },
    userinfo: { username: 'bob', password: 'a/b' },
  });
});

test.each([
  ['embedded', 'embedded'],
  ['flink://u:p@h', 'flink://h:8081'],
  ['flinks://h:1?proxy-ports=9069-9079', 'flinks://h:1?proxy-ports=9069-9079'],
])('the engine %s is spelled %s, which means the same', (text, spelled) => {
  expect(spellEngineServer(engine(text).server)).toBe(spelled);
  expect(engine(spelled)).toEqual({ server: engine(text).server, userinfo: {} });
});

test('a client of the REST API is given HTTP, with TLS where the URL has it', () => {
  expect(restUrlOf(engine('flink://h').server as FlinkServer)).toBe('http://h:8081');
  expect(restUrlOf(engine('flinks://u:p@h:8443').server as FlinkServer)).toBe('https://h:8443');
});

/** `[message, remedy]` of the refusal. */
function refusal(text: string): [string, string] {
  try {
    engine(text);
  } catch (error) {
    if (error instanceof BenchError && error.code === 'OB_BAD_VALUE') return [error.message, error.remedy];
    throw error;
  }
  throw new Error('it was accepted');
}

describe('a mistake is told with what was expected and an example', () => {
  const WRITE = 'Write --engine embedded or --engine flink://localhost:8081.';

  test.each([
    ['flnk://h', '--engine flnk://h is no engine: flnk:// is not known', `Did you mean flink://? ${WRITE}`],
    ['embeded', '--engine embeded is no engine: it is no URL', `Did you mean embedded? ${WRITE}`],
    ['spark://h', '--engine spark://h is no engine: spark:// is not known', WRITE],
    ['kafka://h:9092/t', '--engine kafka://h:9092/t: that is a log and no engine', WRITE],
    ['redis://h', '--engine redis://h: that is a store and no engine', WRITE],
    [
      'http://h:8081',
      "--engine http://h:8081: that is an address for a browser; an engine's begins with flink://",
      WRITE,
    ],
  ])('%s', (text, message, remedy) => {
    expect(refusal(text)).toEqual([message, remedy]);
  });

  test.each([
    ['flink://', 'a host is missing'],
    ['flink://a,b', 'one job manager answers for the cluster: name one host'],
    ['flink://a/jobs', 'nothing belongs behind the port'],
    ['flink://a?proxy-port=1', 'a parameter is unknown: proxy-ports may be meant; there are proxy-ports'],
    ['flink://a?proxy-ports=', 'proxy-ports are ports, ranges of them or both: 9069,9071-9079'],
    ['flink://a?proxy-ports=9079-9069', 'proxy-ports are ports, ranges of them or both: 9069,9071-9079'],
    ['flink://a?proxy-ports=0', 'proxy-ports are ports, ranges of them or both: 9069,9071-9079'],
    ['flink://a?proxy-ports=9069-70000', 'proxy-ports are ports, ranges of them or both: 9069,9071-9079'],
  ])('%s', (text, why) => {
    const [message, remedy] = refusal(text);
    expect(message).toContain(`: ${why}`);
    expect(remedy).toMatch(/^Write flink:\/\/host:port \(.+such as --engine flink:\/\/localhost:8081\.$/);
  });

  test.each(['flink://bob:s3cret', 'flinc://bob:s3cret@h', 'flink://bob:s3cret@a,b', 'bob:s3cret@h'])(
    'without the password of %s',
    (text) => {
      expect(refusal(text).join(' ')).not.toContain('s3cret');
    },
  );
});
