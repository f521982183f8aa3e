/** Beta: the stream processor holds the open hour and upserts it into the store when it closes. */
import { type Architecture, fromStore, upsert, windowState } from './architecture.ts';

const beta: Architecture = {
  name: 'beta',
  summary: 'The stream processor counts the open hour and upserts it into the store when the hour closes.',
  stages: [windowState({ keep: 'open', queryable: false, onClose: upsert('serving') })],
  answer: fromStore('serving'),
};
export default beta;
