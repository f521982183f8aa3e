/**
 * What it means that a window is not in the state of a Flink job.
 *
 * If every window is kept, nothing can have left, and 0 is the answer. Else the window may have been handed over, and
 * the store has to be asked. The embedded engine knows its windows apart from the tweets in them and answers "held, 0"
 * for an open one; here that would have to be concluded from a watermark, which may be older than the state just read,
 * and a window handed over in between would be missed. So omega asks the store for more keys, with the same answers.
 */
import type { WindowStateStage } from '../../declaration.ts';
import { StateAnswer } from '../../query-service.ts';

/** One of `StateAnswer`. */
export function answerOfAbsent(keep: WindowStateStage['keep']): number {
  return keep === 'all' ? StateAnswer.Held : StateAnswer.NotHeld;
}
