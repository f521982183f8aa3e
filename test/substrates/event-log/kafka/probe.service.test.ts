/** What a real cluster says of itself, and the errors where it says nothing. */
import { expect, test } from '@jest/globals';
import { probeKafka } from '../../../../substrates/event-log/kafka/probe.ts';
import { describeWith } from '../../../support/real-servers.ts';

describeWith(['kafka'], 'the probe of a Kafka cluster', ({ kafka }) => {
  const brokers = [new URL(kafka).host];

  test('says its release, its brokers and its limits, and creates nothing', async () => {
    const probe = await probeKafka({ brokers, tls: false });
    expect(probe).toMatchObject({ reachable: true, mayCreateTopics: true });
    expect(probe.version).toMatch(/^\d+\.\d+ \(metadata.version \d+\)$/);
    expect(probe.brokers).toBe(probe.nodes.length);
    expect(probe.messageMaxBytes).toBe(Number(probe.limits['message.max.bytes']));
    expect(probe.retentionMs).toBeDefined();
    expect(probe.roundTripMs).toBeGreaterThan(0);
    expect((await probeKafka({ brokers, tls: false })).mayCreateTopics).toBe(true);
  });

  test('one of several brokers is enough', async () => {
    expect((await probeKafka({ brokers: ['127.0.0.1:1', ...brokers], tls: false })).reachable).toBe(true);
  });

  test('a login that the listener does not ask for is an error without the password', async () => {
    const probing = probeKafka({ brokers, tls: false, credentials: { username: 'reader', password: 'hidden' } });
    const error = await probing.catch((reason: Error) => reason);
    expect(String(error)).toMatch(/KafkaLoginError.*not SASL PLAIN/);
    expect(String(error)).not.toContain('hidden');
  });

  test('TLS to a plaintext listener, and a broker that is not there, are errors that ask the right question', async () => {
    await expect(probeKafka({ brokers, tls: true })).rejects.toThrow(/is this address its TLS listener/);
    await expect(probeKafka({ brokers: ['127.0.0.1:1'], tls: false })).rejects.toThrow(/is the broker running/);
    await expect(probeKafka({ brokers: ['somewhere'], tls: false })).rejects.toThrow(/host:port, not 'somewhere'/);
  });
});
