import { describe, expect, it } from 'vitest';
import { instantiateKernels } from '../../src/engines/tensorflow/kernels.ts';
import { random } from '../../src/numerics/random.ts';

const FLOAT32 = { absolute: 2e-6, relative: 2e-6 };
const MEMORY_BYTES = 64 * 65536;
const GUARD = 777;

/** A heap with arrays one after another, four guard floats after each. */
function heap(seed: number) {
  const memory = new WebAssembly.Memory({ initial: MEMORY_BYTES / 65536 });
  const stream = random(seed);
  let top = 20; // not aligned to vectors
  function place(values: ArrayLike<number>): number {
    const at = top;
    floats(at, values.length).set(values);
    floats(at + 4 * values.length, 4).fill(GUARD);
    top += 4 * values.length + 16;
    return at;
  }
  const floats = (at: number, length: number) => new Float32Array(memory.buffer, at, length);
  return {
    kernels: instantiateKernels(memory),
    place,
    empty: (length: number) => place(new Float32Array(length).fill(GUARD)),
    integers(values: number[]) {
      const at = place(values);
      new Int32Array(memory.buffer, at, values.length).set(values);
      return at;
    },
    gaussians: (length: number, scale = 1) =>
      Float32Array.from({ length }, () => scale * stream.gaussian()),
    /** The array; fails if anything was written behind it. */
    read(at: number, length: number): Float32Array {
      expect([...floats(at + 4 * length, 4)]).toEqual([GUARD, GUARD, GUARD, GUARD]);
      return floats(at, length);
    },
    /** An address so that `length` floats end where the memory ends. */
    atEnd(values: ArrayLike<number>): number {
      const at = MEMORY_BYTES - 4 * values.length;
      floats(at, values.length).set(values);
      return at;
    },
  };
}

const indices = (length: number) => Array.from({ length }, (_, i) => i);
const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

describe('gemm', () => {
  const sizes = [
    [1, 1, 1],
    [4, 8, 4],
    [5, 9, 3],
    [7, 13, 6],
    [3, 2, 11],
    [21, 21, 16],
    [33, 70, 257],
    [131, 19, 300],
    [6, 523, 30],
  ];
  for (const [transA, transB] of [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ]) {
    it.each(sizes)(`${transA}${transB}: %i × %i, summed over %i`, (m, n, k) => {
      const { kernels, place, gaussians, empty, read } = heap(m);
      const [a, b, old] = [gaussians(m * k), gaussians(k * n), gaussians(m * n)];
      const [lda, ldb] = [transA ? m : k, transB ? k : n];
      const [atA, atB, atC] = [place(a), place(b), place(old)];
      const bytes = kernels.gemmScratchBytes(transA, transB, m, n, k);
      const scratch = empty(Math.ceil(bytes / 4));
      const exact = indices(m * n).map((at) => {
        const [i, j] = [Math.floor(at / n), at % n];
        return sum(
          indices(k).map(
            (p) => a[transA ? p * m + i : i * k + p] * b[transB ? j * k + p : p * n + j],
          ),
        );
      });
      const tolerance = { absolute: 4e-7 * k + 1e-6, relative: 1e-6 };
      for (const accumulate of [1, 0]) {
        // biome-ignore format: one line for each of A, B and C
        kernels.gemm(
          transA, transB, m, n, k, 1, 1,
          atA, lda, 0, 0, atB, ldb, 0, 0, atC, n, 0, 0, accumulate, scratch,
        );
        const expected = accumulate ? exact.map((value, at) => value + old[at]) : exact;
        expect(read(atC, m * n)).toBeAllClose(expected, tolerance);
        read(scratch, Math.ceil(bytes / 4));
      }
    });
  }

  it('multiplies the heads of a batch in place, leaving the rest of C alone', () => {
    const [batch, heads, n, width] = [3, 2, 5, 6];
    const { kernels, place, gaussians, empty, read } = heap(4);
    const [q, k] = [gaussians(batch * n * heads * width), gaussians(batch * n * heads * width)];
    const [atQ, atK, atS] = [place(q), place(k), empty(batch * heads * n * (n + 1))];
    const row = heads * width;
    const scratch = empty(kernels.gemmScratchBytes(0, 1, n, n, width) / 4);
    // biome-ignore format: one line for each of A, B and C
    kernels.gemm(
      0, 1, n, n, width, batch, heads,
      atQ, row, n * row, width, atK, row, n * row, width,
      atS, n + 1, heads * n * (n + 1), n * (n + 1), 0, scratch,
    );
    const expected = indices(batch * heads * n * (n + 1)).map((at) => {
      const [j, i] = [at % (n + 1), Math.floor(at / (n + 1)) % n];
      const head = Math.floor(at / (n + 1) / n) % heads;
      const first = Math.floor(at / (n + 1) / n / heads) * n * row + head * width;
      if (j === n) return GUARD;
      return sum(indices(width).map((p) => q[first + i * row + p] * k[first + j * row + p]));
    });
    expect(read(atS, expected.length)).toBeAllClose(expected, FLOAT32);
  });

  it('reads nothing beyond its arguments', () => {
    const { kernels, place, gaussians, empty, atEnd, read } = heap(5);
    const scratch = empty(4096);
    const a = place(gaussians(3 * 3));
    const c = empty(3 * 3);
    const b = atEnd(gaussians(3 * 3));
    for (const [transA, transB] of [
      [0, 0],
      [1, 1],
    ]) {
      // biome-ignore format: one line for each of A, B and C
      kernels.gemm(transA, transB, 3, 3, 3, 1, 1, a, 3, 0, 0, b, 3, 0, 0, c, 3, 0, 0, 0, scratch);
      // biome-ignore format: the same with A at the end
      kernels.gemm(transA, transB, 3, 3, 3, 1, 1, b, 3, 0, 0, a, 3, 0, 0, c, 3, 0, 0, 0, scratch);
    }
    read(c, 9);
  });
});

