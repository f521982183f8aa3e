import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseCsvLine, parseNdjsonLine } from '../../generators/trace-line.ts';

describe('a CSV line of a trace', () => {
  test('is an id and a time; any string is an id', () => {
    expect(parseCsvLine('20,1700000000000')).toEqual({ tweetId: '20', eventTimeMs: 1_700_000_000_000 });
    expect(parseCsvLine('cat video,5')).toEqual({ tweetId: 'cat video', eventTimeMs: 5 });
    expect(parseCsvLine('0007, 5 ')).toEqual({ tweetId: '0007', eventTimeMs: 5 });
  });

  test('may quote its id, with commas and doubled quotes in it', () => {
    expect(parseCsvLine('"a,b",5')).toEqual({ tweetId: 'a,b', eventTimeMs: 5 });
    expect(parseCsvLine('"say ""hi""",5')).toEqual({ tweetId: 'say "hi"', eventTimeMs: 5 });
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.nat(), (tweetId, eventTimeMs) => {
        const line = `"${tweetId.replaceAll('"', '""')}",${eventTimeMs}`;
        expect(parseCsvLine(line)).toEqual({ tweetId, eventTimeMs });
      }),
    );
  });

  test('that is not one says what was expected and what was found', () => {
    expect(parseCsvLine('no comma')).toBe('expected tweetId,eventTimeMs, found no comma');
    expect(parseCsvLine(',5')).toBe('expected a tweetId before the comma, found ,5');
    expect(parseCsvLine('"",5')).toMatch(/expected a tweetId/);
    expect(parseCsvLine('"open,5')).toMatch(/expected a closing quote and a comma/);
    expect(parseCsvLine('a,5,6')).toMatch(/expected two fields/);
    for (const time of ['', 'noon', '1.5', '-1', '1e3', '8640000000000001']) {
      const found = time === '' ? 'nothing' : time;
      expect(parseCsvLine(`a,${time}`)).toBe(
        `expected eventTimeMs to be whole milliseconds from 0 to 8640000000000000, found ${found}`,
      );
    }
    expect(parseCsvLine('a,8640000000000000')).toEqual({ tweetId: 'a', eventTimeMs: 8.64e15 });
  });

  test('that is wrong and long is shown in part', () => {
    expect(parseCsvLine('x'.repeat(1000))).toBe(`expected tweetId,eventTimeMs, found ${'x'.repeat(60)}...`);
  });
});

describe('an NDJSON line of a trace', () => {
  test('is an object in any spelling that JSON has', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, unit: 'grapheme' }),
        fc.nat(),
        fc.boolean(),
        (tweetId, eventTimeMs, swap) => {
          const value = swap ? { eventTimeMs, tweetId, more: [1, { tweetId: 9 }] } : { tweetId, eventTimeMs };
          expect(parseNdjsonLine(JSON.stringify(value))).toEqual({ tweetId, eventTimeMs });
        },
      ),
    );
    expect(parseNdjsonLine('{"tweetId":"\\u0041","eventTimeMs":1.7e3}')).toEqual({ tweetId: 'A', eventTimeMs: 1700 });
  });

  test('keeps all digits of a number as id, wherever it stands', () => {
    const id = '1234567890123456789';
    const row = { tweetId: id, eventTimeMs: 5 };
    expect(parseNdjsonLine(`{"tweetId":${id},"eventTimeMs":5}`)).toEqual(row);
    expect(parseNdjsonLine(`{"eventTimeMs":5,"tweetId" : ${id} }`)).toEqual(row);
    expect(parseNdjsonLine(`{"text":"\\"tweetId\\":1","user":{"tweetId":2},"tweetId":${id},"eventTimeMs":5}`)).toEqual(
      row,
    );
    expect(
      parseNdjsonLine(`{"note":"tweetId","tweetId":${id},"tags":["tweetId",{"tweetId":3}],"eventTimeMs":5}`),
    ).toEqual(row);
    expect(parseNdjsonLine(`{"tweetId":1,"eventTimeMs":5,"tweetId":${id}}`)).toEqual(row);
    expect(parseNdjsonLine(`{"\\u0074weetId":${id},"eventTimeMs":5}`)).toEqual(row);
    expect(parseNdjsonLine('{"tweetId":-18446744073709551616,"eventTimeMs":5}')).toMatchObject({
      tweetId: '-18446744073709551616',
    });
  });

  test('that is not one says what was expected and what was found', () => {
    expect(parseNdjsonLine('{"tweetId":')).toBe(
      'expected a JSON object {"tweetId": ..., "eventTimeMs": ...}, found {"tweetId":',
    );
    for (const line of ['[]', 'null', '5', '"a"', 'a,5'])
      expect(parseNdjsonLine(line)).toMatch(/expected a JSON object/);
    for (const id of ['', '"",', 'null,', '1.5,', '1e3,', 'true,']) {
      const member = id === '' ? '' : `"tweetId":${id}`;
      expect(parseNdjsonLine(`{${member}"eventTimeMs":5}`)).toMatch(/expected "tweetId" to be a string/);
    }
    expect(parseNdjsonLine('{"tweetId":"\\ud800","eventTimeMs":5}')).toMatch(/well-formed Unicode/);
    expect(parseNdjsonLine('{"tweetId":007,"eventTimeMs":5}')).toMatch(/expected a JSON object/);
    for (const time of ['"5"', '1.5', '-1', '8640000000000001', 'null']) {
      expect(parseNdjsonLine(`{"tweetId":"a","eventTimeMs":${time}}`)).toBe(
        `expected eventTimeMs to be whole milliseconds from 0 to 8640000000000000, found ${time}`,
      );
    }
    expect(parseNdjsonLine('{"tweetId":"a"}')).toMatch(/expected eventTimeMs .* found nothing/);
  });
});
