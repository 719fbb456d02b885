/** Flows with known solutions, and the slope of a line in logarithms. */
import type { FlowProblem } from '../../src/integrators/problem.ts';
import { random } from '../../src/numerics/random.ts';

/** Rows of `d` entries to length 1, in place. */
export function normaliseRows(state: Float64Array, d: number): void {
  for (let from = 0; from < state.length; from += d) {
    let square = 0;
    for (let k = from; k < from + d; k++) square += state[k] ** 2;
    const length = Math.sqrt(square);
    for (let k = from; k < from + d; k++) state[k] /= length;
  }
}

/** The largest ||x_i| − 1| over the rows. */
export function offSphere(state: Float64Array, d: number): number {
  let worst = 0;
  for (let from = 0; from < state.length; from += d)
    worst = Math.max(worst, Math.abs(Math.hypot(...state.subarray(from, from + d)) - 1));
  return worst;
}

/** ẋ = a x on R: x = e^{at}. */
export const linear = (a: number): FlowProblem => ({
  size: 1,
  velocity: (_, x, out) => {
    out[0] = a * x[0];
  },
});

/** ẋ = −2 t x: x = e^{−t²}. */
export const gaussian: FlowProblem = {
  size: 1,
  velocity: (t, x, out) => {
    out[0] = -2 * t * x[0];
  },
};

/** ẋ = ω × x on S² with ω = (0, 0, 1). */
export const rotation: FlowProblem = {
  size: 3,
  velocity: (_, [x, y], out) => out.set([-y, x, 0]),
  retract: (state) => normaliseRows(state, 3),
};

export const ROTATION_START = Float64Array.of(0.8, 0, 0.6);
export const rotated = (t: number) => [0.8 * Math.cos(t), 0.8 * Math.sin(t), 0.6];

export const BETA = 2;

/** Two tokens on S² under softmax attention with Q = K = V = I (docs/theory.md §4.3): state [2, 3]. */
export const twoTokens: FlowProblem = {
  size: 6,
  velocity: (_, x, out) => {
    const c = cosine(x);
    const other = 1 / (1 + Math.exp(BETA * (1 - c)));
    for (let k = 0; k < 3; k++) {
      out[k] = other * (x[3 + k] - c * x[k]);
      out[3 + k] = other * (x[k] - c * x[3 + k]);
    }
  },
  ambient: (_, x, out) => {
    const other = 1 / (1 + Math.exp(BETA * (1 - cosine(x))));
    for (let k = 0; k < 3; k++) {
      out[k] = (1 - other) * x[k] + other * x[3 + k];
      out[3 + k] = (1 - other) * x[3 + k] + other * x[k];
    }
  },
  retract: (state) => normaliseRows(state, 3),
};

const cosine = (x: Float64Array) => x[0] * x[3] + x[1] * x[4] + x[2] * x[5];

/** The angle between the two tokens. */
export const angleOf = (x: Float64Array) =>
  2 *
  Math.atan2(
    Math.hypot(x[0] - x[3], x[1] - x[4], x[2] - x[5]),
    Math.hypot(x[0] + x[3], x[1] + x[4], x[2] + x[5]),
  );

export const START_ANGLE = 2;
export const twoTokensStart = () =>
  Float64Array.of(0, 0, 1, 0, Math.sin(START_ANGLE), Math.cos(START_ANGLE));

/** φ(t) of φ̇ = −2 sin φ / (1 + e^{β(1−cos φ)}): the t in which it falls from φ_0 to φ is an integral. */
export function exactAngle(t: number): number {
  let low = 0.01;
  let high = START_ANGLE;
  for (let k = 0; k < 60; k++) {
    const middle = (low + high) / 2;
    if (fallTime(middle) > t) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** ∫ (1 + e^{β(1−cos φ)}) / (2 sin φ) dφ from φ to φ_0 by Simpson's rule in ln tan(φ/2). */
function fallTime(phi: number, panels = 2000): number {
  const from = Math.log(Math.tan(phi / 2));
  const width = (Math.log(Math.tan(START_ANGLE / 2)) - from) / panels;
  let sum = 0;
  for (let k = 0; k <= panels; k++) {
    const weight = k === 0 || k === panels ? 1 : k % 2 === 0 ? 2 : 4;
    // cos φ = −tanh u for u = ln tan(φ/2), and du = dφ / sin φ.
    sum += weight * (1 + Math.exp(BETA * (1 + Math.tanh(from + k * width))));
  }
  return (sum * width) / 6;
}

/** n tokens on S² under softmax attention with Q = K = V = I: state [n, 3]. */
export const tokens = (n: number): FlowProblem => ({
  size: 3 * n,
  velocity: (_, x, out) => {
    for (let i = 0; i < n; i++) listen(x, i, out);
  },
  retract: (state) => normaliseRows(state, 3),
});

/** P_{x_i} Σ_j A_ij (x_j − x_i), to row i of out. */
function listen(x: Float64Array, i: number, out: Float64Array): void {
  const [own, row] = [x.subarray(3 * i, 3 * i + 3), out.subarray(3 * i, 3 * i + 3)];
  let total = 0;
  row.fill(0);
  for (let j = 0; j < x.length; j += 3) {
    const c = own[0] * x[j] + own[1] * x[j + 1] + own[2] * x[j + 2];
    const weight = Math.exp(BETA * c);
    total += weight;
    for (let k = 0; k < 3; k++) row[k] += weight * (x[j + k] - c * own[k]);
  }
  for (let k = 0; k < 3; k++) row[k] /= total;
}

/** n unit vectors [n, 3], the same every time. */
export function someTokens(n: number): Float64Array {
  const { gaussian: draw } = random(1);
  const state = Float64Array.from({ length: 3 * n }, draw);
  normaliseRows(state, 3);
  return state;
}

/** The slope of a least-squares line through (ln x, ln y). */
export function logSlope(x: readonly number[], y: readonly number[]): number {
  const [u, v] = [x.map(Math.log), y.map(Math.log)];
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mu, mv] = [mean(u), mean(v)];
  const rise = u.reduce((sum, value, i) => sum + (value - mu) * (v[i] - mv), 0);
  return rise / u.reduce((sum, value) => sum + (value - mu) ** 2, 0);
}
