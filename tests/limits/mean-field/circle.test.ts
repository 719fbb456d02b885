/** The mean field on the circle: growth rates, Kuramoto's closed form, stationary laws, mass, accuracy, refusals. */
import { describe, expect, it } from 'vitest';
import {
  criticalKappa,
  growthRate,
  solveOnCircle,
  stationaryLaw,
} from '../../../src/limits/mean-field/circle.ts';
import {
  type CircleLaw,
  cosineLaw,
  densityOnGrid,
  quantileFunction,
  resultant,
  vonMisesLaw,
  withDegree,
} from '../../../src/limits/mean-field/circle-law.ts';
import { ConvergenceError } from '../../../src/numerics/errors.ts';

const at = (start: CircleLaw, end: number, field: Parameters<typeof growthRate>[1]) =>
  solveOnCircle(start, { ...field, times: [end] })[0].law;
const moment = ({ cos, sin }: CircleLaw, mode: number) => Math.hypot(cos[mode], sin[mode]);

describe('near the uniform law', () => {
  it.each([
    ['exponential', 5, undefined],
    ['exponential', 1, undefined],
    ['softmax', 5, undefined],
    ['softmax', 9, 4],
    ['exponential', 2, 3],
    ['exponential', -2, undefined],
    ['softmax', -4, undefined],
    ['softmax', -4, 3],
  ] as const)(
    '%s attention at β = %d, κ = %s grows at the rates of docs/theory.md §4.5',
    (coupling, beta, kappa) => {
      const field = { coupling, beta, kappa };
      for (const mode of [1, 2, 3, 4]) {
        const start = cosineLaw(mode, 1e-5);
        const end = 0.1 / Math.abs(growthRate(mode, field));
        const rate = Math.log(moment(at(start, end, field), mode) / moment(start, mode)) / end;
        expect([rate]).toBeAllClose([growthRate(mode, field)], { relative: 1e-3 });
      }
    },
  );

  it.each([
    [4, 3],
    [5, 3],
    [9, 4],
    [16, 6],
    [64, 11],
  ])('at β = %d mode %d grows fastest', (beta, fastest) => {
    const rates = Array.from({ length: 20 }, (_, k) =>
      growthRate(k, { beta, coupling: 'exponential' }),
    );
    expect(rates.indexOf(Math.max(...rates))).toBe(fastest);
  });
});

it('is Kuramoto at β = 0: r^−2 − 1 falls like e^−t (docs/theory.md §4.4)', () => {
  const poisson = (r: number): CircleLaw => ({
    cos: Float64Array.from({ length: 129 }, (_, k) => r ** k),
    sin: new Float64Array(129),
  });
  for (const coupling of ['softmax', 'exponential'] as const) {
    const law = at(poisson(0.3), 2, { coupling, beta: 0 });
    const exact = 1 / Math.sqrt(1 + (0.3 ** -2 - 1) * Math.exp(-2));
    expect([resultant(law)]).toBeAllClose([exact], { absolute: 1e-9 });
  }
});

