/** Brownian motion on spheres: its law, strong and weak order. Many particles in one state are the samples. */
import { expect, test } from 'vitest';
import { brownian, type Increments } from '../../src/integrators/heun.ts';
import { integrate } from '../../src/integrators/integrate.ts';
import type { FlowProblem } from '../../src/integrators/problem.ts';
import { logSlope, normaliseRows, offSphere } from './problems.ts';

/** dx = √(2/κ) P_x ∘ dW for n particles on S^{d−1}. */
function diffusion(n: number, d: number, kappa: number): FlowProblem {
  const strength = Math.sqrt(2 / kappa);
  return {
    size: n * d,
    velocity: (_, __, out) => out.fill(0),
    retract: (state) => normaliseRows(state, d),
    diffuse(state, increments, out) {
      for (let from = 0; from < n * d; from += d) {
        let along = 0;
        for (let k = from; k < from + d; k++) along += state[k] * increments[k];
        for (let k = from; k < from + d; k++)
          out[k] = strength * (increments[k] - along * state[k]);
      }
    },
  };
}

/** All particles at the north pole e_1. */
function pole(n: number, d: number): Float64Array {
  const state = new Float64Array(n * d);
  for (let from = 0; from < n * d; from += d) state[from] = 1;
  return state;
}

/** The path of `fine`, in steps `factor` times as long. */
function coarser(fine: Increments, factor: number): Increments {
  let part = new Float64Array(0);
  return (index, h, out) => {
    if (part.length !== out.length) part = new Float64Array(out.length);
    out.fill(0);
    for (let k = 0; k < factor; k++) {
      fine(index * factor + k, h / factor, part);
      for (let i = 0; i < out.length; i++) out[i] += part[i];
    }
  };
}

function endOf(
  problem: FlowProblem,
  start: Float64Array,
  end: number,
  step: number,
  noise: Increments,
) {
  const settings = { scheme: 'heun', end, step, times: [], noise };
  const [{ state }] = integrate(problem, start, settings);
  return state;
}

/** Mean of ⟨x_t, x_0⟩ and its standard error. */
function correlation(state: Float64Array, d: number) {
  const n = state.length / d;
  let [sum, squares] = [0, 0];
  for (let from = 0; from < state.length; from += d) {
    sum += state[from];
    squares += state[from] ** 2;
  }
  const mean = sum / n;
  return { mean, error: Math.sqrt((squares / n - mean ** 2) / n) };
}

test.each([
  [2, 4],
  [3, 4],
  [5, 8],
])('d = %i, κ = %i: E⟨x_t, x_0⟩ = e^{−(d−1)t/κ}', (d, kappa) => {
  const n = 20_000;
  const state = endOf(diffusion(n, d, kappa), pole(n, d), 1, 1 / 128, brownian(1));
  const { mean, error } = correlation(state, d);
  expect(Math.abs(mean - Math.exp(-(d - 1) / kappa))).toBeLessThan(3 * error);
  expect(offSphere(state, d)).toBeLessThanOrEqual(2 * Number.EPSILON);
});

test('strong order ½ on S²', () => {
  const n = 1500;
  const problem = diffusion(n, 3, 2);
  const fine = brownian(3);
  const exact = endOf(problem, pole(n, 3), 1, 2 ** -11, fine);
  const factors = [256, 128, 64, 32, 16];
  const errors = factors.map((factor) => {
    const state = endOf(problem, pole(n, 3), 1, factor * 2 ** -11, coarser(fine, factor));
    return Math.sqrt(state.reduce((sum, x, i) => sum + (x - exact[i]) ** 2, 0) / n);
  });
  const order = logSlope(factors, errors);
  expect(order).toBeGreaterThan(0.4);
  expect(order).toBeLessThan(0.65);
});

test('weak order 1 on S²', () => {
  const n = 500_000;
  const kappa = 2;
  const steps = [1 / 8, 1 / 16, 1 / 32, 1 / 64];
  const errors = steps.map((step) => {
    const state = endOf(diffusion(n, 3, kappa), pole(n, 3), step, step, brownian(4));
    // A step is alike around every point: E x_{k+1} = m(h) E x_k, so after time 1 it is m(h)^{1/h}.
    return Math.abs(correlation(state, 3).mean ** (1 / step) - Math.exp(-2 / kappa));
  });
  const order = logSlope(steps, errors);
  expect(order).toBeGreaterThan(0.8);
  expect(order).toBeLessThan(1.2);
});

test('the path is a function of the seed and the step', () => {
  const draw = (seed: number, index: number) => {
    const out = new Float64Array(4);
    brownian(seed)(index, 0.25, out);
    return [...out];
  };
  expect(draw(1, 7)).toEqual(draw(1, 7));
  expect(draw(1, 7)).not.toEqual(draw(1, 8));
  expect(draw(1, 7)).not.toEqual(draw(2, 7));
});
