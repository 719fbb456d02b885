/** Jacobians of the parts of blocks: against central differences, their transposes, and another library's. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readNetwork } from '../../src/host/pretrained.ts';
import { random } from '../../src/numerics/random.ts';
import { dot, norm } from '../../src/numerics/vectors.ts';
import { ACTIVATION_NAMES, activationOf, slopeOf } from '../../src/pretrained/activations.ts';
import type { Norm } from '../../src/pretrained/arithmetic.ts';
import { linearisedNorm } from '../../src/pretrained/linearised.ts';
import { PRECISIONS } from '../../src/pretrained/precision.ts';
import { PARTS } from '../../src/pretrained/schedule.ts';
import { fixtureFolder, fixtureNames, referencesOf } from './fixtures.ts';

const stream = random(5, 11);
const gaussian = (size: number) => Float64Array.from({ length: size }, () => stream.gaussian());
const plus = (x: Float64Array, v: Float64Array, h: number) => x.map((value, i) => value + h * v[i]);

/** Richardson's of central differences: an error of order h⁴. */
function difference(f: (x: Float64Array) => ArrayLike<number>, x: Float64Array, v: Float64Array) {
  const at = (h: number) => {
    const [up, down] = [f(plus(x, v, h)), f(plus(x, v, -h))];
    return Float64Array.from(up, (value, i) => (value - down[i]) / (2 * h));
  };
  const [coarse, fine] = [at(2e-4), at(1e-4)];
  return fine.map((value, i) => (4 * value - coarse[i]) / 3);
}

const apart = (a: Float64Array, b: Float64Array) => norm(plus(a, b, -1)) / norm(b);

const whole = fixtureNames.filter((name) => referencesOf(name).length > 0);

describe('the Jacobian of a part', () => {
  it.each(whole)('of %s is the derivative of its velocity, and its transpose is', (name) => {
    const network = readNetwork(fixtureFolder(name), { precision: 'float64' });
    const ids = referencesOf(name)[0].ids.slice(0, 7);
    const { states } = network.run(ids);
    const { velocity, linearised } = network.layersFor(ids.length);
    for (const [k, { shape, data }] of states.slice(0, -1).entries())
      for (const part of PARTS) {
        const x = Float64Array.from(data);
        const of = (y: Float64Array) => velocity(k + 1, part, { shape, data: y }).data;
        const { value, push, pull } = linearised(k + 1, part, { shape, data });
        expect(value).toBeAllClose(of(x), { absolute: 1e-12, relative: 1e-12 });
        const [v, u] = [gaussian(x.length), gaussian(x.length)];
        const pushed = push(v);
        expect(apart(difference(of, x, v), pushed)).toBeLessThan(1e-7);
        const size = norm(pushed) * norm(u);
        expect(Math.abs(dot(u, pushed) - dot(pull(u), v)) / size).toBeLessThan(1e-13);
      }
  });
});

describe('by torch.func', () => {
  const { ids, products } = JSON.parse(
    readFileSync(join(import.meta.dirname, 'jacobians.json'), 'utf8'),
  ) as {
    ids: number[];
    products: Record<
      string,
      Record<'attention' | 'mlp', Record<'x' | 'pushed' | 'pulled', number[]>>[]
    >;
  };
  it.each(Object.keys(products))('the products of %s are the same', (name) => {
    for (const precision of PRECISIONS) {
      const network = readNetwork(fixtureFolder(name), { precision });
      const { linearised } = network.layersFor(ids.length);
      for (const [k, layer] of products[name].entries())
        for (const part of PARTS) {
          const { x, pushed, pulled } = layer[part];
          const data = Float64Array.from(x);
          const { push, pull } = linearised(k + 1, part, {
            shape: [ids.length, data.length / ids.length],
            data,
          });
          const v = data.map((_, i) => Math.sin(i + 1));
          const u = data.map((_, i) => Math.cos(i + 1));
          expect(apart(push(v), Float64Array.from(pushed))).toBeLessThan(1e-12);
          expect(apart(pull(u), Float64Array.from(pulled))).toBeLessThan(1e-12);
        }
    }
  });
});

it.each(['layer', 'rms'] as const)('the Jacobian of a %s norm is its derivative', (kind) => {
  const own: Norm = { kind, gain: gaussian(6), bias: gaussian(6), epsilon: 0.1 };
  const x = gaussian(18);
  const { push, pull } = linearisedNorm(x, own);
  const [v, u] = [gaussian(18), gaussian(18)];
  expect(
    apart(
      difference((y) => linearisedNorm(y, own).value, x, v),
      push(v),
    ),
  ).toBeLessThan(1e-10);
  expect(dot(u, push(v))).toBeCloseTo(dot(pull(u), v), 12);
});

it.each(ACTIVATION_NAMES)('the slope of %s is its derivative', (name) => {
  const [of, slope] = [activationOf(name), slopeOf(name)];
  for (const x of [-40, -9.5, -3.1, -2.2, -0.7, 0.3, 1.9, 3.2, 6.5, 9.7, 30]) {
    const one = Float64Array.of(x);
    const [measured] = difference((y) => y.map(of), one, Float64Array.of(1));
    expect(Math.abs(measured - slope(x))).toBeLessThan(1e-9);
  }
});
