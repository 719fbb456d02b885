/** The conformance suite: what every engine must fulfil, within its dtype's tolerance. */
import { describe, expect, it } from 'vitest';
import { contextMask } from '../../src/attention/coupling.ts';
import type { AttentionWeights } from '../../src/attention/scores.ts';
import { attentionVelocity, layerStep } from '../../src/attention/step.ts';
import { layers } from '../../src/flow/layers.ts';
import type { Algebra } from '../../src/numerics/algebra.ts';
import { random } from '../../src/numerics/random.ts';
import { type EngineUnderTest, type Input, referenceUnderTest } from './engines.ts';

const gaussians = (shape: number[], seed: number, scale = 1): Input => {
  const stream = random(seed);
  const size = shape.reduce((product, length) => product * length, 1);
  return { shape, values: Array.from({ length: size }, () => scale * stream.gaussian()) };
};

const identity = (d: number): Input => ({
  shape: [d, d],
  values: Array.from({ length: d * d }, (_, i) => (i % (d + 1) === 0 ? 1 : 0)),
});

/** n unit vectors in R^n with all cosines ρ: the columns of a I + b 11ᵀ. */
function equiangular(n: number, rho: number): Input {
  const a = Math.sqrt(1 - rho);
  const b = (-a + Math.sqrt(a * a + n * rho)) / n;
  return {
    shape: [n, n],
    values: Array.from({ length: n * n }, (_, i) => b + (i % (n + 1) === 0 ? a : 0)),
  };
}

/** The exact finite-depth map of the layer on equiangular tokens (docs/theory.md §4.1). */
export function equiangularMap(rho: number, n: number, beta: number, h: number): number {
  const z = Math.exp(beta) + (n - 1) * Math.exp(beta * rho);
  const [p, q, s] = [Math.exp(beta) / z, Math.exp(beta * rho) / z, 1 + (n - 1) * rho];
  const b = 2 * (p - q) * q * s + q * q * n * s;
  const top = rho + 2 * h * ((p - q) * rho + q * s) + h * h * ((p - q) ** 2 * rho + b);
  return top / (1 + 2 * h * (p - q + q * s) + h * h * ((p - q) ** 2 + b));
}

/** Weights as the four inputs that follow the particles. */
const weightsFrom = <A>([query, key, value, output]: A[]): AttentionWeights<A> => ({
  query,
  key,
  value,
  output,
});

const randomWeights = (d: number, seed: number): Input[] =>
  [0, 1, 2, 3].map((i) => gaussians([d, d], seed + i, 1 / Math.sqrt(d)));

interface StepCase {
  beta: number[];
  context: number;
  n: number;
}

/** One layer of the general step: particles [B, n, d] first, then Q, K, V, O, then the mask. */
const oneLayer =
  ({ beta }: StepCase) =>
  <A>(algebra: Algebra<A>, [x, q, k, v, o, mask]: A[]): A => {
    const unit = algebra.normalise(x);
    const { velocity } = attentionVelocity(algebra, unit, {
      weights: weightsFrom([q, k, v, o]),
      beta,
      mask,
    });
    return layerStep(algebra, unit, velocity, 0.3);
  };

function stepInputs({ n, context }: StepCase, batch: number, d: number): Input[] {
  const mask = { shape: [n, n], values: contextMask(n, context) };
  return [gaussians([batch, n, d], 7), ...randomWeights(d, 11), mask];
}

const rows = (values: ArrayLike<number>, d: number, from: number, to: number) =>
  Array.from({ length: (to - from) * d }, (_, i) => values[from * d + i]);

