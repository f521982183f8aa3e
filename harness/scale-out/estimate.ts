/**
 * What a cluster needs for a rate of impressions, from figures of one core and one counter. The formulas are those that
 * docs/scale-out.md spells out, one a row of its table; sizes are in bytes, powers of 1000.
 */

/** Inputs by name, as the document lists them. */
export type Inputs = ReadonlyMap<string, number>;

export type StateBackend = 'hashmap' | 'rocksdb';

export interface Quantity {
  name: string;
  value: number;
  unit: '' | 'B' | 'B/s' | '/s';
}

/** Flink's own limit. */
const MOST_KEY_GROUPS = 32_768;
/** Where a job that says nothing starts from. */
const LEAST_KEY_GROUPS = 128;

/** In the order of the table. Error if an input is missing. */
export function estimate(inputs: Inputs, backend: StateBackend, ratePerSecond: number): Quantity[] {
  const get = (name: string): number => {
    const value = inputs.get(name);
    if (value === undefined) throw new Error(`the document lists no input ${name}`);
    return value;
  };
  const counters = (ratePerSecond * get('hourSeconds')) / get('impressionsPerTweet');
  const stateBytes = counters * get(`${backend}.stateBytesPerCounter`);
  const coresFor = (cpuUs: number): number => Math.ceil((ratePerSecond * cpuUs) / 1e6 / get('coreShare'));
  const slotsForCpu = coresFor(get(`${backend}.cpuUsPerImpression`));
  const slotsForState = Math.ceil(stateBytes / get(`${backend}.mostStateBytesPerSlot`));
  const parallelism = Math.max(slotsForCpu, slotsForState);
  const taskManagers = Math.ceil(parallelism / get('slotsPerTaskManager'));
  const checkpointBytes = counters * get(`${backend}.checkpointBytesPerCounter`);
  const logBytes = ratePerSecond * get('logBytesPerImpression');
  // Of what goes from one operator to the next, as much stays in its task manager as there are of them.
  const elsewhere = 1 - 1 / taskManagers;
  const moved = (logBytes + ratePerSecond * get('shuffleBytesPerImpression')) * elsewhere;
  return [
    { name: 'distinct tweets an hour, each a counter', value: counters, unit: '' },
    { name: 'slots for CPU', value: slotsForCpu, unit: '' },
    { name: 'slots for state', value: slotsForState, unit: '' },
    { name: 'parallelism', value: parallelism, unit: '' },
    { name: 'task managers', value: taskManagers, unit: '' },
    { name: 'partitions', value: parallelism * get('partitionsPerSlot'), unit: '' },
    { name: 'key groups', value: keyGroupsFor(parallelism * get('keyGroupsPerSlot')), unit: '' },
    { name: 'state', value: stateBytes, unit: 'B' },
    { name: 'state per slot', value: stateBytes / parallelism, unit: 'B' },
    { name: 'full checkpoint', value: checkpointBytes, unit: 'B' },
    { name: 'checkpoint storage', value: checkpointBytes / get('checkpointSeconds'), unit: 'B/s' },
    { name: 'into Kafka', value: logBytes, unit: 'B/s' },
    { name: 'between brokers', value: logBytes * (get('replicas') - 1), unit: 'B/s' },
    { name: 'between task managers', value: moved, unit: 'B/s' },
    { name: 'into each task manager', value: (logBytes + moved) / taskManagers, unit: 'B/s' },
    { name: 'rows into the store', value: ratePerSecond / get('impressionsPerTweet'), unit: '/s' },
    { name: 'cores that generate', value: coresFor(get('generatorCpuUsPerImpression')), unit: '' },
  ];
}

/** A power of two, so that a doubled parallelism splits every range of key groups in halves. */
function keyGroupsFor(wanted: number): number {
  const power = 2 ** Math.ceil(Math.log2(Math.max(wanted, LEAST_KEY_GROUPS)));
  return Math.min(power, MOST_KEY_GROUPS);
}