/** Softmax of one row, exact zeros where hidden. */
function softmax(values: number[], visible: ArrayLike<number>): number[] {
  const top = Math.max(...values.filter((_, j) => visible[j]));
  const powers = values.map((value, j) => (visible[j] ? Math.exp(value - top) : 0));
  const total = sum(powers);
  return powers.map((power) => (total > 0 ? power / total : 0));
}

describe('softmax', () => {
  it.each([1, 2, 3, 4, 5, 7, 8, 21, 67])('of masked rows, %i columns', (columns) => {
    const [batch, heads, rows, scale] = [2, 3, 5, 2.5];
    for (const masks of [0, 1, batch]) {
      const { kernels, place, gaussians, empty, read } = heap(columns);
      const scores = gaussians(batch * heads * rows * columns, 10);
      const mask = gaussians(masks * rows * columns).map((value) => (value > -0.3 ? 1 : 0));
      mask.fill(0, 0, masks ? columns : 0); // a row that sees nothing
      const out = empty(scores.length);
      const stride = masks === batch ? rows * columns : 0;
      const atMask = masks ? place(mask) : 0;
      kernels.softmaxRows(place(scores), atMask, out, batch, heads, rows, columns, stride, scale);
      const expected = indices(batch * heads * rows).flatMap((row) => {
        const values = [...scores.slice(row * columns, (row + 1) * columns)].map((x) => x * scale);
        const b = Math.floor(row / rows / heads);
        const first = b * stride + (row % rows) * columns;
        const seen = masks ? mask.slice(first, first + columns) : values.map(() => 1);
        return softmax(values, seen);
      });
      const actual = read(out, scores.length);
      expect(actual).toBeAllClose(expected, { absolute: 1e-30, relative: 2e-5 });
      const hidden = expected.flatMap((value, at) => (value === 0 ? [actual[at]] : []));
      expect(hidden.every((value) => value === 0)).toBe(true);
    }
  });

  it('ignores what is hidden even if it is no number', () => {
    const { kernels, place, empty, read } = heap(1);
    const out = empty(3);
    const scores = place([1, Number.NaN, 1]);
    kernels.softmaxRows(scores, place([1, 0, 1]), out, 1, 1, 1, 3, 0, 1);
    expect([...read(out, 3)]).toEqual([0.5, 0, 0.5]);
  });

  it.each([1, 3, 4, 6, 8, 13])('gradient, %i columns', (columns) => {
    const { kernels, place, gaussians, empty, read } = heap(columns);
    const [count, scale] = [7, 1.5];
    const [y, dy] = [gaussians(count * columns), gaussians(count * columns)];
    const dx = empty(y.length);
    kernels.softmaxRowsGradient(place(y), place(dy), dx, count, columns, scale);
    const expected = indices(y.length).map((at) => {
      const first = at - (at % columns);
      const mean = sum(indices(columns).map((j) => y[first + j] * dy[first + j]));
      return scale * y[at] * (dy[at] - mean);
    });
    expect(read(dx, y.length)).toBeAllClose(expected, { absolute: 1e-5, relative: 1e-5 });
  });
});