export function conformance(engine: EngineUnderTest): void {
  const close = { absolute: engine.tolerance };

  describe(engine.name, () => {
    it.each([
      { n: 9, context: 9, beta: [2] },
      { n: 9, context: 0, beta: [2, 5] },
      { n: 13, context: 6, beta: [1, 3, 3, 8] },
      { n: 1, context: 1, beta: [4, 4] },
    ])('agrees with the reference: %o', (setting) => {
      for (const batch of [1, 3]) {
        const inputs = stepInputs(setting, batch, 16);
        expect(engine.run(inputs, oneLayer(setting))).toBeAllClose(
          referenceUnderTest.run(inputs, oneLayer(setting)),
          close,
        );
      }
    });

    it('follows the exact finite-depth map on equiangular tokens', () => {
      const [n, beta, depth, horizon] = [8, 2, 10, 1];
      const inputs = [equiangular(n, 0), identity(n)];
      const end = engine.run(inputs, <A>(algebra: Algebra<A>, [start, one]: A[]) => {
        const weights = { query: one, key: one, value: one, output: one };
        const flow = { weights: () => weights, beta: [beta], horizon, depth, mask: null };
        let x = start;
        for (const frame of layers(algebra, flow, start)) x = frame.positions;
        return x;
      });
      let rho = 0;
      for (let k = 0; k < depth; k++) rho = equiangularMap(rho, n, beta, horizon / depth);
      const cosine = rows(end, n, 0, 1).reduce((sum, value, c) => sum + value * end[n + c], 0);
      expect([cosine]).toBeAllClose([rho], close);
    });

    it('is equivariant under rotations when the weights are multiples of the identity', () => {
      const [n, d] = [7, 3];
      const [c, s] = [Math.cos(0.7), Math.sin(0.7)];
      const rotation = { shape: [d, d], values: [c, s, 0, -s, c, 0, 0, 0, 1] };
      const inputs = [gaussians([n, d], 3), identity(d), rotation];
      const step = <A>(algebra: Algebra<A>, x: A, one: A) => {
        const unit = algebra.normalise(x);
        const weights = { query: one, key: one, value: one, output: one };
        const { velocity } = attentionVelocity(algebra, unit, {
          weights,
          beta: [3],
          mask: null,
        });
        return layerStep(algebra, unit, velocity, 0.5);
      };
      const before = engine.run(inputs, (algebra, [x, one, r]) =>
        step(algebra, algebra.project(x, r), one),
      );
      const after = engine.run(inputs, (algebra, [x, one, r]) =>
        algebra.project(step(algebra, x, one), r),
      );
      expect(before).toBeAllClose(after, close);
    });

    it('is equivariant under permutations in full coupling', () => {
      const setting = { n: 6, context: 6, beta: [2, 4] };
      const [x, ...others] = stepInputs(setting, 1, 8);
      const order = [3, 0, 5, 1, 4, 2];
      const shuffled = {
        shape: x.shape,
        values: order.flatMap((i) => rows(x.values, 8, i, i + 1)),
      };
      const plain = engine.run([x, ...others], oneLayer(setting));
      const moved = engine.run([shuffled, ...others], oneLayer(setting));
      expect(moved).toBeAllClose(
        order.flatMap((i) => rows(plain, 8, i, i + 1)),
        close,
      );
    });

    it('is causal: changing the last particle leaves the earlier ones bit-identical', () => {
      const setting = { n: 6, context: 0, beta: [2, 4] };
      const [x, ...others] = stepInputs(setting, 1, 8);
      const changed = {
        shape: x.shape,
        values: Array.from(x.values, (value, i) => (i >= 40 ? -value : value)),
      };
      const plain = engine.run([x, ...others], oneLayer(setting));
      const other = engine.run([changed, ...others], oneLayer(setting));
      expect(rows(other, 8, 0, 5)).toEqual(rows(plain, 8, 0, 5));
      expect(rows(other, 8, 5, 6)).not.toEqual(rows(plain, 8, 5, 6));
    });

    it('lands on the sphere', () => {
      const setting = { n: 5, context: 5, beta: [2] };
      const end = engine.run(stepInputs(setting, 2, 8), oneLayer(setting));
      for (let i = 0; i < 10; i++)
        expect([Math.hypot(...rows(end, 8, i, i + 1))]).toBeAllClose([1], close);
    });

    it('interpolates, projects on the tangent space, and keeps hidden entries exactly zero', () => {
      const inputs = [gaussians([4, 5], 1), gaussians([4, 5], 2)];
      const between = <A>(algebra: Algebra<A>, [a, b]: A[]) => algebra.interpolate(a, b, 0.25);
      expect(engine.run(inputs, between)).toBeAllClose(
        referenceUnderTest.run(inputs, between),
        close,
      );
      const tangent = <A>(algebra: Algebra<A>, [a, b]: A[]) =>
        algebra.tangent(algebra.normalise(a), b);
      expect(engine.run(inputs, tangent)).toBeAllClose(
        referenceUnderTest.run(inputs, tangent),
        close,
      );
      const scores = [gaussians([2, 3, 3], 5), { shape: [3, 3], values: contextMask(3, 0) }];
      const coupling = engine.run(scores, (algebra, [s, mask]) =>
        algebra.softmax(s, [1, 50], mask),
      );
      expect([coupling[1], coupling[2], coupling[5], coupling[10]]).toEqual([0, 0, 0, 0]);
      expect(coupling[0]).toBe(1);
    });
  });
}
