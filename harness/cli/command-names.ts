/** The commands of omegabench, for the parser and for suggestions. */
export const COMMANDS = [
  'run',
  'report',
  'compare',
  'list',
  'inject',
  'matrix',
  'calibrate',
  'doctor',
  'services',
  'completion',
] as const;
