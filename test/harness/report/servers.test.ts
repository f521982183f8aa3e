/** Real servers in every form of the report: settings, both counts of commands, CPU time, ceilings, alpha's clients. */
import { describe, expect, test } from '@jest/globals';
import { throughputChart } from '../../../harness/report/charts/bar-charts.ts';
import { markdownSummary } from '../../../harness/report/markdown.ts';
import { reportPage } from '../../../harness/report/page/page.ts';
import {
  serverCeilingsTable,
  serverCommandsTable,
  serverCpuTable,
  serverSentences,
  serverSettingsTable,
  storeMemoryTable,
} from '../../../harness/report/servers.ts';
import { verdictSentences } from '../../../harness/report/story.ts';
import { ratioTable } from '../../../harness/report/tables.ts';
import { terminalSummary } from '../../../harness/report/terminal.ts';
import { resultFixture } from '../../support/result-fixture.ts';
import { onRedis } from '../../support/result-on-servers.ts';

describe('tables of real servers', () => {
  test('are empty where log and store are embedded', () => {
    const result = resultFixture();
    for (const table of [serverSettingsTable, serverCommandsTable, serverCpuTable, storeMemoryTable]) {
      expect(table(result).rows).toEqual([]);
    }
    expect(serverCeilingsTable(result.environment.serverCeilings).rows).toEqual([]);
    expect(serverSentences(result)).toEqual([]);
  });

  test('name each setting, and both counts of each command', () => {
    const settings = serverSettingsTable(onRedis()).rows.map((row) => row.cells.flat());
    expect(settings).toContainEqual(['kafka', 'framing', 'block: one record carries a block']);
    expect(settings).toContainEqual(['redis', 'engine', 'redis 8.0.0']);
    const commands = serverCommandsTable(onRedis({ counted: 999 })).rows.map((row) => row.cells.flat());
    expect(commands).toEqual([['alpha', 'capacity', 'serving', 'hincrby', '1,000', '999']]);
  });

  test('give the part of the CPU time that servers used, and nothing where it is not known', () => {
    const rows = serverCpuTable(onRedis()).rows.map((row) => row.cells.flat());
    expect(rows).toEqual([['alpha', 'capacity', '8 s', '2 s', '25 %']]);
    expect(serverCpuTable(onRedis({ serverCpuSeconds: 0 })).rows).toEqual([]);
  });

  test('give a ceiling with the CPU time of its client and server, as far as they are known', () => {
    const rows = serverCeilingsTable(onRedis().environment.serverCeilings).rows.map((row) => row.cells.flat());
    expect(rows).toEqual([
      ['Redis raw, 1000 a batch', '650 K/s', 'keys incremented', '0.512 µs', '1.2 µs'],
      ['kafkajs, one a record', '90 K/s', 'impressions produced', '–', '–'],
    ]);
  });

  test('tell the ceilings of a speed store on another server from those of the store', () => {
    const ceiling = { name: 'redis HMGET', what: 'keys read', unitsPerSecond: 1000 };
    const rows = serverCeilingsTable([
      { ...ceiling, role: 'serving' },
      { ...ceiling, role: 'speed' },
    ]).rows.map((row) => row.cells[0]?.[0]);
    expect(rows).toEqual(['Redis HMGET', 'Redis HMGET, speed store']);
  });

  test('give the bytes of a counter, of how many, and how they were measured', () => {
    const rows = storeMemoryTable(onRedis()).rows.map((row) => row.cells.flat());
    expect(rows).toEqual([['alpha', 'capacity', 'serving', '24.1', '97,656', 'MEMORY USAGE']]);
  });
});

describe('a sentence on the servers', () => {
  test('says how they were talked to, that the counts agree, and whose CPU time is in the figures', () => {
    expect(serverSentences(onRedis())).toEqual([
      'On kafka, framing block, codec none; redis, client raw. The servers counted all 1,000 store commands. ' +
        'CPU time includes the servers that omegabench started. A counter took 24.1 bytes of the server’s memory.',
    ]);
  });

  test('gives the least and the most that a counter took, where they differ', () => {
    const result = onRedis();
    const { capacity } = result.architectures.alpha ?? {};
    if (capacity?.state !== 'measured') throw new Error('the fixture measures alpha');
    capacity.storeMemory = {
      ...capacity.storeMemory,
      speed: { bytesPerCounter: 80, countersSampled: 5, measuredBy: 'MEMORY USAGE' },
    };
    expect(serverSentences(result)[0]).toMatch(/A counter took 24\.1 to 80\.0 bytes of the server’s memory\.$/);
  });

  test('tells a difference, and that the CPU time of others is missing', () => {
    const [told] = serverSentences(onRedis({ counted: 999, serverCpuSeconds: 0 }));
    expect(told).toContain('1 of 1 command counts differ from the servers’.');
    expect(told).toContain('without the servers, which omegabench did not start');
  });
});

describe('every form of the report', () => {
  test('has the servers', async () => {
    const page = await reportPage(onRedis());
    for (const title of [
      'The servers',
      'Commands, counted twice',
      'Memory of a counter',
      'Ceilings of servers and clients',
    ]) {
      expect(page).toContain(title);
    }
    expect(await reportPage(resultFixture())).not.toContain('<h2>The servers</h2>');
    const markdown = markdownSummary(onRedis());
    expect(markdown).toContain('| alpha | capacity | serving | hincrby | 1,000 | 1,000 |');
    expect(markdown).toContain('| alpha | capacity | serving | 24.1 | 97,656 | MEMORY USAGE |');
    const lines = terminalSummary(onRedis()).split('\n');
    expect(lines.join(' ')).toContain('The servers counted all 1,000 store commands.');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test('does not say that CPU of all processes was counted where servers are foreign', () => {
    const namesOf = (result: Parameters<typeof throughputChart>[0]) =>
      throughputChart(result).series.map(({ name }) => name);
    expect(namesOf(onRedis({ serverCpuSeconds: 0 }))[1]).toBe('events per CPU-second, all processes but the servers');
    expect(namesOf(onRedis())[1]).toBe('events per CPU-second, all processes');
  });
});

describe('alpha’s rungs on Redis', () => {
  test('stand below the default client by its name', () => {
    const labels = throughputChart(onRedis()).labels.map((label) => label.join(', '));
    expect(labels).toEqual(expect.arrayContaining(['alpha, raw (default)', 'alpha, pipeline', 'alpha, script']));
    const rows = ratioTable(onRedis()).rows.map((row) => row.cells[0]);
    expect(rows).toEqual(
      expect.arrayContaining([
        ['alpha', 'raw (default)'],
        ['alpha', 'script'],
      ]),
    );
  });

  test('the verdict names the default client and the best rung', () => {
    // 13.7 M / 210 K = 65.24 and / 420 K = 32.6; 6.675 M / 112 K = 59.6 and / 222.5 K = 30.
    expect(verdictSentences(onRedis())[0]).toContain(
      '65.2× the rate of alpha by its raw client (59.6× per CPU-second) ' +
        'and 32.6× (30×) that of its best rung, script',
    );
  });

  test('on Flink, whose job has a client of its own, the default has no name', () => {
    const result = onRedis();
    result.config.engine = 'flink://127.0.0.1:8081';
    const rows = ratioTable(result).rows.map((row) => row.cells[0]);
    expect(rows).toContainEqual(['alpha']);
    expect(verdictSentences(result)[0]).toContain('× alpha’s rate');
  });
});
