/** Omega-prime: every hour stays in the stream processor's state; there is no store. */
import { type Architecture, fromState, nothing, windowState } from './architecture.ts';

const omegaPrime: Architecture = {
  name: 'omega-prime',
  summary: 'All hours are kept in, and answered from, the stream processor.',
  stages: [windowState({ keep: 'all', queryable: true, onClose: nothing })],
  answer: fromState,
};
export default omegaPrime;
