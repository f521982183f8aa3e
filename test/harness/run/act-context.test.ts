import { describe, expect, test } from '@jest/globals';
import { InterruptedError, interruption, LeadTime } from '../../../harness/run/act-context.ts';

describe('the lead of a stream’s processes', () => {
  test('is a second and a half until one act has told how long they take, then twice the slowest', () => {
    const lead = new LeadTime();
    expect(lead.ms).toBe(1500);
    lead.took(200);
    expect(lead.ms).toBe(400);
    lead.took(900);
    lead.took(300);
    expect(lead.ms).toBe(1800);
  });
});

describe('an interruption', () => {
  test('rejects when the signal fires, and at once if it has fired before', async () => {
    const controller = new AbortController();
    const { promise } = interruption(controller.signal);
    controller.abort();
    await expect(promise).rejects.toThrow(InterruptedError);
    await expect(interruption(controller.signal).promise).rejects.toThrow('interrupted');
  });

  test('says nothing when it was released before', async () => {
    const controller = new AbortController();
    const { promise, release } = interruption(controller.signal);
    release();
    controller.abort();
    const first = await Promise.race([promise.catch(() => 'interrupted'), Promise.resolve('nothing')]);
    expect(first).toBe('nothing');
  });
});
