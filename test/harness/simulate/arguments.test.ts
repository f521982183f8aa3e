import { describe, expect, test } from '@jest/globals';
import { architectureNames } from '../../../architectures/registry.ts';
import { parseSimulateArguments } from '../../../harness/simulate/arguments.ts';

describe('the arguments of a simulation', () => {
  test('are a campaign over all architectures, if nothing is said', () => {
    expect(parseSimulateArguments([])).toEqual({
      command: 'campaign',
      from: 1,
      seeds: 100,
      architectures: architectureNames,
      processes: 2,
    });
  });

  test('say how many seeds of what', () => {
    const argv = ['--seeds', '5000', '--from', '70', '--architectures', 'omega,alpha,omega', '--processes', '3'];
    expect(parseSimulateArguments(argv)).toEqual({
      command: 'campaign',
      from: 70,
      seeds: 5000,
      architectures: ['omega', 'alpha'],
      processes: 3,
    });
  });

  test('play one simulation again', () => {
    expect(parseSimulateArguments(['--seed', '12', '--architecture', 'lambda', '--trace'])).toEqual({
      command: 'replay',
      seed: 12,
      architecture: 'lambda',
      trace: true,
    });
  });

  test('play the corpus, or a line of it', () => {
    expect(parseSimulateArguments(['--corpus'])).toEqual({ command: 'corpus', line: undefined, trace: false });
    expect(parseSimulateArguments(['--corpus', '--line', '3'])).toEqual({ command: 'corpus', line: 3, trace: false });
  });

  test.each([
    [['--seeds', '0'], /--seeds is '0'; write a whole number from 1/],
    [['--seeds', 'many'], /--seeds is 'many'/],
    [['--processes', '2.5'], /--processes is '2.5'/],
    [['--architectures', 'omega,gamma'], /no architecture 'gamma'; there are batch, alpha/],
    [['--seed', '3'], /both --seed S and --architecture A/],
    [['--trace'], /--trace is for one simulation/],
    [['--sead', '3'], /Unknown option '--sead'.*--help/],
    [['7'], /Unexpected argument '7'/],
  ])('make no sense as %j', (argv, message) => {
    expect(() => parseSimulateArguments(argv)).toThrow(message);
  });
});