describe('noise', () => {
  it('makes the mean fall like e^(−t/κ)', () => {
    // at β = 0 attention adds ½ to the rate of the first mode
    const law = at(cosineLaw(1, 1e-6), 1, { coupling: 'softmax', beta: 0, kappa: 1 });
    expect([moment(law, 1)]).toBeAllClose([5e-7 * Math.exp(-1 + 0.5)], { relative: 1e-5 });
  });

  it('is critical where the first mode neither grows nor falls', () => {
    expect([criticalKappa({ beta: 5, coupling: 'exponential' })]).toBeAllClose([0.20546], {
      absolute: 5e-7,
    });
    for (const coupling of ['softmax', 'exponential'] as const)
      for (const beta of [0, 1, 5, -1, -5]) {
        const kappa = criticalKappa({ beta, coupling });
        expect([growthRate(1, { beta, coupling, kappa })]).toBeAllClose([0], { absolute: 1e-12 });
      }
  });

  it('lets clustered laws live below the critical κ at β = 5, and none at 0.8 of it (docs/theory.md §4.8)', () => {
    const critical = criticalKappa({ beta: 5, coupling: 'exponential' });
    const found = (share: number) =>
      resultant(stationaryLaw(vonMisesLaw(6), { beta: 5, kappa: share * critical }));
    expect([found(0.95), found(0.9), found(0.8)]).toBeAllClose([0.82207, 0.67322, 0], {
      absolute: 6e-6,
    });
  });

  it('brings the flow to the stationary law', () => {
    const kappa = 1.5 * criticalKappa({ beta: 5, coupling: 'exponential' });
    const still = stationaryLaw(vonMisesLaw(6), { beta: 5, kappa });
    // noise makes high modes stiff: no more of them on the way than 1e-5 asks for
    const [{ law }] = solveOnCircle(vonMisesLaw(6), {
      coupling: 'exponential',
      beta: 5,
      kappa,
      times: [1],
      tail: 1e-5,
    });
    expect([resultant(law)]).toBeAllClose([resultant(still)], { absolute: 2e-3 });
    expect(
      solveOnCircle(still, {
        coupling: 'exponential',
        beta: 5,
        kappa,
        times: [0.1],
      })[0].law.cos.subarray(0, 9),
    ).toBeAllClose(still.cos.subarray(0, 9), { absolute: 1e-9 });
  });
});

it('converges faster than any power of the degree', () => {
  const field = { coupling: 'softmax', beta: 3 } as const;
  const cut = (mostDegree: number) =>
    solveOnCircle(withDegree(vonMisesLaw(1), mostDegree), {
      ...field,
      times: [0.5],
      mostDegree,
      tail: 1,
    })[0].law;
  const exact = cut(256);
  const errors = [4, 8, 16].map((degree) => Math.abs(cut(degree).cos[3] - exact.cos[3]));
  expect(errors[0]).toBeGreaterThan(1e-12);
  expect(errors[1]).toBeLessThan(errors[0] ** 1.7);
  expect(errors[2]).toBeLessThan(1e-14);
});

/** So that what takes long to fail does so once. */
function thrownBy(compute: () => unknown): unknown {
  try {
    compute();
  } catch (error) {
    return error;
  }
}

it('grows its degree where the density sharpens, and stops where it becomes a Dirac', () => {
  const field = { coupling: 'exponential', beta: 1 } as const;
  const early = solveOnCircle(vonMisesLaw(1), { ...field, times: [0, 1] });
  expect(early[1].law.cos.length).toBeGreaterThan(early[0].law.cos.length);
  const sharpening = { ...field, times: [20], mostDegree: 256 };
  const error = thrownBy(() => solveOnCircle(vonMisesLaw(1), sharpening));
  expect(error).toBeInstanceOf(ConvergenceError);
  expect(String(error)).toMatch(
    /at time \d.* modes is .*, expected at most 1e-10.*follow quantiles/,
  );
});

describe('a law', () => {
  it('has its density and its quantiles', () => {
    const law = vonMisesLaw(2, 0.5);
    const density = densityOnGrid(law, 400);
    expect([density.reduce((sum, value) => sum + value, 0) * ((2 * Math.PI) / 400)]).toBeAllClose(
      [1],
      { absolute: 1e-14 },
    );
    const quantile = quantileFunction(law);
    const count = 20000;
    const mean = (f: (angle: number) => number) => {
      let sum = 0;
      for (let i = 0; i < count; i++) sum += f(quantile((i + 0.5) / count));
      return sum / count;
    };
    expect([mean(Math.cos), mean(Math.sin), mean((x) => Math.cos(3 * x))]).toBeAllClose(
      [law.cos[1], law.sin[1], law.cos[3]],
      { absolute: 1e-8 },
    );
    expect([quantile(0), quantile(1)]).toBeAllClose([-Math.PI, Math.PI], { absolute: 1e-12 });
  });

  it('may have places without mass', () => {
    const quantile = quantileFunction(cosineLaw(2, 1));
    const angles = Array.from({ length: 1001 }, (_, i) => quantile(i / 1000));
    expect(angles.every((angle, i) => i === 0 || angle >= angles[i - 1])).toBe(true);
    expect([quantile(0.5), quantile(0.25) + Math.PI / 2]).toBeAllClose([0, 0], { absolute: 1e-3 });
  });
});
