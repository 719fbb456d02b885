/** The a-priori bound: above what is measured, and its Lipschitz constant above every difference quotient. */
import { describe, expect, it } from 'vitest';
import type { Interaction } from '../../src/attention/interaction.ts';
import { openReferenceField } from '../../src/engines/reference-field.ts';
import { growthBound } from '../../src/limits/depth/apriori.ts';
import { depthLimit } from '../../src/limits/depth/depth.ts';
import { matrix } from '../../src/numerics/matrix.ts';
import { random } from '../../src/numerics/random.ts';

const [n, d, heads] = [5, 6, 2];

function randomInteraction(seed: number): Interaction {
  const { gaussian } = random(seed);
  const draw = () =>
    matrix(
      d,
      d,
      Float64Array.from({ length: d * d }, () => gaussian() / 2),
    );
  const weights = { query: draw(), key: draw(), value: draw(), output: draw() };
  return {
    coupling: 'softmax',
    causal: seed % 2 === 0,
    beta: new Array(heads).fill(1.5),
    weights,
    sign: 1,
    tie: 0,
  };
}

/** Unit rows. */
function unit(values: Float64Array): Float64Array {
  const out = values.slice();
  for (let i = 0; i < n; i++) {
    const part = out.subarray(i * d, (i + 1) * d);
    const length = Math.hypot(...part);
    part.forEach((value, c) => {
      part[c] = value / length;
    });
  }
  return out;
}

describe('the growth of small distances', () => {
  it.each([1, 2, 3, 4])('is below the bound, weights %d', (seed) => {
    const interaction = randomInteraction(seed);
    const { gaussian } = random(seed, 9);
    const x = unit(Float64Array.from({ length: n * d }, gaussian));
    const masses = new Float64Array(n).fill(1 / n);
    const bound = growthBound(interaction, matrix(n, d, x), masses);
    const field = openReferenceField({
      interaction,
      n,
      d,
      precision: 'float64',
      accuracy: 0,
      threads: 1,
    });
    const speed = (at: Float64Array) => {
      const out = new Float64Array(n * d);
      field.tangent(at, masses, out);
      return out;
    };
    let most = Number.NEGATIVE_INFINITY;
    for (let draw = 0; draw < 200; draw++) {
      const near = unit(x.map((value) => value + 1e-6 * gaussian()));
      const [here, there] = [speed(x), speed(near)];
      // one-sided: d/dt of the largest distance of a particle
      const growth = Array.from({ length: n }, (_, i) => {
        let [square, rate] = [0, 0];
        for (let c = i * d; c < (i + 1) * d; c++) {
          square += (near[c] - x[c]) ** 2;
          rate += (near[c] - x[c]) * (there[c] - here[c]);
        }
        return { square, rate };
      });
      const farthest = growth.reduce((a, b) => (b.square > a.square ? b : a));
      most = Math.max(most, farthest.rate / farthest.square);
    }
    expect(most).toBeLessThan(bound);
    expect(bound).toBeLessThan(50 * Math.abs(most) + 50);
  });
});

describe('the constant', () => {
  it.each([
    ['sa', { beta: 2 }],
    ['causal_sa', { beta: 1 }],
  ] as const)('is above the measured one for %s', async (dynamics, parameters) => {
    const flow = { dynamics, parameters, n: 8, d: 3, time: 1, engine: 'reference' as const };
    const { limit } = await depthLimit({ ...flow, depths: [8, 16, 32, 64], schemes: ['layer'] });
    const { log10Constant = 0, log10Measured = 0 } = limit.apriori ?? {};
    expect(log10Constant).toBeGreaterThan(Number(log10Measured));
    expect(log10Constant).toBeLessThan(Number(log10Measured) + 3);
  });

  it('is not known for attention that is not the softmax', async () => {
    const flow = { dynamics: 'usa', n: 4, d: 3, time: 0.5, depths: [8, 16, 32] };
    const { limit } = await depthLimit({ ...flow, schemes: ['layer'] });
    expect(limit.apriori).toBeNull();
  });
});
