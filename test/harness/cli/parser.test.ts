/** The grammar: strict, with a suggestion for what is nearly right, and help that fits 80 columns. */
import { describe, expect, test } from '@jest/globals';
import { BenchError } from '../../../harness/cli/bench-error.ts';
import { type Invocation, parseArguments } from '../../../harness/cli/parser.ts';
import { OPTIONS } from '../../../harness/config/options.ts';

const parse = (...argv: string[]): Promise<Invocation> => parseArguments(argv, '1.2.3', 80);

async function refusal(...argv: string[]): Promise<[string, string, string]> {
  try {
    await parse(...argv);
  } catch (error) {
    if (error instanceof BenchError) return [error.code, error.message, error.remedy];
    throw error;
  }
  throw new Error('it was accepted');
}

async function textOf(...argv: string[]): Promise<string> {
  const invocation = await parse(...argv);
  if (invocation.command !== 'text') throw new Error(`${invocation.command} was called`);
  return invocation.text;
}

describe('what is understood', () => {
  test('a run takes the texts of its flags as they are', async () => {
    expect(await parse('run', '--rate', '1e6', '--quick', '--no-rungs', '--seed=-5', '--config', 'b.yaml')).toEqual({
      command: 'run',
      flags: { rate: ['1e6'], quick: ['true'], rungs: ['false'], seed: ['-5'] },
      configFile: 'b.yaml',
    });
    expect(await parse('run', '--architecture', './a.js', '--architecture', './b.js')).toMatchObject({
      flags: { architecture: ['./a.js', './b.js'] },
    });
    expect(await parse('run', '--seed', '-5')).toMatchObject({ flags: { seed: ['-5'] } });
  });

  test('the other commands', async () => {
    expect(await parse('report', 'results/1')).toEqual({ command: 'report', path: 'results/1', json: false });
    expect(await parse('compare', '1', '2', '--json')).toEqual({ command: 'compare', paths: ['1', '2'], json: true });
    expect(await parse('list')).toEqual({ command: 'list', topic: undefined, json: false });
    expect(await parse('list', 'options')).toEqual({ command: 'list', topic: 'options', json: false });
    expect(await parse('calibrate', '--quick')).toEqual({
      command: 'calibrate',
      out: 'results',
      quick: true,
      json: false,
      servers: {},
    });
    expect(await parse('calibrate', '--log', 'kafka://k/p', '--store=redis://r:1/0', '--codec', 'zstd')).toMatchObject({
      servers: { log: ['kafka://k/p'], store: ['redis://r:1/0'], codec: ['zstd'] },
    });
    expect(await parse('doctor', '--store', 'redis://localhost', '--speed-store=lmdb', '--json')).toEqual({
      command: 'doctor',
      json: true,
      store: 'redis://localhost',
      speedStore: 'lmdb',
    });
  });
});

