/** The path of the noise, and the weak and strong order of schemes with it. Many particles in one state are the samples. */
import { describe, expect, it } from 'vitest';
import { moveOnSphere, tangentVariance } from '../../src/geometry/brownian.ts';
import { integrate } from '../../src/integrators/integrate.ts';
import type { FlowProblem } from '../../src/integrators/problem.ts';
import { type WienerPath, wienerPath } from '../../src/integrators/wiener.ts';
import { logSlope, normaliseRows, offSphere } from './problems.ts';

/** dx = P_x (pull · e_1 dt + √(2/κ) ∘ dW) for n particles on S^{d−1} that do not see each other. */
function onSphere(n: number, d: number, kappa: number, pull = 0): FlowProblem {
  return {
    size: n * d,
    velocity(_, x, out) {
      for (let from = 0; from < n * d; from += d)
        for (let k = 0; k < d; k++)
          out[from + k] = pull * ((k === 0 ? 1 : 0) - x[from] * x[from + k]);
    },
    retract: (state) => normaliseRows(state, d),
    noise: {
      size: n * d,
      width: d,
      move: (x, increments, h) =>
        moveOnSphere(x, increments, d, Math.sqrt(tangentVariance(h / kappa, d) / h)),
    },
  };
}

/** dx = f(x) dt + dW for n particles on the line. */
const onLine = (n: number, f: (x: number) => number): FlowProblem => ({
  size: n,
  velocity: (_, x, out) => {
    for (let i = 0; i < n; i++) out[i] = f(x[i]);
  },
  noise: {
    size: n,
    width: 1,
    move: (x, increments) => {
      for (let i = 0; i < n; i++) x[i] += increments[i];
    },
  },
});

/** All particles at e_1. */
function pole(n: number, d: number): Float64Array {
  const state = new Float64Array(n * d);
  for (let from = 0; from < n * d; from += d) state[from] = 1;
  return state;
}

interface Run {
  readonly end?: number;
  readonly step: number;
  readonly path: WienerPath;
  readonly scheme?: string;
}

function endOf(problem: FlowProblem, start: Float64Array, { end = 1, ...run }: Run) {
  const settings = { scheme: 'heun', end, times: [], ...run };
  const [{ state }] = integrate(problem, start, settings);
  return state;
}

/** Mean over particles of a function of x_1, and its standard error. */
function meanOf(state: Float64Array, d: number, f = (x: number) => x) {
  const n = state.length / d;
  let [sum, squares] = [0, 0];
  for (let from = 0; from < state.length; from += d) {
    sum += f(state[from]);
    squares += f(state[from]) ** 2;
  }
  const mean = sum / n;
  return { mean, error: Math.sqrt((squares / n - mean ** 2) / n) };
}

