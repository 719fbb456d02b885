/** The engine of those that hear all alike, against the reference engine. */
import { expect, it } from 'vitest';
import type { Interaction } from '../../src/attention/interaction.ts';
import { dynamicsNamed } from '../../src/dynamics/catalogue.ts';
import { completeParameters } from '../../src/dynamics/parameters.ts';
import type { FieldRequest } from '../../src/engines/field.ts';
import { meanField } from '../../src/engines/mean-field.ts';
import { referenceField } from '../../src/engines/reference-field.ts';
import { simulate } from '../../src/flow/simulation.ts';
import { random } from '../../src/numerics/random.ts';

const interactionOf = (name: string, parameters: Record<string, unknown>, d: number) => {
  const entry = dynamicsNamed(name);
  return entry.interaction?.(completeParameters(entry, parameters, d), d, 0) as Interaction;
};

const ginibre = (seed: number) => ({ ensemble: 'ginibre', seed });
const SERVED: [string, Record<string, unknown>][] = [
  ['sa', { beta: 0 }],
  ['usa', { beta: 0, value: ginibre(3) }],
  ['sinkhorn', { beta: 0, value: { scalar: -2 } }],
  ['noisy', { beta: 0, attention: 'sa', query: ginibre(1), value: ginibre(2) }],
  ['multi_head', { beta: 0, heads: 2, value: ginibre(1), output: ginibre(2) }],
  ['repulsion', { beta: 0 }],
  ['sa', { beta: 4, value: { scalar: 0 } }],
  ['hardmax', { value: { scalar: 0 } }],
  ['causal_sa', { value: { scalar: 0 } }],
];

it.each(SERVED)('agrees with the reference engine: %s %j', async (name, parameters) => {
  const [n, d] = [9, 3];
  const { gaussian, uniform } = random(11);
  const positions = new Float64Array(n * d);
  for (let i = 0; i < n; i++) {
    const x = Array.from({ length: d }, gaussian);
    positions.set(
      x.map((one) => one / Math.hypot(...x)),
      i * d,
    );
  }
  const masses = Float64Array.from({ length: n }, uniform);
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  const interaction = interactionOf(name, parameters, d);
  const request: FieldRequest = {
    interaction,
    n,
    d,
    precision: 'float64',
    accuracy: 1e-13,
    threads: 1,
  };
  const shares = masses.map((mass) => mass / total);
  const [own, reference] = [await meanField.open(request), await referenceField.open(request)];
  for (const kind of ['tangent', 'ambient'] as const) {
    const [found, expected] = [new Float64Array(n * d), new Float64Array(n * d)];
    own[kind](positions, shares, found);
    reference[kind](positions, shares, expected);
    expect(found).toBeAllClose(expected, { absolute: 1e-12 });
  }
  expect(own.couplings?.(positions, shares)).toEqual(reference.couplings?.(positions, shares));
});

it('keeps the relative accuracy of a cluster’s velocity', async () => {
  const angles = [0.3, 0.3 + 1e-9, 0.3 + 3e-9, 0.3 - 2e-9];
  const positions = Float64Array.from(angles.flatMap((a) => [Math.cos(a), Math.sin(a)]));
  const interaction = interactionOf('kuramoto', {}, 2);
  const request = { interaction, n: 4, d: 2, accuracy: 1e-12, threads: 1 };
  const field = await meanField.open({ ...request, precision: 'float64' });
  const out = new Float64Array(8);
  field.tangent(positions, new Float64Array(4).fill(1 / 4), out);
  // differences as the rounded positions have them
  const [x, y] = [0, 1].map((k) => positions.filter((_, i) => i % 2 === k));
  const speed = (i: number) =>
    x.reduce((sum, _, j) => sum + ((x[j] - x[i]) * -y[i] + (y[j] - y[i]) * x[i]) / 4, 0);
  for (let i = 0; i < 4; i++) {
    const found = out[2 * i] * -y[i] + out[2 * i + 1] * x[i];
    expect(Math.abs(found / speed(i) - 1)).toBeLessThan(1e-6);
  }
});

it.each<[string, Record<string, unknown>]>([
  ['sa', { beta: 1e-9 }],
  ['causal_sa', { beta: 0 }],
  ['hardmax', {}],
])('refuses what is not heard alike: %s %j', async (name, parameters) => {
  const interaction = interactionOf(name, parameters, 3);
  const request: FieldRequest = {
    interaction,
    n: 4,
    d: 3,
    precision: 'float64',
    accuracy: 1e-12,
    threads: 1,
  };
  expect(meanField.refusal(request)).toMatch(/use another engine/);
  await expect(meanField.open(request)).rejects.toThrow('the mean engine refuses');
});

it('is chosen by itself, and takes a hundred thousand particles in any dimension', async () => {
  const many = { dynamics: 'usa', parameters: { beta: 0 }, n: 100_000, d: 8, diagnostics: [] };
  const { engine } = await simulate({ ...many, time: 0.1 });
  expect(engine.name).toBe('mean');
});