describe('what is not', () => {
  test('an unknown flag gets the nearest one', async () => {
    expect(await refusal('run', '--rat', '5')).toEqual([
      'OB_UNKNOWN_FLAG',
      'run has no flag --rat',
      "Did you mean --rate? 'omegabench run --help' shows all flags.",
    ]);
    expect((await refusal('run', '--check-point-interval=1s'))[2]).toContain('Did you mean --checkpoint-interval?');
    expect(await refusal('run', '-x')).toEqual([
      'OB_UNKNOWN_FLAG',
      'run has no flag -x',
      "'omegabench run --help' shows all flags.",
    ]);
  });

  test('a flag of another command is told so', async () => {
    expect(await refusal('list', '--partitions', '4')).toEqual([
      'OB_UNKNOWN_FLAG',
      'list has no flag --partitions',
      "It is a flag of 'omegabench run'. 'omegabench list --help' shows all flags.",
    ]);
  });

  test('an unknown command gets the nearest one and all of them', async () => {
    expect(await refusal('rnu')).toEqual([
      'OB_UNKNOWN_COMMAND',
      "there is no command 'rnu'",
      'Did you mean run? Commands are run, report, compare, list, inject, matrix, generate, calibrate, doctor, services, upgrade, jobs, completion.',
    ]);
    expect((await refusal('frobnicate'))[2]).toBe(
      'Commands are run, report, compare, list, inject, matrix, generate, calibrate, doctor, services, upgrade, jobs, completion.',
    );
  });

  test('no command at all', async () => {
    const expected = [
      'OB_USAGE',
      'no command was given',
      "'omegabench run' runs all; 'omegabench --help' shows the commands.",
    ];
    expect(await refusal()).toEqual(expected);
    expect(await refusal('--quick')).toEqual(expected);
  });

  test('a command after npm start, which is run already', async () => {
    expect(await refusal('run', 'list')).toEqual([
      'OB_USAGE',
      "run does not know what to do with 'list'",
      "'npm start' is 'omegabench run'; for this one write 'npm run omegabench -- list'.",
    ]);
    expect((await refusal('run', 'fast'))[2]).toBe("'omegabench run --help' shows what it takes.");
    expect((await refusal('report', 'a', 'b'))[1]).toBe("report does not know what to do with 'b'");
    expect((await refusal('run', '--', 'fast'))[1]).toBe("run does not know what to do with 'fast'");
  });

  test('a flag without its value', async () => {
    expect(await refusal('run', '--rate')).toEqual([
      'OB_USAGE',
      '--rate was given without a value',
      'Write --rate RATE.',
    ]);
    expect((await refusal('run', '--hour', '--quick'))[1]).toBe('--hour was given without a value');
  });

  test('a switch with a value, and a value flag as a switch', async () => {
    expect(await refusal('run', '--rungs=maybe')).toEqual([
      'OB_BAD_VALUE',
      '--rungs=maybe: --rungs is a switch and takes no value',
      'Write --rungs or --no-rungs.',
    ]);
    expect(await refusal('run', '--no-out')).toEqual([
      'OB_USAGE',
      '--no-out: --out is not a switch',
      'Leave it out, or give it a value: --out VALUE.',
    ]);
  });

  test('a result that is not named', async () => {
    expect(await refusal('report')).toEqual([
      'OB_USAGE',
      'report was not told which result',
      'Write omegabench report results/RUN.',
    ]);
    expect((await refusal('compare'))[1]).toBe('compare was not told which result');
  });
});

describe('help', () => {
  test('fits 80 columns, for every command', async () => {
    for (const argv of [
      ['--help'],
      ['run', '--help'],
      ['report', '--help'],
      ['compare', '--help'],
      ['list', '--help'],
      ['generate', '--help'],
      ['calibrate', '--help'],
      ['doctor', '--help'],
    ]) {
      const tooLong = (await textOf(...argv)).split('\n').filter((line) => line.length > 80);
      expect(tooLong).toEqual([]);
    }
  });

  test('of run names every option with its default, in groups', async () => {
    const help = await textOf('run', '--help');
    for (const option of OPTIONS) expect(help).toContain(`--${option.flag} `);
    expect(help).toContain('[default: 1M]');
    for (const group of ['Run:', 'Stream:', 'Pipelines:', 'Servers:', 'Acts and faults:', 'Architecture variants:']) {
      expect(help).toContain(`\n${group}\n`);
    }
    expect(help).toContain('Examples:');
  });

  test('lists the commands and the exit codes', async () => {
    const help = await textOf('--help');
    for (const command of ['run', 'report', 'compare', 'list', 'generate', 'calibrate', 'doctor', 'completion'])
      expect(help).toContain(`omegabench ${command}`);
    expect(help).toContain('    5  violation: an architecture erred where it must not');
    expect(help).toContain('  143  ended by SIGTERM');
  });

  test('there is a version and a completion script', async () => {
    expect(await textOf('--version')).toBe('1.2.3\n');
    expect(await textOf('completion')).toContain('###-begin-omegabench-completions-###');
    expect((await textOf('--get-yargs-completions', 'omegabench', 'run', '--check')).split('\n')).toContain(
      '--checkpoint-interval',
    );
  });
});
