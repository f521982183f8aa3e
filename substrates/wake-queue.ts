/**
 * What is due when, as a binary heap: the earliest first, at the same time the least `order`, and of equal orders the
 * first that came.
 */

interface Wake {
  atMs: number;
  order: number;
  number: number;
  wake: () => void;
}

export class WakeQueue {
  readonly #heap: Wake[] = [];
  #pushed = 0;

  push(atMs: number, order: number, wake: () => void): void {
    this.#pushed += 1;
    const added: Wake = { atMs, order, number: this.#pushed, wake };
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above] as Wake;
      if (!precedes(added, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = added;
  }

  /** Takes the next one out; undefined if nothing is due any more. */
  pop(): { atMs: number; wake: () => void } | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || first === last) return first;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && precedes(heap[below + 1] as Wake, heap[below] as Wake)) below += 1;
      const child = heap[below] as Wake;
      if (!precedes(child, last)) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = last;
    return first;
  }
}

function precedes(one: Wake, other: Wake): boolean {
  if (one.atMs !== other.atMs) return one.atMs < other.atMs;
  if (one.order !== other.order) return one.order < other.order;
  return one.number < other.number;
}
