/**
 * What a job has asked its stores, over all attempts: operators count from 0 in each of them, and what one has said
 * last is kept when the next begins.
 */
import { type Declaration, type StoreName, writtenStore } from '../../declaration.ts';
import type { StoreCounts } from '../../key-value-store/key-value-store.ts';
import { addCounts, zeroCounts } from '../../key-value-store/store-counts.ts';

interface Operator {
  store: StoreName;
  /** Of earlier attempts. */
  former: StoreCounts;
  now: StoreCounts;
  /** What it says next is of another attempt. */
  isOver: boolean;
}

export class OperatorCounts {
  readonly #declaration: Declaration;
  readonly #operators = new Map<string, Operator>();

  constructor(declaration: Declaration) {
    this.#declaration = declaration;
  }

  /** An operator's counts; they may have begun anew although nobody has said that an attempt was over. */
  note(stage: number, subtask: number, counts: StoreCounts): void {
    const of = this.#declaration.stages[stage];
    const store = of === undefined ? undefined : writtenStore(of);
    if (store === undefined) return;
    const key = `${stage} ${subtask}`;
    const operator = this.#operators.get(key) ?? { store, former: zeroCounts(), now: zeroCounts(), isOver: false };
    if (operator.isOver || counts.commands < operator.now.commands) addCounts(operator.former, operator.now);
    this.#operators.set(key, { ...operator, now: counts, isOver: false });
  }

  attemptIsOver(): void {
    for (const operator of this.#operators.values()) operator.isOver = true;
  }

  sums(): Partial<Record<StoreName, StoreCounts>> {
    const sums: Partial<Record<StoreName, StoreCounts>> = {};
    for (const { store, former, now } of this.#operators.values()) {
      sums[store] ??= zeroCounts();
      addCounts(sums[store], former);
      addCounts(sums[store], now);
    }
    return sums;
  }
}
