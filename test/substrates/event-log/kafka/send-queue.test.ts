/** The bounded queue of a sender: who waits, who is told, and what an error does. */
import { expect, test } from '@jest/globals';
import { SendQueue } from '../../../../substrates/event-log/kafka/send-queue.ts';

/** What a promise has come to after the turns that are due. */
async function stateOf(promise: Promise<void>): Promise<string> {
  let state = 'waiting';
  promise.then(
    () => {
      state = 'done';
    },
    (error: Error) => {
      state = error.message;
    },
  );
  await new Promise((resolve) => setImmediate(resolve));
  return state;
}

test('there is room below the limit, and at the limit when something is acknowledged', async () => {
  const queue = new SendQueue<string>(2);
  await queue.room();
  queue.push('a');
  queue.push('b');
  const room = queue.room();
  expect(await stateOf(room)).toBe('waiting');
  queue.acknowledge(1);
  expect(await stateOf(room)).toBe('done');
  expect([queue.length, queue.at(0), queue.at(1)]).toEqual([1, 'b', undefined]);
});

test('it is drained when everything is acknowledged, and at once if it is empty', async () => {
  const queue = new SendQueue<string>(2);
  expect(await stateOf(queue.drained())).toBe('done');
  queue.push('a');
  queue.push('b');
  const drained = queue.drained();
  queue.acknowledge(1);
  expect(await stateOf(drained)).toBe('waiting');
  queue.acknowledge(1);
  expect(await stateOf(drained)).toBe('done');
});

test('an error reaches everyone who waits and everyone who comes later; the first one counts', async () => {
  const queue = new SendQueue<string>(1);
  queue.push('a');
  const [room, drained] = [queue.room(), queue.drained()];
  queue.fail(new Error('lost'));
  queue.fail(new Error('later'));
  expect([await stateOf(room), await stateOf(drained)]).toEqual(['lost', 'lost']);
  expect([await stateOf(queue.room()), await stateOf(queue.drained())]).toEqual(['lost', 'lost']);
  expect([queue.hasFailed, queue.length]).toEqual([true, 0]);
});
