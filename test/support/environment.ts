/**
 * Jest's environment for Node, which lets go of what Jest leaves behind: each test file makes an AsyncLocalStorage of
 * its own (jest-circus), and one that is never disabled is copied at every promise of every later file. After a hundred
 * files a simulation, which is made of promises, took six times as long.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { TestEnvironment } from 'jest-environment-node';

const inUse = new Set<AsyncLocalStorage<unknown>>();
const { run } = AsyncLocalStorage.prototype;

AsyncLocalStorage.prototype.run = function <R>(this: AsyncLocalStorage<unknown>, ...call: Parameters<typeof run>): R {
  inUse.add(this);
  return run.apply(this, call) as R;
};

export default class extends TestEnvironment {
  override async teardown(): Promise<void> {
    for (const storage of inUse) storage.disable();
    inUse.clear();
    await super.teardown();
  }
}
