/**
 * One process at a time: a mutual exclusion between the processes of a store, which a process that is killed inside
 * leaves open.
 *
 * LMDB needs it, though it has one of its own: a process that opens an environment sets the shared number of the last
 * transaction to what it has read from the file a moment before, without the writers' mutex. A transaction that another
 * process commits in that moment is overwritten, and those after it may be (ITS#9496 of OpenLDAP, which the binding's
 * LMDB still has). So nobody writes while somebody opens: both pass the gate.
 *
 * The gate is the writers' mutex of a second environment, in which nothing is ever written; its number of transactions
 * stays what it is whoever opens it.
 */
import { open, type RootDatabase } from 'lmdb';

const MAP_BYTES = 2 ** 20;

export class Gate {
  readonly #environment: RootDatabase<Buffer, Buffer>;

  /** Opens the gate in `directory`, which is made if it does not exist. */
  constructor(directory: string) {
    this.#environment = open<Buffer, Buffer>({
      path: directory,
      noSubdir: false,
      encoding: 'binary',
      keyEncoding: 'binary',
      mapSize: MAP_BYTES,
      overlappingSync: false,
    });
  }

  /** Runs `action` while no other process is inside. Not for nesting. */
  pass<Result>(action: () => Result): Result {
    return this.#environment.transactionSync(action);
  }

  async close(): Promise<void> {
    await this.#environment.close();
  }
}
