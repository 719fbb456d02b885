/** A binary heap: the entry of the largest mass first. */

export interface Weighted {
  readonly mass: number;
}

export interface Heap<T extends Weighted> {
  readonly size: number;
  push(entry: T): void;
  /** Removes and returns the entry of the largest mass; undefined when empty. */
  pop(): T | undefined;
  /** The entry of the largest mass, left in place. */
  peek(): T | undefined;
}

export function createHeap<T extends Weighted>(): Heap<T> {
  const entries: T[] = [];
  const swap = (i: number, j: number) => {
    [entries[i], entries[j]] = [entries[j], entries[i]];
  };

  function rise(start: number): void {
    let i = start;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (entries[parent].mass >= entries[i].mass) return;
      swap(i, parent);
      i = parent;
    }
  }

  function sink(): void {
    let i = 0;
    for (;;) {
      let largest = i;
      for (const child of [2 * i + 1, 2 * i + 2])
        if (child < entries.length && entries[child].mass > entries[largest].mass) largest = child;
      if (largest === i) return;
      swap(i, largest);
      i = largest;
    }
  }

  return {
    get size() {
      return entries.length;
    },
    push(entry) {
      entries.push(entry);
      rise(entries.length - 1);
    },
    pop() {
      if (entries.length === 0) return undefined;
      swap(0, entries.length - 1);
      const top = entries.pop();
      sink();
      return top;
    },
    peek: () => entries[0],
  };
}
