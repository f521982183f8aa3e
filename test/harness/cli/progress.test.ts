/** Progress on a terminal and elsewhere, on streams that only remember what was written. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createProgress } from '../../../harness/cli/progress.ts';

function fakeStream(isTTY: boolean, columns = 80) {
  const writes: string[] = [];
  return { writes, isTTY, columns, write: (text: string) => writes.push(text) };
}

function fakeClock() {
  const clock = { atMs: 1000, nowMs: () => clock.atMs };
  return clock;
}

const CLEAR = '\u001b[K';
const CONTROLS = new RegExp(`(\\r|\\n|${CLEAR.replace('[', '\\[')})`);

/**
 * What a terminal shows after the writes: carriage return, newline and "clear to the end of the line" are all that is
 * used.
 */
function screen(writes: readonly string[]): string[] {
  const lines = [''];
  let column = 0;
  for (const part of writes.join('').split(CONTROLS)) {
    const line = lines.at(-1) as string;
    if (part === '\r') column = 0;
    else if (part === '\n') {
      lines.push('');
      column = 0;
    } else if (part === CLEAR) lines[lines.length - 1] = line.slice(0, column);
    else {
      lines[lines.length - 1] = line.slice(0, column) + part + line.slice(column + part.length);
      column += part.length;
    }
  }
  return lines;
}

describe('on a terminal', () => {
  test('one line moves, with a bar for the part that is done', () => {
    const stream = fakeStream(true);
    const clock = fakeClock();
    const progress = createProgress(stream, clock);
    progress.phase('steady', 'omega');
    clock.atMs += 2500;
    progress.update({ text: '1.0 M/s', fraction: 0.5 });
    expect(screen(stream.writes)).toEqual(['[   2.5s] steady: omega [#####.....] 1.0 M/s']);
  });

  test('a shorter line leaves nothing of a longer one', () => {
    const stream = fakeStream(true);
    const progress = createProgress(stream, fakeClock());
    progress.phase('capacity', 'omega-prime');
    progress.phase('audit', '');
    expect(screen(stream.writes)).toEqual(['[   0.0s] audit']);
  });

  test('updates come at most ten times a second, and each is one write', () => {
    const stream = fakeStream(true);
    const clock = fakeClock();
    const progress = createProgress(stream, clock);
    progress.phase('steady', 'omega');
    for (let i = 0; i < 1000; i++) {
      clock.atMs += 1;
      progress.update({ text: `${i}` });
    }
    expect(stream.writes.length).toBe(1 + 10);
  });

  test('warnings and results stay above the line that moves', () => {
    const stream = fakeStream(true);
    const progress = createProgress(stream, fakeClock());
    progress.phase('steady', 'alpha');
    progress.warn('the generator was late');
    expect(screen(stream.writes)).toEqual(['warning: the generator was late', '[   0.0s] steady: alpha']);
    progress.done('steady is done');
    expect(screen(stream.writes)).toEqual(['warning: the generator was late', '[   0.0s] steady is done', '']);
  });

  test('closing takes the line away, once', () => {
    const stream = fakeStream(true);
    const progress = createProgress(stream, fakeClock());
    progress.phase('steady', 'alpha');
    progress.close();
    const writes = stream.writes.length;
    progress.close();
    expect(screen(stream.writes)).toEqual(['']);
    expect(stream.writes.length).toBe(writes);
  });

  test('no line is as wide as the terminal, or wider than 79 columns, whatever the text', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 200 }), fc.string({ maxLength: 300 }), (columns, text) => {
        const stream = fakeStream(true, columns);
        createProgress(stream, fakeClock()).phase('phase', text);
        const drawn = (stream.writes[0] as string).replace(/^\r/, '').replace(CLEAR, '');
        expect([...drawn].length).toBeLessThanOrEqual(Math.min(columns, 80) - 1);
        expect([...drawn].filter((character) => character < ' ')).toEqual([]);
      }),
    );
  });
});

describe('elsewhere', () => {
  test('there is one line a phase with the seconds since the start, and no control characters', () => {
    const stream = fakeStream(false);
    const clock = fakeClock();
    const progress = createProgress(stream, clock);
    progress.phase('steady', 'omega\nand more');
    clock.atMs += 12_340;
    progress.update({ text: 'never seen', fraction: 0.1 });
    progress.warn('late');
    progress.done('done');
    progress.close();
    expect(stream.writes).toEqual([
      '[   0.0s] steady: omega and more\n',
      '[  12.3s] warning: late\n',
      '[  12.3s] done\n',
    ]);
  });
});
