/** The largest few of many numbers, without sorting the rest; and all of them in their order. */

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
  // what is behind the heap comes later than what is in it: of equal values it does not come first
  let least = heap.length > 0 ? values[heap[0]] : Number.POSITIVE_INFINITY;
  for (let i = heap.length; i < values.length; i++)
    if (values[i] > least) {
      heap[0] = i;
      sink(0);
      least = values[heap[0]];
    }
  return Array.from(heap).sort((a, b) => (comesFirst(a, b) ? -1 : 1));
}

/**
 * Places of all values, of which none is negative or NaN, the largest first and of equal ones the earlier: sorted by
 * the bytes of their bits, the last byte first, in a tenth of the time of comparisons.
 */
export function fallingPlaces(values: Float64Array): Int32Array {
  let [from, to] = [values.slice(), new Float64Array(values.length)];
  let places = Int32Array.from(values.keys());
  let sorted = new Int32Array(values.length);
  const starts = new Int32Array(256);
  for (let digit = 0; digit < 8; digit++) {
    const bytes = new Uint8Array(from.buffer);
    starts.fill(0);
    // the larger the byte, the earlier
    for (let at = digit; at < bytes.length; at += 8) starts[255 - bytes[at]]++;
    if (starts.includes(values.length)) continue;
    let before = 0;
    for (let k = 0; k < 256; k++) {
      const count = starts[k];
      starts[k] = before;
      before += count;
    }
    for (let i = 0; i < places.length; i++) {
      const next = starts[255 - bytes[8 * i + digit]]++;
      to[next] = from[i];
      sorted[next] = places[i];
    }
    [from, to, places, sorted] = [to, from, sorted, places];
  }
  return places;
}
