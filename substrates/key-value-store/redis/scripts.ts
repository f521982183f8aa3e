/**
 * What runs inside the server. Every script answers how often it has called HINCRBY, HGET, HSET and INCR, since the
 * server counts those calls too.
 *
 * Those of a batch are called by their hash. A server that has forgotten them (SCRIPT FLUSH) would apply the rest of
 * the transaction without them, so each transaction first runs their text, without keys: that does nothing but make the
 * server know them.
 */
import { createHash } from 'node:crypto';
import type { Lane } from './lane.ts';

export interface ServerScript {
  readonly text: string;
  readonly sha: string;
}

/** Adds many increments that are small: KEYS the hashes, ARGV field and delta of each. */
const incrementMany = `
for i = 1, #KEYS do redis.call('HINCRBY', KEYS[i], ARGV[2 * i - 1], ARGV[2 * i]) end
return {#KEYS, 0, 0}`;

/**
 * Adds to one counter so that count and fingerprint wrap at 32 bits each, and its version stays: KEYS the hash, ARGV
 * field, count, fingerprint, version of the hour's plain values. A double holds no 64-bit integer: a plain value is
 * read five digits at a time into two lanes.
 */
const addWrapping = `
if #KEYS == 0 then return {0} end
local lane = 4294967296
local text = redis.call('HGET', KEYS[1], ARGV[1])
local count, fingerprint, version = 0, 0, '0'
if text then
  local c, f, v = string.match(text, '^(%d+),(%-?%d+),(.+)$')
  if c then
    count, fingerprint, version = tonumber(c), tonumber(f), v
  else
    version = ARGV[4]
    local sign, digits = string.match(text, '^(%-?)(%d+)$')
    for i = 1, #digits, 5 do
      local part = string.sub(digits, i, i + 4)
      local scale = 10 ^ #part
      local low = count * scale + tonumber(part)
      count = low % lane
      fingerprint = fingerprint * scale + math.floor(low / lane)
    end
    if sign == '-' then
      fingerprint = -fingerprint
      if count > 0 then count, fingerprint = lane - count, fingerprint - 1 end
    end
  end
end
count = (count + tonumber(ARGV[2])) % lane
fingerprint = (fingerprint + tonumber(ARGV[3]) + lane / 2) % lane - lane / 2
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f,%.0f,', count, fingerprint) .. version)
return {0, 1, 1}`;

/**
 * Replaces one counter unless its version is greater: KEYS the hash, ARGV field, value, version, version of the hour's
 * plain values.
 */
const replaceOlder = `
if #KEYS == 0 then return {0} end
local text = redis.call('HGET', KEYS[1], ARGV[1])
if text then
  local version = string.match(text, '^%d+,%-?%d+,(.+)$') or ARGV[4]
  if tonumber(version) > tonumber(ARGV[3]) then return {0, 1, 0} end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return {0, 1, 1}`;

/** Raises a fence and the edition, unless it is as high: KEYS control, edition; ARGV field, epoch. */
const raiseFence = `
local raised = redis.call('HGET', KEYS[1], ARGV[1])
if raised and tonumber(raised) >= tonumber(ARGV[2]) then return {0, 1, 0} end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('INCR', KEYS[2])
return {0, 1, 1, 1}`;

function script(text: string): ServerScript {
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}

export const INCREMENT_MANY = script(incrementMany);
export const ADD_WRAPPING = script(addWrapping);
export const REPLACE_OLDER = script(replaceOlder);
export const RAISE_FENCE = script(raiseFence);

/** Calls of scripts that are staged together, in one transaction as a rule. */
export class ScriptCalls {
  readonly #lane: Lane;
  readonly #known = new Set<ServerScript>();

  constructor(lane: Lane) {
    this.#lane = lane;
  }

  stage(script: ServerScript, keys: readonly string[], args: readonly string[]): void {
    if (!this.#known.has(script)) this.#lane.stage('EVAL', script.text, '0');
    this.#known.add(script);
    this.#lane.stage('EVALSHA', script.sha, String(keys.length), ...keys, ...args);
  }
}
