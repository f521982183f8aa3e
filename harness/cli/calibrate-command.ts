/** The grammar of `calibrate`, which measures this machine, and the servers that it is given. */
import type { Argv } from 'yargs';
import { CALIBRATED_SERVER_OPTIONS } from '../config/server-options.ts';
import { type Arguments, addOptions, flagsOf, textsOf } from './flag-texts.ts';

export interface CalibrateInvocation {
  command: 'calibrate';
  out: string;
  quick: boolean;
  json: boolean;
  /** Texts of the flags that say which servers, secrets included. */
  servers: Record<string, string[]>;
}

export function addCalibrate(parser: Argv, choose: (chosen: CalibrateInvocation) => void): Argv {
  return parser.command(
    'calibrate',
    'Measure the ceilings of this machine, and of servers',
    (calibrate) =>
      addOptions(calibrate, CALIBRATED_SERVER_OPTIONS)
        .option('quick', { type: 'boolean', describe: 'A third of the time, less exact' })
        .option('out', {
          requiresArg: true,
          describe: 'DIR  A folder on the disk to measure',
          defaultDescription: 'results',
        })
        .option('json', { type: 'boolean', describe: 'Print one JSON document on stdout' })
        .example('$0 calibrate', "this machine's own parts")
        .example('$0 calibrate --store redis://localhost:6379/0', 'and what each client of that server reaches'),
    (args) => choose(calibrationOf(args)),
  );
}

function calibrationOf(args: Arguments): CalibrateInvocation {
  const isOn = (flag: string): boolean => textsOf(args, flag, true).at(-1) === 'true';
  return {
    command: 'calibrate',
    out: textsOf(args, 'out', false).at(-1) ?? 'results',
    quick: isOn('quick'),
    json: isOn('json'),
    servers: flagsOf(args, CALIBRATED_SERVER_OPTIONS),
  };
}
