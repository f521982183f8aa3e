/** Lambda: batch's job into the serving store, alpha's stage into a speed store, and a query that merges the two. */
import { type Architecture, batchJob, fromBatchOverSpeed, incrementStore } from './architecture.ts';

const lambda: Architecture = {
  name: 'lambda',
  summary: 'A speed view of recent hours beside a batch view of published ones; a query merges them.',
  stages: [
    incrementStore({ store: 'speed', commit: 'after-write', maxBatchEvents: 1000, deleteAfterPublishedHours: 2 }),
    batchJob({ store: 'serving', bucketBy: 'arrival-time' }),
  ],
  answer: fromBatchOverSpeed('serving', 'speed'),
};
export default lambda;