describe('normalised rows', () => {
  it.each([1, 2, 3, 5, 8, 11, 64])('and their gradient, %i columns', (columns) => {
    const { kernels, place, gaussians, empty, read } = heap(columns);
    const rows = 6;
    const [x, dy] = [gaussians(rows * columns, 3), gaussians(rows * columns)];
    const [y, norms, dx] = [empty(x.length), empty(rows), empty(x.length)];
    kernels.normaliseRows(place(x), y, norms, rows, columns);
    kernels.normaliseRowsGradient(y, norms, place(dy), dx, rows, columns);
    const lengths = indices(rows).map((i) =>
      Math.hypot(...x.slice(i * columns, (i + 1) * columns)),
    );
    const unit = indices(x.length).map((at) => x[at] / lengths[Math.floor(at / columns)]);
    const expected = indices(x.length).map((at) => {
      const first = at - (at % columns);
      const along = sum(indices(columns).map((j) => unit[first + j] * dy[first + j]));
      return (dy[at] - along * unit[at]) / lengths[first / columns];
    });
    expect(read(norms, rows)).toBeAllClose(lengths, FLOAT32);
    expect(read(y, x.length)).toBeAllClose(unit, FLOAT32);
    const smallest = Math.min(...lengths);
    expect(read(dx, x.length)).toBeAllClose(expected, {
      absolute: 2e-6 / smallest,
      relative: 2e-6,
    });
  });
});

