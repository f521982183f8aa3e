import { expect, test } from '@jest/globals';
import { InTurn } from '../../../../substrates/key-value-store/cassandra/in-turn.ts';

/** Sends that a test answers, by their names. */
function sends() {
  const sent: string[] = [];
  const answers = new Map<string, { well: () => void; badly: (error: Error) => void }>();
  const send = (name: string) => (): Promise<void> => {
    sent.push(name);
    return new Promise((well, badly) => answers.set(name, { well, badly }));
  };
  return { sent, send, answerOf: (name: string) => answers.get(name) as { well(): void; badly(error: Error): void } };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('requests of one key follow each other, and those of others do not wait', async () => {
  const { sent, send, answerOf } = sends();
  const turns = new InTurn();
  const all = [turns.take('a', send('a1')), turns.take('a', send('a2')), turns.take('b', send('b1'))];
  all.push(turns.take('a', send('a3')));
  await settled();
  expect(sent).toEqual(['a1', 'b1']);
  answerOf('a1').well();
  await settled();
  expect(sent).toEqual(['a1', 'b1', 'a2']);
  for (const name of ['a2', 'b1']) answerOf(name).well();
  await settled();
  answerOf('a3').well();
  await Promise.all(all);
  expect(sent).toEqual(['a1', 'b1', 'a2', 'a3']);
});

test('after a failure nothing more of its key is sent, and whoever waited fails alike', async () => {
  const { sent, send, answerOf } = sends();
  const turns = new InTurn();
  const outcomes = Promise.allSettled([
    turns.take('a', send('a1')),
    turns.take('a', send('a2')),
    turns.take('b', send('b')),
  ]);
  answerOf('a1').badly(new Error('away'));
  answerOf('b').well();
  expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  expect(sent).toEqual(['a1', 'b']);
});
