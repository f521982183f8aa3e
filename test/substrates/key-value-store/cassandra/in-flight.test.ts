/** Bounded requests, and what is known of a call when one of its requests fails. */
import { describe, expect, test } from '@jest/globals';
import { InFlight } from '../../../../substrates/key-value-store/cassandra/in-flight.ts';
import { LandedParts } from '../../../../substrates/key-value-store/cassandra/landed-parts.ts';
import { StoreUnavailableError } from '../../../../substrates/key-value-store/key-value-store.ts';

/** Lets everything that is ready run. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('requests under way', () => {
  test('two callers together never exceed the limit, and all is sent in order', async () => {
    const gate = new InFlight(3);
    const sent: string[] = [];
    let running = 0;
    let most = 0;
    const send = (name: string) => async (i: number) => {
      sent.push(`${name}${i}`);
      most = Math.max(most, ++running);
      await turn();
      running -= 1;
    };
    await Promise.all([gate.each(5, send('a')), gate.each(5, send('b'))]);
    expect(most).toBe(3);
    expect(sent.filter((name) => name.startsWith('a'))).toEqual(['a0', 'a1', 'a2', 'a3', 'a4']);
    expect(sent).toHaveLength(10);
    expect(running).toBe(0);
  });

  test('after a failure nothing more is sent, what is under way ends first, and the places are free again', async () => {
    const gate = new InFlight(2);
    const sent: number[] = [];
    const ended: number[] = [];
    const call = gate.each(9, async (i) => {
      sent.push(i);
      await turn();
      if (i === 0) throw new Error('refused');
      await turn();
      ended.push(i);
    });
    await expect(call).rejects.toThrow('refused');
    expect(sent).toEqual([0, 1]);
    expect(ended).toEqual([1]);
    let running = 0;
    await gate.each(2, async () => {
      running += 1;
      await turn();
      expect(running).toBe(2);
    });
  });
});

describe('a call of several requests that fails', () => {
  const refused = new StoreUnavailableError('no replica', 'no');
  const doubtful = new StoreUnavailableError('timed out', 'unknown');
  const appliedOf = (outcomes: (Error | undefined)[]): Promise<unknown> =>
    new LandedParts()
      .each(new InFlight(10), outcomes.length, async (i) => {
        await turn();
        if (outcomes[i] !== undefined) throw outcomes[i];
      })
      .catch((error: StoreUnavailableError) => error.applied);

  test('is not applied if every request was refused', async () => {
    expect(await appliedOf([refused, refused])).toBe('no');
  });

  test('is in doubt if one request was answered well, before or after', async () => {
    expect(await appliedOf([undefined, refused])).toBe('unknown');
    expect(await appliedOf([refused, undefined])).toBe('unknown');
  });

  test('is in doubt if one request is', async () => {
    expect(await appliedOf([refused, doubtful])).toBe('unknown');
  });
});
