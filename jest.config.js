/** Tests run on the compiled files, so that worker processes are the same in tests and in production. */
export default {
  testEnvironment: './dist/test/support/environment.js',
  roots: ['<rootDir>/dist/test'],
  testMatch: ['**/*.test.js'],
  transform: {},
  // Jest leaves one core free; ours wait for worker processes most of the time.
  maxWorkers: '100%',
  // A time-out is for what hangs; a busy machine may take its time.
  testTimeout: 120_000,
};
