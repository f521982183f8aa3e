/** What a server's error replies mean, and what to do about them. */
import { LaneError, RedisRefusedError } from './lane.ts';

/** Passes by itself: the server loads its data, fails over, moves slots, or runs somebody's long script. */
const PASSING = /^-?(?:LOADING|BUSY|MASTERDOWN|CLUSTERDOWN|MOVED|ASK|TRYAGAIN|NOREPLICAS|UNBLOCKED)\b/;

const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/^(?:WRONGPASS|ERR invalid (?:username|password))/, 'the user name or the password is wrong'],
  [/^NOAUTH/, 'it asks for a password: give one'],
  [/^(?:NOPERM|ERR.*\bACL\b)/, 'this user may not do that: grant it the commands and the keys of the prefix'],
  [/^READONLY/, 'it is a replica and takes no writes: name the master'],
  [/^OOM/, 'its memory is full: raise maxmemory, or use fewer tweets or hours'],
  [/^MISCONF/, 'it refuses writes because it cannot save its snapshots: look at its log'],
  [/^ERR DB index/, 'it has no database of that number'],
  [/overflow/, 'a counter has outgrown 64 bits'],
  [/not an integer|^WRONGTYPE/, 'somebody else has written to keys of this prefix: choose another prefix'],
];

/** An error reply of `where` as an error to throw: one that may pass, or one with what to do. */
export function explainReply(reply: Error, where: string): LaneError | RedisRefusedError {
  if (PASSING.test(reply.message)) return new LaneError(`${where} says: ${reply.message}`);
  const advice = ADVICE.find(([pattern]) => pattern.test(reply.message))?.[1];
  return new RedisRefusedError(`${where} says: ${reply.message}${advice === undefined ? '' : `; ${advice}`}`);
}
