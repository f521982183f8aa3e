/**
 * A key/value store as a plain map from key to value, and random operations that are run on a store and on the model
 * alike.
 */
import { expect } from '@jest/globals';
import fc from 'fast-check';
import { FencedError, type KeyValueStore } from '../../substrates/key-value-store/key-value-store.ts';
import { columnsOf, type StoreRow, scanned, valuesOf } from './store-rows.ts';

export type StoreCommand =
  | { kind: 'increment'; mode: 'atomic' | 'read-modify-write'; rows: StoreRow[]; partition: number; epoch: number }
  | { kind: 'upsert'; version: number; rows: StoreRow[]; partition: number; epoch: number }
  | { kind: 'bulk-load'; rows: StoreRow[]; partition: number; epoch: number }
  | { kind: 'delete'; rows: StoreRow[]; partition: number; epoch: number }
  | { kind: 'raise-fence'; partition: number; epoch: number }
  | { kind: 'multi-get'; rows: StoreRow[] }
  | { kind: 'scan'; from: number; to: number };

const hour = fc.constantFrom(0, 1000, 2000, 2 ** 41);
const keyedRow = fc.record({
  hour,
  id: fc.constantFrom(0n, 1n, 2n, 2n ** 32n, 2n ** 63n, 2n ** 64n - 1n),
  counter: fc.oneof(fc.nat(5), fc.integer({ min: 0, max: 0xffffffff })),
  fingerprint: fc.oneof(fc.integer({ min: -9, max: 9 }), fc.integer()),
});
const rows = fc.array(keyedRow, { maxLength: 6 });
const fence = { partition: fc.nat(1), epoch: fc.nat(3) };
const mode = fc.constantFrom<'atomic' | 'read-modify-write'>('atomic', 'read-modify-write');

/** Few keys, hours and epochs, so that operations meet. */
export const storeCommands: fc.Arbitrary<StoreCommand[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('increment' as const), mode, rows, ...fence }),
    fc.record({ kind: fc.constant('upsert' as const), version: fc.nat(4), rows, ...fence }),
    fc.record({ kind: fc.constant('bulk-load' as const), rows, ...fence }),
    fc.record({ kind: fc.constant('delete' as const), rows, ...fence }),
    fc.record({ kind: fc.constant('raise-fence' as const), ...fence }),
    fc.record({ kind: fc.constant('multi-get' as const), rows }),
    fc.record({ kind: fc.constant('scan' as const), from: hour, to: hour }),
  ),
  { maxLength: 25 },
);

interface Model {
  values: Map<string, StoreRow & { version: number }>;
  fences: number[];
}

/** Runs the commands on an empty store and on a model, and compares what they answer and what they hold in the end. */
export async function runAgainstModel(store: KeyValueStore, commands: readonly StoreCommand[]): Promise<void> {
  const model: Model = { values: new Map(), fences: [0, 0] };
  for (const command of commands) {
    if (command.kind === 'multi-get') {
      const expected = command.rows.map((key) => valueIn(model, key));
      expect(await valuesOf(store, command.rows)).toEqual(expected);
    } else if (command.kind === 'scan') {
      expect(await scanned(store, command.from, command.to)).toEqual(rowsIn(model, command.from, command.to));
    } else if (command.kind !== 'raise-fence' && command.epoch < (model.fences[command.partition] as number)) {
      await expect(write(store, command)).rejects.toThrow(FencedError);
    } else {
      await write(store, command);
      applyTo(model, command);
    }
  }
  expect(await scanned(store)).toEqual(rowsIn(model, 0, Infinity));
}

type WriteCommand = Exclude<StoreCommand, { kind: 'multi-get' | 'scan' }>;

function write(store: KeyValueStore, command: WriteCommand): Promise<void> {
  const as = { partition: command.partition, epoch: command.epoch };
  switch (command.kind) {
    case 'increment':
      return store.increment(columnsOf(command.rows), as, { mode: command.mode });
    case 'upsert':
      return store.upsert(columnsOf(command.rows), command.version, as);
    case 'bulk-load':
      return store.bulkLoad(columnsOf(command.rows), as);
    case 'delete':
      return store.delete(columnsOf(command.rows), as);
    case 'raise-fence':
      return store.raiseFence(as);
  }
}

function applyTo(model: Model, command: WriteCommand): void {
  if (command.kind === 'raise-fence') {
    model.fences[command.partition] = Math.max(command.epoch, model.fences[command.partition] as number);
    return;
  }
  for (const row of command.rows) {
    const key = `${row.hour}:${row.id}`;
    const old = model.values.get(key);
    if (command.kind === 'delete') model.values.delete(key);
    else if (command.kind === 'bulk-load') model.values.set(key, { ...row, version: 0 });
    else if (command.kind === 'increment') {
      const counter = Number(BigInt.asUintN(32, BigInt(row.counter) + BigInt(old?.counter ?? 0)));
      const fingerprint = Number(BigInt.asIntN(32, BigInt(row.fingerprint) + BigInt(old?.fingerprint ?? 0)));
      model.values.set(key, { ...row, counter, fingerprint, version: old?.version ?? 0 });
    } else if (command.version >= (old?.version ?? 0)) model.values.set(key, { ...row, version: command.version });
  }
}

function valueIn(model: Model, { hour: at, id }: StoreRow): [number, number] {
  const value = model.values.get(`${at}:${id}`);
  return [value?.counter ?? 0, value?.fingerprint ?? 0];
}

function rowsIn(model: Model, from: number, to: number): StoreRow[] {
  return [...model.values.values()]
    .filter((value) => value.hour >= from && value.hour < to)
    .sort((a, b) => a.hour - b.hour || (a.id < b.id ? -1 : 1))
    .map(({ version: _version, ...row }) => row);
}