describe('softmax cross-entropy', () => {
  it.each([1, 3, 4, 9, 50, 1003])('of %i columns, apart and in place', (columns) => {
    const { kernels, place, integers, gaussians, empty, read } = heap(columns);
    const weights = Float32Array.of(1, 0, 0.5, 2);
    const rows = weights.length;
    const [z, bias] = [gaussians(rows * columns, 8), gaussians(columns)];
    const truth = indices(rows).map((i) => (i * 31) % columns);
    const [logits, gradient, losses] = [place(z), empty(z.length), empty(rows)];
    const rest = [place(bias), integers(truth), place(weights)] as const;
    const shifted = indices(rows).map((i) =>
      indices(columns).map((j) => Math.fround(z[i * columns + j] + bias[j])),
    );
    const expectedLosses = shifted.map((row, i) => {
      const top = Math.max(...row);
      const total = sum(row.map((value) => Math.exp(value - top)));
      return weights[i] * (Math.log(total) + top - row[truth[i]]);
    });
    const expected = shifted.flatMap((row, i) =>
      softmax(
        row,
        row.map(() => 1),
      ).map((p, j) => weights[i] * (p - (j === truth[i] ? 1 : 0))),
    );
    for (const to of [gradient, logits]) {
      kernels.softmaxCrossEntropy(logits, ...rest, to, losses, rows, columns);
      expect(read(losses, rows)).toBeAllClose(expectedLosses, FLOAT32);
      expect(read(to, z.length)).toBeAllClose(expected, { absolute: 3e-7, relative: 2e-6 });
    }
  });

  it.each([1, 9, 11])(
    'shows a logit that is no number in the loss and the whole row (%i)',
    (bad) => {
      const { kernels, place, integers, empty, read } = heap(2);
      const logits = place(indices(12).map((j) => (j === bad ? Number.NaN : j)));
      const [gradient, losses] = [empty(12), empty(1)];
      kernels.softmaxCrossEntropy(logits, 0, integers([0]), place([1]), gradient, losses, 1, 12);
      expect([...read(losses, 1), ...read(gradient, 12)].every(Number.isNaN)).toBe(true);
      const out = empty(12);
      kernels.softmaxRows(logits, 0, out, 1, 1, 1, 12, 0, 1);
      expect([...read(out, 12)].every(Number.isNaN)).toBe(true);
    },
  );

  it('has an exponential and a logarithm that are true to float32 over their range', () => {
    const { kernels, place, integers, empty, read } = heap(9);
    const gaps = indices(870).map((i) => i / 10);
    const logits = place(gaps.flatMap((gap) => [0, -gap]));
    const [gradient, losses] = [empty(2 * gaps.length), empty(gaps.length)];
    const targets = integers(gaps.map(() => 0));
    const weights = place(gaps.map(() => 1));
    kernels.softmaxCrossEntropy(logits, 0, targets, weights, gradient, losses, gaps.length, 2);
    const gradients = [...read(gradient, 2 * gaps.length)].filter((_, at) => at % 2 === 1);
    const exact = gaps.map((gap) => {
      const power = Math.exp(-Math.fround(gap));
      return power / (1 + power);
    });
    expect(gradients).toBeAllClose(exact, { absolute: 0, relative: 4e-7 });
    const logs = gaps.map((gap) => Math.log1p(Math.exp(-Math.fround(gap))));
    expect(read(losses, gaps.length)).toBeAllClose(logs, { absolute: 1e-7, relative: 2e-7 });
  });
});

describe('elements', () => {
  it.each([1, 2, 3, 4, 5, 8, 11])('sums of columns, rows by index: %i columns', (columns) => {
    for (const rows of [1, 4, 6, 9]) {
      const { kernels, place, integers, gaussians, empty, read } = heap(rows);
      const x = gaussians(rows * columns);
      const ids = indices(rows).map((i) => (i * 3) % 4);
      const table = gaussians(4 * columns);
      const [sums, gathered, added] = [empty(columns), empty(x.length), place(table)];
      kernels.columnSums(place(x), sums, rows, columns);
      kernels.gatherRows(place(table), integers(ids), gathered, rows, columns);
      kernels.scatterAddRows(added, integers(ids), place(x), rows, columns);
      const expected = indices(columns).map((j) =>
        sum(indices(rows).map((i) => x[i * columns + j])),
      );
      expect(read(sums, columns)).toBeAllClose(expected, FLOAT32);
      const picked = ids.flatMap((id) => [...table.slice(id * columns, (id + 1) * columns)]);
      expect([...read(gathered, x.length)]).toEqual(picked);
      const scattered = Float64Array.from(table);
      for (let at = 0; at < x.length; at++)
        scattered[ids[Math.floor(at / columns)] * columns + (at % columns)] += x[at];
      expect(read(added, table.length)).toBeAllClose(scattered, FLOAT32);
    }
  });

  it.each([1, 2, 3, 4, 7, 16, 29])('addScaled and lerp of %i numbers', (count) => {
    const { kernels, place, gaussians, empty, read } = heap(count);
    const [x, y] = [gaussians(count), gaussians(count)];
    const [atX, atY, out] = [place(x), place(y), empty(count)];
    kernels.addScaled(out, atX, atY, -0.7, count);
    expect(read(out, count)).toBeAllClose(
      x.map((value, i) => value - 0.7 * y[i]),
      FLOAT32,
    );
    kernels.lerp(out, atX, atY, 0.3, count);
    expect(read(out, count)).toBeAllClose(
      x.map((value, i) => 0.7 * value + 0.3 * y[i]),
      FLOAT32,
    );
  });
});
