/**
 * SVGD beside what it should be: at rest where the particles are quadrature nodes of the target (Stein's identity),
 * and next to attention. Runs to the target: sampling.test.ts.
 */
import { describe, expect, it } from 'vitest';
import { dynamicsNamed } from '../../src/dynamics/catalogue.ts';
import type { Particles } from '../../src/dynamics/dynamics.ts';
import { completeParameters } from '../../src/dynamics/parameters.ts';
import { type SvgdDefinition, svgdDynamics } from '../../src/dynamics/svgd.ts';
import { targetOf } from '../../src/dynamics/targets.ts';
import { openReferenceField } from '../../src/engines/reference-field.ts';
import { simulate } from '../../src/flow/simulation.ts';
import { tangent } from '../../src/geometry/sphere.ts';
import { MASSES, STARTS } from '../engines/particles.ts';
import { gaussHermite, gaussLegendre } from '../flow/closed-forms.ts';
import { refusal } from './refusal.ts';

type Given = Readonly<Record<string, unknown>>;

/** v_i [n, d] of an entry that brings its own. */
function velocityOf(entry: string | ReturnType<typeof svgdDynamics>, given: Given, on: Particles) {
  const dynamics = typeof entry === 'string' ? dynamicsNamed(entry) : entry;
  const out = new Float64Array(on.n * on.d);
  dynamics.velocity?.(on, completeParameters(dynamics, given, on.d), 0, out);
  return out;
}

/** v_i [n, d] of an entry of attention, not projected. */
function attentionOf(name: string, given: Given, { n, d, positions, masses }: Particles) {
  const entry = dynamicsNamed(name);
  const interaction = entry.interaction?.(completeParameters(entry, given, d), d, 0);
  if (!interaction) throw new Error(`${name} has no interaction`);
  const asked = { interaction, n, d, precision: 'float64', accuracy: 0, threads: 1 } as const;
  const out = new Float64Array(n * d);
  openReferenceField(asked).ambient(positions, masses, out);
  return out;
}

const tangents = ({ n, d, positions }: Particles, v: Float64Array) =>
  Float64Array.from(
    Array.from({ length: n }, (_, i) => i * d).flatMap((at) => [
      ...tangent(positions.subarray(at, at + d), v.subarray(at, at + d)),
    ]),
  );

const largest = (v: Float64Array) => v.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** Rows and their weights, which are divided by their sum. */
function particlesAt(rows: readonly number[][], weights: readonly number[]): Particles {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return {
    n: rows.length,
    d: rows[0].length,
    positions: Float64Array.from(rows.flat()),
    masses: Float64Array.from(weights, (weight) => weight / total),
  };
}

/** N((1, 0), [[1.5, 0.4], [0.4, 0.8]]) by Gauss–Hermite nodes, through its Cholesky factor. */
function gaussianNodes(count: number): Particles {
  const { nodes, weights } = gaussHermite(count);
  const long = Math.sqrt(1.5);
  const slant = 0.4 / long;
  const rest = Math.sqrt(0.8 - slant ** 2);
  const rows = nodes.flatMap((a) => nodes.map((b) => [1 + long * a, slant * a + rest * b]));
  return particlesAt(
    rows,
    weights.flatMap((a) => weights.map((b) => a * b)),
  );
}

const COVARIANCE = [
  [1.5, 0.4],
  [0.4, 0.8],
];

/** Von Mises–Fisher around the first axis, by the trapezoidal rule on circles of latitude. */
function vonMisesFisherNodes(d: 2 | 3, kappa: number): Particles {
  const angles = Array.from({ length: 48 }, (_, k) => (2 * Math.PI * (k + 0.3)) / 48);
  const circle = angles.map((angle) => [Math.cos(angle), Math.sin(angle)]);
  if (d === 2)
    return particlesAt(
      circle,
      circle.map(([c]) => Math.exp(kappa * c)),
    );
  const { nodes, weights } = gaussLegendre(24);
  return particlesAt(
    nodes.flatMap((c) =>
      circle.map(([a, b]) => [c, ...[a, b].map((v) => v * Math.sqrt(1 - c * c))]),
    ),
    nodes.flatMap((c, k) => circle.map(() => weights[k] * Math.exp(kappa * c))),
  );
}

