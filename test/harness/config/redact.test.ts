/** What is a secret goes, and everything else stays as it was typed. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { redactArguments, redactUrl, withoutUserinfo } from '../../../harness/config/redact.ts';

describe('the URL of a server', () => {
  test.each([
    ['redis://bob:s3cret@localhost:6379/0', 'redis://localhost:6379/0'],
    ['redis://:s3cret@one:6379,two:6380/0?prefix=mine', 'redis://one:6379,two:6380/0?prefix=mine'],
    ['kafkas://bob:s3cret@broker:9093/topics', 'kafkas://broker:9093/topics'],
    ['cassandra://h:9042/ks?dc=dc1&consistency=quorum', 'cassandra://h:9042/ks?dc=dc1&consistency=quorum'],
    ['flink://bob:s3cret@h:8081?proxy-ports=9069,9071-9079', 'flink://h:8081?proxy-ports=9069,9071-9079'],
    ['files', 'files'],
  ])('%s is shown as %s', (text, shown) => {
    expect(redactUrl(text)).toBe(shown);
  });

  test.each([
    ['an unescaped slash', 'redis://bob:s3/cret@localhost:6379/0', 'redis://localhost:6379/0'],
    ['an unescaped @', 'redis://bob:s3@cret@localhost:6379/0', 'redis://localhost:6379/0'],
    ['no host behind it', 'redis://bob:s3cret', 'redis://…'],
    ['no scheme before it', 'bob:s3cret@localhost', 'localhost'],
    ['a parameter of its own', 'redis://localhost?password=s3cret&prefix=a', 'redis://localhost?prefix=a'],
    ['a fragment', 'redis://localhost/0#s3cret', 'redis://localhost/0'],
    ['a slash too few', 'redis:/bob:s3cret@localhost', 'localhost'],
  ])('keeps no password with %s', (_, text, shown) => {
    expect(redactUrl(text)).toBe(shown);
  });

  test('never holds what stood before an @', () => {
    const secret = fc.stringMatching(/^[A-Z0-9/?#@:%&=]{4,20}$/);
    fc.assert(
      fc.property(secret, fc.constantFrom('redis://', 'kafka://', 'cassandras://', ''), (password, scheme) => {
        // "user://…" says itself that it is a scheme.
        fc.pre(scheme !== '' || !password.startsWith('//'));
        const shown = redactUrl(`${scheme}user:${password}@host:1/x`);
        expect(shown).toBe(`${scheme}host:1/x`);
      }),
    );
  });
});

test('arguments keep their order and their words', () => {
  expect(
    redactArguments([
      '--store',
      'redis://:s3/cret@h:1/0',
      '--log=kafka://a:s3cret@k:2/t',
      '--out',
      'me@home',
      'http://a:s3cret@x/y@z',
    ]),
  ).toEqual(['--store', 'redis://h:1/0', '--log=kafka://k:2/t', '--out', 'me@home', 'http://x/y@z']);
});

test('a text loses the log-ins of URLs, and keeps paths with an @', () => {
  expect(withoutUserinfo("no redis://u:p/w@h:1/0 or 'amqp://u:p@h', at file:///a/node_modules/@b/c.js:1")).toBe(
    "no redis://h:1/0 or 'amqp://h', at file:///a/node_modules/@b/c.js:1",
  );
});
