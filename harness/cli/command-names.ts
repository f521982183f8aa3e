/** The commands of omegabench, for the parser and for suggestions. */
export const COMMANDS = [
  'run',
  'report',
  'compare',
  'list',
  'inject',
  'matrix',
  'generate',
  'calibrate',
  'doctor',
  'services',
  'upgrade',
  'jobs',
  'completion',
] as const;