describe('at the target nothing moves', () => {
  const nodes = gaussianNodes(24);

  it.each<[string, Given]>([
    ['rbf', { bandwidth: 2 }],
    ['imq', { bandwidth: 12 }],
    ['linear', {}],
  ])('in the plane, kernel %s', (kernel, given) => {
    const speed = (centre: number) =>
      largest(velocityOf('svgd', { kernel, centre, covariance: COVARIANCE, ...given }, nodes));
    expect(speed(1)).toBeLessThan(1e-9);
    expect(speed(1.1)).toBeGreaterThan(0.01);
  });

  it.each([2, 3] as const)('on the sphere of R^%i', (d) => {
    const nodes = vonMisesFisherNodes(d, 2.5);
    const speed = (concentration: number) =>
      largest(tangents(nodes, velocityOf('svgd_sphere', { beta: 1.7, concentration }, nodes)));
    expect(speed(2.5)).toBeLessThan(1e-12);
    expect(speed(2.4)).toBeGreaterThan(0.01);
  });

  it('200 particles on S² come to the mean resultant A_3(κ) = coth κ − 1/κ', {
    tags: 'slow',
  }, async () => {
    const kappa = 3;
    const { frames } = await simulate({
      dynamics: 'svgd_sphere',
      parameters: { concentration: kappa, beta: 2 },
      n: 200,
      d: 3,
      seed: 2,
      scheme: 'dopri5',
      time: 20,
      tolerance: 1e-5,
      diagnostics: [],
    });
    const { data } = frames[1].positions;
    const mean = [0, 0, 0].map((_, k) => data.reduce((sum, x, at) => sum + +(at % 3 === k) * x, 0));
    // Measured: 0.002 too long for n = 200, 0.010 for n = 80, as few particles do not reach the tail.
    expect(mean.map((sum) => sum / 200)).toBeAllClose([1 / Math.tanh(kappa) - 1 / kappa, 0, 0], {
      absolute: 4e-3,
    });
  });
});

describe('beside attention', () => {
  const [n, d] = [9, 3];
  const unit = {
    n,
    d,
    positions: STARTS.scattered('sphere', n, d),
    masses: MASSES.uneven(n),
  };

  it('a flat target and unit vectors: −β e^{−β} times dynamics usa, along the sphere', () => {
    const beta = 2.5;
    const flat = svgdDynamics({ gradient: (_, out) => out.fill(0) });
    const found = tangents(unit, velocityOf(flat, { bandwidth: 1 / beta }, unit));
    const usa = tangents(unit, attentionOf('usa', { beta }, unit));
    expect(largest(found)).toBeGreaterThan(0.01);
    expect(found).toBeAllClose(
      usa.map((value) => -beta * Math.exp(-beta) * value),
      { absolute: 1e-14 },
    );
  });

  it('the linear kernel: dynamics linear with the slopes as values, and a mean', () => {
    const anywhere = { ...unit, positions: STARTS.scattered('euclidean', n, d) };
    const { positions, masses } = anywhere;
    const found = velocityOf('svgd', { kernel: 'linear', covariance: 0.5 }, anywhere);
    const linear = attentionOf('linear', { value: -2 }, anywhere);
    const mean = (k: number) => masses.reduce((sum, w, j) => sum + w * positions[j * d + k], 0);
    const expected = linear.map((value, at) => value - 2 * mean(at % d) + positions[at]);
    expect(found).toBeAllClose(expected, { absolute: 1e-13 });
  });
});

describe('a density of one’s own', () => {
  const start = { n: 6, d: 2, start: 'gaussian', time: 0.5, diagnostics: [] };
  const gradient = (x: Float64Array, out: Float64Array) => {
    for (let k = 0; k < x.length; k++) out[k] = -x[k];
  };

  it('needs no more than its slope', async () => {
    const own = await simulate({ ...start, dynamics: svgdDynamics({ gradient }) });
    const known = await simulate({ ...start, dynamics: 'svgd' });
    expect(own.frames[1].positions.data).toBeAllClose(known.frames[1].positions.data);
  });

  it('is refused where that is not finite at the start', async () => {
    const broken = svgdDynamics({ gradient: (x, out) => out.fill(Math.sqrt(x[0])) });
    await expect(simulate({ ...start, dynamics: broken })).rejects.toThrow(
      /log π is not given with the slope \(NaN, NaN\) at particle \d/,
    );
  });

  it('is refused where it forgets to return, slope or not', async () => {
    const silent = svgdDynamics({ logDensity: (() => {}) as never, gradient });
    await expect(simulate({ ...start, dynamics: silent })).rejects.toThrow('log π is undefined');
  });

  it.each<[string, unknown, string, string]>([
    ['nothing', undefined, 'logDensity', 'neither logDensity nor gradient: expected at least one'],
    ['no function', { logDensity: 'x' }, 'logDensity', 'is "x": expected a function, such as (x)'],
    ['no slope', { logDensity: () => 0, gradient: 3 }, 'gradient', 'is 3: expected a function'],
    ['an unknown key', { gradiant: gradient }, 'gradiant', 'did you mean "gradient"?'],
    ['a bad name', { name: 'My own', gradient }, 'name', 'expected lower-case letters'],
    ['a bad d', { dimension: 1.5, gradient }, 'd', 'dimension: d is 1.5'],
  ])('is refused with %s', (_, definition, field, message) => {
    const found = refusal(() => svgdDynamics(definition as SvgdDefinition));
    expect(found.field).toBe(field);
    expect(found.message).toContain(message);
  });
});

it('the same parameters make another target for another d', () => {
  const parameters = completeParameters(dynamicsNamed('svgd'), {}, 2);
  for (const d of [2, 3]) {
    const slope = new Float64Array(d);
    targetOf(parameters, d).gradient(new Float64Array(d).fill(1), slope);
    expect([...slope]).toEqual(new Array(d).fill(-1));
  }
});
