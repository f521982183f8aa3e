/** Batch: an archive by arrival hour; a job counts each hour when it is over and bulk-loads the store. */
import { type Architecture, batchJob, fromPublishedHours } from './architecture.ts';

const batch: Architecture = {
  name: 'batch',
  summary: 'A job counts each hour of the archive when the hour is over and bulk-loads the store.',
  stages: [batchJob({ store: 'serving', bucketBy: 'arrival-time' })],
  answer: fromPublishedHours('serving'),
};
export default batch;
