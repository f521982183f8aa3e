/** Tests run on the compiled files, so that worker processes are the same in tests and in production. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/dist/test'],
  testMatch: ['**/*.test.js'],
  transform: {},
};
