/** Omega: beta, and a query also reads the open hour from the stream processor's state. */
import { type Architecture, fromStateThenStore, upsert, windowState } from './architecture.ts';

const omega: Architecture = {
  name: 'omega',
  summary: 'The open hour is answered from the stream processor, closed hours from the store.',
  stages: [windowState({ keep: 'open', queryable: true, onClose: upsert('serving') })],
  answer: fromStateThenStore('serving'),
};
export default omega;
