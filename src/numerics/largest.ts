/** The largest few of many numbers, without sorting the rest. */

/** Places of the `count` largest values, the largest first, and of equal ones the earlier; all where there are fewer. */
export function largestPlaces(values: ArrayLike<number>, count: number): number[] {
  const comesFirst = (a: number, b: number) =>
    values[a] > values[b] || (values[a] === values[b] && a < b);
  // a binary heap of the best so far, the last of them on top
  const heap = new Int32Array(Math.min(count, values.length));
  const sink = (start: number) => {
    const place = heap[start];
    let i = start;
    for (let child = 2 * i + 1; child < heap.length; child = 2 * i + 1) {
      if (child + 1 < heap.length && comesFirst(heap[child], heap[child + 1])) child++;
      if (!comesFirst(place, heap[child])) break;
      heap[i] = heap[child];
      i = child;
    }
    heap[i] = place;
  };
  for (let i = 0; i < heap.length; i++) heap[i] = i;
  for (let i = (heap.length >> 1) - 1; i >= 0; i--) sink(i);
  for (let i = heap.length; heap.length > 0 && i < values.length; i++)
    if (comesFirst(i, heap[0])) {
      heap[0] = i;
      sink(0);
    }
  return Array.from(heap).sort((a, b) => (comesFirst(a, b) ? -1 : 1));
}
