/** Bugs of what is measured while a run goes on: canaries, ages, probes, lateness. */
import { type Mutant, mutant } from '../mutant.ts';

const PREFIXES = 'generators/canary-prefixes.ts';
const FRESHNESS = 'harness/measure/freshness.ts';
const PROBER = 'harness/measure/prober.ts';
const PROBE_LOG = 'harness/measure/probe-log.ts';
const READER = 'harness/measure/canary-reader.ts';
const EXPLAINER = 'harness/measure/explainer.ts';
const TWEET_PREFIXES = 'generators/tweet-prefixes.ts';
const LATENESS = 'harness/load/lateness.ts';

export const instrumentMutants: readonly Mutant[] = [
  mutant(
    'any-count-is-a-prefix',
    'A canary’s count is believed whatever its fingerprint.',
    [PREFIXES, 'if (this.#sums[count] !== (fingerprintSum | 0))', 'if (false)'],
    'instruments',
    'an older hour that is lost: the wrong answers is 0',
  ),
  mutant(
    'wrong-answers-not-counted',
    'An answer that is no prefix is taken for one that is unavailable.',
    [PROBER, "kind === 'wrong'", "kind === 'none'"],
    'instruments',
    'answers with an impression too many: the wrong answers is 0',
  ),
  mutant(
    'older-answers-hidden',
    'Only the newest answer so far is kept: one that goes back is not seen.',
    [
      FRESHNESS,
      'if (reachMs < this.#reachMs[partition])',
      'if (reachMs < this.#reachMs[partition]) return; if (false)',
    ],
    'instruments',
    'an older answer: the regressions is 0',
  ),
  mutant(
    'unanswered-probes-dropped-from-age',
    'Probes that are not answered leave no trace in the age.',
    [
      FRESHNESS,
      'const complete = this.#takeReaches(probe);',
      'const complete = this.#takeReaches(probe); if (!complete) return;',
    ],
    'instruments',
    'an outage: the greatest age is',
  ),
  mutant(
    'age-of-the-freshest-partition',
    'The age is that of the partition that is answered best.',
    [FRESHNESS, 'probe.atMs - Math.min(...this.#reachMs)', 'probe.atMs - Math.max(...this.#reachMs)'],
    'instruments',
    'one partition that stands still: the greatest age is',
  ),
  mutant(
    'unavailable-counts-as-answered',
    'A probe that no partition answered counts as answered.',
    [PROBER, "kind !== 'unavailable'", "kind !== 'none'"],
    'instruments',
    'an outage: the unanswered probes is',
  ),
  mutant(
    'latency-from-sending',
    'Latency is counted from the sending instead of the intended time: waiting is omitted.',
    [PROBE_LOG, 'record.atMs - record.intendedMs', 'record.atMs - record.sentMs'],
    'instruments',
    'one read that hangs: the latency of the probes that waited for it is',
  ),
  mutant(
    'frozen-prober-clock',
    'The prober takes the time of sending for the time of the reply.',
    [PROBER, 'const atMs = runtime.clock.nowMs();', 'const atMs = sentMs;'],
    'instruments',
    'a slow query path: the median latency is',
  ),
  mutant(
    'complete-hours-never-asked-again',
    'An hour that was answered in full is not asked again: an answer that goes back is not seen.',
    [READER, 'if (older.length > 0)', 'if (false)'],
    'instruments',
    'an older hour that is lost',
  ),
  mutant(
    'any-count-is-explained',
    'A sampled answer is explained by its count, whatever its fingerprint.',
    [TWEET_PREFIXES, 'if (impressions.sums[count - 1] !== (fingerprintSum | 0))', 'if (false)'],
    'instruments',
    'answers with another impression in place of one: the unexplained answers is 0',
  ),
  mutant(
    'answers-ahead-are-explained',
    'An answer that holds impressions which the log does not have yet is explained.',
    [EXPLAINER, 'cameMs <= atMs ?', 'true ?'],
    'instruments',
    'answers before their time: the answers ahead of the log is 0',
  ),
  mutant(
    'unexplained-is-excused',
    'Unexplained answers are always excused.',
    [EXPLAINER, 'atMs <= excusedAfterMs', 'false'],
    'instruments',
    'answers with an impression too many: the reasons against the run is 0',
  ),
  mutant(
    'generator-lateness-clamped',
    'A generator is never recorded as later than 10 ms.',
    [
      LATENESS,
      'Math.max(0, Math.round(latenessMs * 1000))',
      'Math.min(10000, Math.max(0, Math.round(latenessMs * 1000)))',
    ],
    'instruments',
    'a generator that is held up: the lateness at the 99th percentile is',
  ),
];