describe('the path', () => {
  const draw = (path: WienerPath, from: number, to: number, size = 6, process: 0 | 1 = 0) => {
    const out = new Float64Array(size);
    path(process, from, to, out);
    return out;
  };
  const path = wienerPath(1, 0.25, 2);

  it('is a function of the seed, the process, the time and the number of the particle', () => {
    const one = draw(path, 1.75, 2);
    expect(draw(wienerPath(1, 0.25, 2), 1.75, 2)).toEqual(one);
    expect(draw(path, 1.75, 2, 40).slice(0, 6)).toEqual(one);
    for (const other of [
      draw(wienerPath(2, 0.25, 2), 1.75, 2),
      draw(path, 2, 2.25),
      draw(path, 1.75, 2, 6, 1),
    ])
      for (const [i, value] of other.entries()) expect(value).not.toBe(one[i]);
  });

  it('has increments over twice the step that are the sums of those over one', () => {
    const [first, second] = [draw(path, 1.5, 1.75), draw(path, 1.75, 2)];
    const both = first.map((value, i) => value + second[i]);
    expect(draw(path, 1.5, 2)).toEqual(both);
  });

  it('is the same path between any times', () => {
    const times = [0, 0.1, 0.25, 0.3, 0.3 + 1e-7, 0.875, 1.01, 2];
    const parts = times.slice(1).map((to, k) => draw(path, times[k], to));
    const sum = parts[0].map((_, i) => parts.reduce((total, part) => total + part[i], 0));
    expect(sum).toBeAllClose(draw(path, 0, 2), { absolute: 1e-13 });
  });

  it('has independent increments whose variance is their time, also within a cell', () => {
    const n = 20_000;
    const times = [0, 0.02, 0.07, 0.19, 0.25, 0.4, 0.5];
    const parts = times.slice(1).map((to, k) => {
      const scale = Math.sqrt(to - times[k]);
      return draw(wienerPath(3, 0.25, 1), times[k], to, n).map((value) => value / scale);
    });
    for (const [k, x] of parts.entries())
      for (const y of parts.slice(0, k + 1)) {
        const covariance = x.reduce((sum, value, i) => sum + value * y[i], 0) / n;
        // four standard errors
        if (x === y) expect(Math.abs(covariance - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
        else expect(Math.abs(covariance)).toBeLessThan(4 / Math.sqrt(n));
      }
  });
});

it.each([
  [2, 4],
  [3, 4],
  [8, 4],
])('d = %i, κ = %i: E⟨x_t, x_0⟩ = e^{−(d−1)t/κ} in steps of 0.1 and of 0.5', (d, kappa) => {
  const n = 20_000;
  for (const step of [0.1, 0.5]) {
    const path = wienerPath(1, step, d);
    const state = endOf(onSphere(n, d, kappa), pole(n, d), { step, path });
    const { mean, error } = meanOf(state, d);
    expect(Math.abs(mean - Math.exp(-(d - 1) / kappa))).toBeLessThan(3.5 * error);
    expect(offSphere(state, d)).toBeLessThanOrEqual(3 * Number.EPSILON);
  }
});

it('strong order ½ on S², along one path', { tags: 'slow' }, () => {
  const n = 1000;
  const problem = onSphere(n, 3, 2);
  const path = wienerPath(3, 2 ** -9, 3);
  const exact = endOf(problem, pole(n, 3), { step: 2 ** -9, path });
  const steps = [1 / 4, 1 / 8, 1 / 16, 1 / 32];
  const errors = steps.map((step) => {
    const state = endOf(problem, pole(n, 3), { step, path });
    return Math.sqrt(state.reduce((sum, x, i) => sum + (x - exact[i]) ** 2, 0) / n);
  });
  const order = logSlope(steps, errors);
  expect(order).toBeGreaterThan(0.4);
  expect(order).toBeLessThan(0.65);
});

describe('weak order 2', () => {
  /**
   * All paths of `steps` steps whose increments take √3 and −√3 deviations with probability 1/6 and 0 with 2/3: the
   * moments of a normal variable up to the fifth, which is what order 2 hangs on. Particle i follows the path
   * with the digits of i.
   */
  function everyPath(steps: number) {
    const n = 9 ** steps;
    const digit = (i: number, place: number) => Math.floor(i / 3 ** place) % 3;
    const path: WienerPath = (process, from, to, out) => {
      const step = Math.round(from * steps);
      for (let i = 0; i < n; i++)
        out[i] = [0, 1, -1][digit(i, 2 * step + process)] * Math.sqrt(3 * (to - from));
    };
    const chance = (i: number) => {
      let product = 1;
      for (let place = 0; place < 2 * steps; place++)
        product *= digit(i, place) === 0 ? 2 / 3 : 1 / 6;
      return product;
    };
    return { n, path, chance };
  }

  // dx = tanh(x) dt + dW from a is N(a ± t, t) with probability e^{±a}/(2 cosh a) (Beneš).
  const a = 0.7;
  const [up, down] = [1, -1].map((sign) => Math.exp(sign * a) / (2 * Math.cosh(a)));
  const exact = [up * (a + 1) + down * (a - 1), up * (a + 1) ** 2 + down * (a - 1) ** 2 + 1];

  it.each([
    ['heun', 2],
    ['rk4', 2],
    ['euler', 1],
  ])(
    'of a drift that is not linear, on the line, exact over all paths: %s, order %i',
    (scheme, order) => {
      const counts = [1, 2, 4];
      const errors = counts.map((steps) => {
        const { n, path, chance } = everyPath(steps);
        const start = new Float64Array(n).fill(a);
        const state = endOf(onLine(n, Math.tanh), start, { step: 1 / steps, path, scheme });
        return [1, 2].map((power, k) =>
          Math.abs(state.reduce((sum, x, i) => sum + chance(i) * x ** power, 0) - exact[k]),
        );
      });
      for (const k of [0, 1]) {
        const found = Math.log2(errors[1][k] / errors[2][k]);
        expect(found).toBeGreaterThan(order - 0.35);
        // one order alone may be higher by chance; the first is not taken for the second
        if (order === 1) expect(found).toBeLessThan(1.6);
      }
    },
  );

  it('of a pull on S²: E P_l(x_1) solves a linear system', () => {
    const [kappa, pull, n] = [2, 2, 100_000];
    const first = legendreMeans(kappa, pull)[1];
    const errors = [1 / 2, 1 / 4].map((step) => {
      const path = wienerPath(4, step, 3);
      const state = endOf(onSphere(n, 3, kappa, pull), pole(n, 3), { step, path });
      const { mean, error } = meanOf(state, 3);
      return { weak: Math.abs(mean - first), error };
    });
    // at the large step an error that is seen; at half of it a quarter, as far as chance lets one see
    expect(errors[0].weak).toBeGreaterThan(6 * errors[0].error);
    expect(errors[1].weak).toBeLessThan(0.35 * errors[0].weak + 3 * errors[1].error);
  });

  /** E P_l(x_1) at time 1 from the pole: d/dt = −l(l+1)/κ · E P_l + pull · l(l+1)/(2l+1) · E (P_{l−1} − P_{l+1}). */
  function legendreMeans(kappa: number, pull: number): Float64Array {
    const degree = 24;
    const rate = (u: Float64Array) =>
      u.map((value, l) => {
        const square = l * (l + 1);
        const above = l < degree ? u[l + 1] : 0;
        return l === 0
          ? 0
          : (pull * square * (u[l - 1] - above)) / (2 * l + 1) - (square * value) / kappa;
      });
    const steps = 2000;
    const add = (u: Float64Array, v: Float64Array, h: number) => u.map((one, l) => one + h * v[l]);
    let u = new Float64Array(degree + 1).fill(1);
    for (let k = 0; k < steps; k++) {
      const a1 = rate(u);
      const a2 = rate(add(u, a1, 0.5 / steps));
      const a3 = rate(add(u, a2, 0.5 / steps));
      const a4 = rate(add(u, a3, 1 / steps));
      u = u.map((one, l) => one + (a1[l] + 2 * a2[l] + 2 * a3[l] + a4[l]) / (6 * steps));
    }
    return u;
  }
});

it('particles that change places with their noise change places in the run, to rounding', () => {
  const [n, d] = [7, 3];
  const order = [3, 6, 0, 2, 5, 1, 4];
  const permuted = (rows: Float64Array) =>
    Float64Array.from({ length: n * d }, (_, at) => rows[order[Math.floor(at / d)] * d + (at % d)]);
  // all pull each other: v_i = P Σ_j e^{⟨x_i, x_j⟩} x_j / n
  const problem: FlowProblem = {
    ...onSphere(n, d, 3),
    velocity(_, x, out) {
      out.fill(0);
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) {
          let inner = 0;
          for (let k = 0; k < d; k++) inner += x[i * d + k] * x[j * d + k];
          for (let k = 0; k < d; k++)
            out[i * d + k] += (Math.exp(inner) / n) * (x[j * d + k] - inner * x[i * d + k]);
        }
    },
  };
  const start = new Float64Array(n * d);
  wienerPath(9, 1, d)(0, 0, 1, start);
  normaliseRows(start, d);
  const path = wienerPath(2, 0.1, d);
  const own = endOf(problem, start, { step: 0.1, path });
  const changed = endOf(problem, permuted(start), {
    step: 0.1,
    path(process, from, to, out) {
      path(process, from, to, out);
      out.set(permuted(out));
    },
  });
  expect(changed).toBeAllClose(permuted(own), { absolute: 1e-13 });
});

it('frames do not change the run, and one within a step lies on its path', () => {
  const problem = onSphere(5, 3, 4, 1);
  const settings = { scheme: 'heun', end: 1, step: 0.1, path: wienerPath(6, 0.1, 3) };
  const frames = (times: number[]) => [...integrate(problem, pole(5, 3), { ...settings, times })];
  const [end] = frames([]);
  const many = frames([0, 0.03, 0.3, 0.34, 0.99, 1]);
  expect(many.map(({ time }) => time)).toEqual([0, 0.03, 0.3, 0.34, 0.99, 1]);
  expect(many[5].state).toEqual(end.state);
  expect(many.map(({ steps }) => steps)).toEqual([0, 1, 3, 4, 10, 10]);
  // a run that ends there is the same
  const [there] = [...integrate(problem, pole(5, 3), { ...settings, end: 0.34, times: [] })];
  expect(many[3].state).toBeAllClose(there.state, { absolute: 1e-14 });
});
