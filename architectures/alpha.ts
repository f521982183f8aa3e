/** Alpha: every event increments its counter in the store; the log position is committed after the write. */
import { type Architecture, fromStore, incrementStore } from './architecture.ts';

const alpha: Architecture = {
  name: 'alpha',
  summary: 'Every event increments its counter in the store.',
  stages: [incrementStore({ store: 'serving', commit: 'after-write', maxBatchEvents: 1000 })],
  answer: fromStore('serving'),
};
export default alpha;
