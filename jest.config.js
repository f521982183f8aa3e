/** Tests run on the compiled files, so that worker processes are the same in tests and in production. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/dist/test'],
  testMatch: ['**/*.test.js'],
  transform: {},
  // A time-out is for what hangs; a busy machine may take its time.
  testTimeout: 120_000,
};
