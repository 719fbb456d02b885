/** Particles that try an engine, their masses, and sums that are better than Float64. No expectations. */
import type { Interaction } from '../../src/attention/interaction.ts';
import { openReferenceField } from '../../src/engines/reference-field.ts';
import type { Matrix } from '../../src/numerics/matrix.ts';
import { random } from '../../src/numerics/random.ts';

type Space = 'sphere' | 'euclidean';

/** Rows of unit length from a point for each (particle, coordinate): [n, d]. */
export function scattered(
  n: number,
  d: number,
  point: (i: number, c: number) => number,
): Float64Array {
  const x = Float64Array.from({ length: n * d }, (_, at) => point(Math.floor(at / d), at % d));
  return x.map((value, at) => {
    const start = at - (at % d);
    return value / Math.hypot(...x.subarray(start, start + d));
  });
}

/** Directions, and off the sphere lengths from a half to two for them. */
function placed(
  space: Space,
  n: number,
  d: number,
  point: (i: number, c: number) => number,
): Float64Array {
  const x = scattered(n, d, point);
  const length = (i: number) => (space === 'sphere' ? 1 : 0.5 + 1.5 * random(i, n).uniform());
  return x.map((value, at) => length(Math.floor(at / d)) * value);
}

/** Positions [n, d] by name. */
export const STARTS = {
  scattered(space: Space, n: number, d: number) {
    const { gaussian } = random(n, d);
    return placed(space, n, d, gaussian);
  },
  'a tight cluster'(space: Space, n: number, d: number) {
    const { gaussian } = random(n, d, 1);
    return placed(space, n, d, (_, c) => 1 + c + 1e-9 * gaussian());
  },
  'one point'(_: Space, n: number, d: number) {
    return scattered(n, d, (_, c) => 1 + c);
  },
  antipodes(_: Space, n: number, d: number) {
    return scattered(n, d, (i, c) => (i % 2 ? -1 : 1) * (1 + c));
  },
  'one against all'(space: Space, n: number, d: number) {
    const { gaussian } = random(n, d, 2);
    return placed(space, n, d, (i, c) => (i === 0 ? -1 : 1) * (1 + c) + 1e-3 * gaussian());
  },
  /** ±e_c again and again: scores tie exactly. */
  axes(_: Space, n: number, d: number) {
    return scattered(n, d, (i, c) => (i % d === c ? (-1) ** Math.floor(i / d) : 0));
  },
} as const;

function shares(n: number, mass: (i: number) => number): Float64Array {
  const masses = Float64Array.from({ length: n }, (_, i) => (n === 1 ? 1 : mass(i)));
  const sum = masses.reduce((total, value) => total + value, 0);
  return masses.map((value) => value / sum);
}

/** Masses [n] of sum 1 by name. */
export const MASSES = {
  equal: (n: number) => new Float64Array(n).fill(1 / n),
  /** Of all sizes; the first and every seventh have none. */
  uneven(n: number) {
    const { uniform } = random(n, 5);
    return shares(n, (i) => (i % 7 === 0 ? 0 : 1e-6 + uniform() ** 4));
  },
  /** From 1 down to 1e-40. */
  vast: (n: number) => shares(n, (i) => 10 ** ((-40 * i) / n)),
} as const;

export function inner(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let c = 0; c < x.length; c++) sum += x[c] * y[c];
  return sum;
}

/** A sum that is as good as one in twice the precision (Neumaier). */
export function exactSum(terms: Iterable<number>): number {
  let [sum, rest] = [0, 0];
  for (const term of terms) {
    const next = sum + term;
    rest += Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum;
    sum = next;
  }
  return sum + rest;
}

/** Rows of `size` numbers in another order: row `to` is the former row order[to]. */
export function reordered(values: Float64Array, order: number[], size: number): Float64Array {
  const out = new Float64Array(values.length);
  order.forEach((from, to) => {
    out.set(values.subarray(from * size, (from + 1) * size), to * size);
  });
  return out;
}

/** A_ij per head from the reference engine. */
export function couplingOf(
  interaction: Interaction,
  x: Float64Array,
  masses: Float64Array,
): Matrix[] {
  const [n, d] = [masses.length, x.length / masses.length];
  const asked = { interaction, n, d, precision: 'float64', accuracy: 0, threads: 1 } as const;
  return openReferenceField(asked).couplings?.(x, masses) ?? [];
}
