/** Another way to a server: which servers it is for, and that their own names stay theirs. */
import { expect, test } from '@jest/globals';
import { reached, reachedText, tlsName } from '../../substrates/via.ts';

const via = { 'broker:9092': '127.0.0.1:4001', 'localhost:9093': '127.0.0.1:4002', '[fe80::1]:9094': '[::1]:4003' };

test('leads to the address that stands for the server, and leaves others alone', () => {
  expect(reached({ host: 'broker', port: 9092 }, via)).toEqual({ host: '127.0.0.1', port: 4001 });
  expect(reached({ host: 'broker', port: 9095 }, via)).toEqual({ host: 'broker', port: 9095 });
  expect(reached({ host: 'broker', port: 9092 }, undefined)).toEqual({ host: 'broker', port: 9092 });
  expect(reached({ host: 'fe80::1', port: 9094 }, via)).toEqual({ host: '::1', port: 4003 });
});

test('takes all names of this machine for one, since a server may call itself by another', () => {
  for (const host of ['127.0.0.1', '::1', 'localhost']) {
    expect(reached({ host, port: 9093 }, via)).toEqual({ host: '127.0.0.1', port: 4002 });
  }
});

test('reads and writes host:port, with brackets around IPv6', () => {
  expect(reachedText('broker:9092', via)).toBe('127.0.0.1:4001');
  expect(reachedText('127.0.0.1:9093', via)).toBe('127.0.0.1:4002');
  expect(reachedText('[fe80::1]:9094', via)).toBe('[::1]:4003');
  expect(reachedText('other:1', via)).toBe('other:1');
  expect(reachedText('fe80::2:1', undefined)).toBe('[fe80::2]:1');
});

test('has TLS ask for the server by its own name, and check that one', () => {
  expect(tlsName('broker').servername).toBe('broker');
  expect(tlsName('10.0.0.1')).not.toHaveProperty('servername');
  const certificate = { subject: { CN: 'x' }, subjectaltname: 'DNS:broker' } as never;
  expect(tlsName('broker').checkServerIdentity?.('127.0.0.1', certificate)).toBeUndefined();
  expect(tlsName('other').checkServerIdentity?.('broker', certificate)).toHaveProperty(
    'code',
    'ERR_TLS_CERT_ALTNAME_INVALID',
  );
});
