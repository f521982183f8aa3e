/**
 * Where a claim turns from confirmed to refuted, with the reason for each number. The scale is the talk's; the others
 * are ours.
 */

/** The talk's scale: 1 M+ impressions a second of 100 M+ distinct tweets an hour. */
export const talkEventsPerSecond = 1_000_000;
export const talkTweetsPerSecond = 100_000_000 / 3600;
export const realHourMs = 3_600_000;

/** A rate is reached at 99 %: the ends of an act cut events off. */
export const reached = 0.99;

/** Older (p99), and who looks at a counter would not call it instant; it leaves time for a commit or a flush. */
export const instantMs = 250;

/** An answer within 0.1 s is felt as immediate (Nielsen, Usability Engineering, 1993). */
export const immediateQueryMs = 100;

/** A generator later than this (p99) on its schedule did not offer the stream that ages are measured against. */
export const punctualMs = 50;

/** The age of answers that wait for a window saws: half a window in the median, a whole one at most. */
export const sawtooth = { medianWindows: 0.5, mostWindows: 1 };

/** Probes are discrete, so a sawtooth is sampled a little below its peak. */
export const samplingSlack = 0.9;

/** The median of what keeps up is under 1.5 windows: half a window of waiting, and at most one for the job. */
export const latestMedianWindows = 1.5;

/** An order of magnitude: less than that is not "dramatically", "very" or "quickly". */
export const orderOfMagnitude = 10;

/** The abstract: more than 100x over pushing the state into a database. */
export const claimedSpeedup = 100;

/** One write per key: within 1 % where a window is closed exactly, 5 % where late arrivals make keys of their own. */
export const keyLoadTolerance = 0.01;
export const bulkLoadTolerance = 0.05;

/** Commands per event are the same at two rates within 5 %: batches in flight are in one figure only. */
export const proportionTolerance = 0.05;

/** Rates nearer to each other than this are one rate. */
export const apartRates = 1.5;

/** More than a tenth of the capacity is not "very little"; nor is a pause in which answers are no longer instant. */
export const snapshotCostShare = 0.1;

/** Open state: the open window, and the one that is being handed over. */
export const openWindows = 2;

/** State of nine tenths of what all windows take is no smaller for a reader. */
export const nearlyAll = 0.9;
