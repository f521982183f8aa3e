/** Tests run on the compiled files, so that worker processes are the same in tests and in production. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/dist/test'],
  testMatch: ['**/*.test.js'],
  transform: {},
  // Jest leaves one core free; ours wait for worker processes most of the time.
  maxWorkers: '100%',
  // In a worker that has run many test files the simulations take six times as long: start afresh now and then.
  workerIdleMemoryLimit: '700MB',
  // A time-out is for what hangs; a busy machine may take its time.
  testTimeout: 120_000,
};
