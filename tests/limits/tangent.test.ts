/** The tangent flow: closed forms of two tokens, spectra at known equilibria, determinants, a model, refusals. */
import { describe, expect, it } from 'vitest';
import { simulate } from '../../src/flow/simulation.ts';
import { tangentReport } from '../../src/limits/tangent/report.ts';
import { modelTangentFlow, tangentFlow } from '../../src/limits/tangent/tangent.ts';
import { InputError } from '../../src/numerics/errors.ts';
import { randomModel } from '../language/random-model.ts';

const pair = (angle: number) => [
  [1, 0],
  [Math.cos(angle), Math.sin(angle)],
];

describe('two tokens on the circle (THEORY §4.3)', () => {
  it.each([
    [
      'sa',
      (phi: number, beta: number) =>
        (-2 * Math.sin(phi)) / (1 + Math.exp(beta * (1 - Math.cos(phi)))),
    ],
    ['usa', (phi: number, beta: number) => -Math.exp(beta * Math.cos(phi)) * Math.sin(phi)],
  ] as const)(
    '%s: the angle’s derivative is φ̇(T)/φ̇(0), the turn of both is neutral',
    async (dynamics, rate) => {
      const [beta, time] = [1.5, 0.7];
      const start = { dynamics, parameters: { beta }, init: pair(1), time };
      const { frames } = await simulate({ ...start, scheme: 'dopri5', tolerance: 1e-12 });
      const [x, y] = [
        frames[1].positions.data.subarray(0, 2),
        frames[1].positions.data.subarray(2, 4),
      ];
      const end = Math.acos(x[0] * y[0] + x[1] * y[1]);
      const { singular_values, log_determinant, dimension } = await tangentFlow({
        ...start,
        tolerance: 1e-10,
      });
      expect(dimension).toBe(2);
      const stretching = rate(end, beta) / rate(1, beta);
      expect(singular_values).toBeAllClose([1, stretching], { relative: 1e-7 });
      expect([log_determinant ?? 0]).toBeAllClose([Math.log(stretching)], { absolute: 1e-7 });
    },
  );

  it.each([
    ['sa', 1, (beta: number) => 2 / (1 + Math.exp(2 * beta))],
    ['usa', 1, (beta: number) => Math.exp(-beta)],
    ['sa', 2, (beta: number) => 2 / (1 + Math.exp(2 * beta))],
  ] as const)(
    '%s, β = %d: an antipodal pair parts at the known rate',
    async (dynamics, beta, rate) => {
      const flow = { dynamics, parameters: { beta }, init: pair(Math.PI), time: 1e-3 };
      const { spectrum } = await tangentFlow(flow);
      expect(spectrum).toMatchObject({ unstable: 1, neutral: 1, stable: 0 });
      expect([spectrum?.eigenvalues[0].re]).toBeAllClose([rate(beta)], { relative: 1e-6 });
    },
  );
});

describe('collapsed tokens', () => {
  it.each([
    ['sa', -1],
    ['usa', -Math.exp(2)],
  ] as const)(
    '%s: (n − 1)(d − 1) directions fall at the rate %d, d − 1 are neutral',
    async (dynamics, rate) => {
      const init = Array.from({ length: 4 }, () => [0, 0, 1]);
      const { spectrum } = await tangentFlow({
        dynamics,
        parameters: { beta: 2 },
        init,
        time: 1e-3,
      });
      expect(spectrum).toMatchObject({ unstable: 0, neutral: 2, stable: 6 });
      const falling = spectrum?.eigenvalues.slice(2).map(({ re }) => re) ?? [];
      expect(falling).toBeAllClose(new Array(6).fill(rate), { relative: 1e-7 });
    },
  );
});

describe('all directions', async () => {
  const flow = { dynamics: 'sa', parameters: { beta: 3 }, n: 5, d: 3, seed: 2, time: 1 };
  const all = await tangentFlow({ ...flow, vectors: 10, tolerance: 1e-9 });

  it('have exponents that sum to the determinant, which is that of the stretching', () => {
    const sum = all.exponents.reduce((total, value) => total + value, 0);
    const stretched = (all.singular_values ?? []).reduce(
      (total, value) => total + Math.log(value),
      0,
    );
    expect([sum * flow.time, stretched]).toBeAllClose(
      [all.log_determinant ?? 0, all.log_determinant ?? 0],
      {
        absolute: 1e-8,
      },
    );
  });

  it('stretch what the flow map’s differences show', async () => {
    // a rotation of all tokens is carried along: three directions keep their length nearly
    const still = (all.singular_values ?? []).filter((value) => value > 0.9);
    expect(still.length).toBeGreaterThanOrEqual(2);
    expect(all.spectrum).toBeNull();
    expect(all.spectrum_problem).toMatch(/still move/);
  });

  it('are led by the exponents of a few', async () => {
    const long = { ...flow, time: 6 };
    const [few, every] = [
      await tangentFlow({ ...long, vectors: 2 }),
      await tangentFlow({ ...long, vectors: 10 }),
    ];
    few.exponents.forEach((value, a) => {
      expect(Math.abs(value - every.exponents[a])).toBeLessThan(0.3);
    });
  });

  it('are reported', () => {
    const { columns, findings } = tangentReport(all);
    expect(columns[1].values).toEqual(all.exponents);
    expect(findings.join('\n')).toMatch(/ln \|det\| of the flow map/);
  });
});

it('a model has exponents along its sentence, the same for the same seed', async () => {
  const model = randomModel(3);
  const flow = await modelTangentFlow(model, 'Mein Hund ist __', { vectors: 2 });
  expect(flow.exponents).toHaveLength(2);
  expect(flow.exponents.every(Number.isFinite)).toBe(true);
  expect(flow.time).toBe(model.config.horizon);
  expect(await modelTangentFlow(model, 'Mein Hund ist __', { vectors: 2 })).toEqual(flow);
});

it.each([
  [{ dynamics: 'noisy' }, /dynamics noisy have noise/],
  [{ dynamics: 'normalised' }, /dynamics normalised have radii/],
  [{ n: 3, d: 2, vectors: 9 }, /vectors is 9.*differ in 3 directions/],
  [{ vector: 1 }, /vector.*vectors/],
])('refuses %j', async (options, message) => {
  await expect(tangentFlow(options as never)).rejects.toThrow(InputError);
  await expect(tangentFlow(options as never)).rejects.toThrow(message);
});
