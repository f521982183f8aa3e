/** The commands of omegabench, for the parser and for suggestions. */
export const COMMANDS = ['run', 'report', 'compare', 'list', 'inject', 'matrix', 'calibrate', 'completion'] as const;
