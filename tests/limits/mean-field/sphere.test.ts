/** The mean field on S²: growth rates, noise, rotations, mass, accuracy, particles, refusals. */
import { describe, expect, it } from 'vitest';
import { simulate } from '../../../src/flow/simulation.ts';
import { harmonicGrid } from '../../../src/limits/mean-field/harmonics.ts';
import {
  meanDirection,
  type SphereLaw,
  solveOnSphere,
  sphereGrowthRate,
  sphereLaw,
} from '../../../src/limits/mean-field/sphere.ts';
import { ConvergenceError } from '../../../src/numerics/errors.ts';

const zonal = { degree: 16, orders: 0 };
const general = { degree: 8, orders: 8 };
const bump =
  (centre: readonly number[], strength = 1) =>
  (x: readonly number[]) =>
    Math.exp(strength * x.reduce((sum, value, c) => sum + value * centre[c], 0));

describe('harmonics', () => {
  it('come back as they were, and gradients have the eigenvalues l(l + 1)', () => {
    const grid = harmonicGrid(general);
    const width = general.degree + 1;
    for (const [block, l] of [
      [0, 3],
      [1, 1],
      [4, 5],
      [15, 8],
    ]) {
      const unit = new Float64Array(17 * width);
      unit[block * width + l] = 1;
      expect(grid.coefficients(grid.values(unit))).toBeAllClose(unit, { absolute: 1e-13 });
      const eigen = unit.map((value) => l * (l + 1) * value);
      expect(grid.alongGradients(grid.gradient(unit))).toBeAllClose(eigen, { absolute: 1e-11 });
    }
  });
});

describe('near the uniform law', () => {
  it.each([
    ['exponential', 4, undefined],
    ['softmax', 4, undefined],
    ['exponential', 1, 3],
    ['exponential', -2, undefined],
    ['softmax', -4, undefined],
  ] as const)(
    '%s attention at β = %d, κ = %s grows at the rates of docs/theory.md §4.5',
    (coupling, beta, kappa) => {
      const field = { coupling, beta, kappa };
      for (const [shape, block, l] of [
        [zonal, 0, 1],
        [zonal, 0, 2],
        [general, 1, 1],
        [general, 4, 3],
      ] as const) {
        const law = sphereLaw(() => 1, shape);
        const at = block * (shape.degree + 1) + l;
        law.coefficients[at] = 1e-6;
        const end = 0.1 / Math.abs(sphereGrowthRate(l, field));
        const [{ law: after }] = solveOnSphere(law, { ...field, times: [end] });
        const rate = Math.log(after.coefficients[at] / 1e-6) / end;
        expect([rate]).toBeAllClose([sphereGrowthRate(l, field)], { relative: 1e-3 });
      }
    },
  );

  it('has the rates of USA: l(l+1) β^−1 Γ(3/2) (2/β)^½ I_{l+½}(β), at l = 1 by hand', () => {
    // i_1(β) = cosh β/β − sinh β/β²
    const beta = 2;
    const bessel = Math.cosh(beta) / beta - Math.sinh(beta) / beta ** 2;
    expect([sphereGrowthRate(1, { beta, coupling: 'exponential' })]).toBeAllClose(
      [(2 * bessel) / beta],
      {
        relative: 1e-12,
      },
    );
  });
});

describe('a bump', () => {
  const field = { coupling: 'softmax', beta: 2, times: [0.2, 0.4] } as const;
  const sides: SphereLaw[] = [
    sphereLaw(bump([0, 0, 1]), zonal),
    sphereLaw(bump([0, 0, 1]), { degree: 16, orders: 16 }),
    sphereLaw(bump([0.6, 0, 0.8]), { degree: 16, orders: 16 }),
  ];
  const [flat, same, turned] = sides.map((law) => solveOnSphere(law, field)[1].law);

  it('moves alike as a zonal and as a general law, and wherever it points', () => {
    const height = meanDirection(flat)[2];
    expect(height).toBeGreaterThan(meanDirection(sides[0])[2] + 0.05);
    expect(meanDirection(same)).toBeAllClose([0, 0, height], { absolute: 1e-9 });
    expect(meanDirection(turned)).toBeAllClose([0.6 * height, 0, 0.8 * height], { absolute: 1e-8 });
  });

  it('keeps its mass to the last bit', () => {
    expect(turned.coefficients[0]).toBe(sides[2].coefficients[0]);
  });

  it('goes where 4,000 particles of its masses go', async () => {
    const n = 4000;
    const golden = Math.PI * (3 - Math.sqrt(5));
    const init = Array.from({ length: n }, (_, i) => {
      const z = 1 - (2 * i + 1) / n;
      const sine = Math.sqrt(1 - z * z);
      return [sine * Math.cos(golden * i), sine * Math.sin(golden * i), z];
    });
    const masses = init.map(bump([0.6, 0, 0.8]));
    const { frames, settings } = await simulate({
      dynamics: 'sa',
      parameters: { beta: 2 },
      init,
      masses,
      time: 0.4,
      scheme: 'dopri5',
      tolerance: 1e-6,
      diagnostics: [],
    });
    const { positions } = frames[frames.length - 1];
    const mean = [0, 1, 2].map((c) =>
      settings.masses.reduce((sum, mass, i) => sum + mass * positions.data[3 * i + c], 0),
    );
    expect(mean).toBeAllClose(meanDirection(turned), { absolute: 1e-4 });
  });
});

it('laws of few orders keep their shape where they are enough, and grow in it', () => {
  const field = { coupling: 'softmax', beta: 2, times: [0.2] } as const;
  const whole = solveOnSphere(sphereLaw(bump([0.6, 0, 0.8]), { degree: 16, orders: 16 }), field);
  const [{ law }] = solveOnSphere(sphereLaw(bump([0.6, 0, 0.8]), { degree: 16, orders: 8 }), field);
  expect(law.orders).toBe(law.degree / 2);
  expect(law.coefficients).toHaveLength((2 * law.orders + 1) * (law.degree + 1));
  expect(meanDirection(law)).toBeAllClose(meanDirection(whole[0].law), { absolute: 1e-6 });
});

it('noise alone makes the mean fall like e^(−2t/κ)', () => {
  const law = sphereLaw(bump([0, 0, 1], 1e-3), zonal);
  const [{ law: after }] = solveOnSphere(law, {
    coupling: 'softmax',
    beta: 1e-9,
    kappa: 0.5,
    times: [0.3],
  });
  // attention at β = 0 pulls a small mean up at the rate 2/3
  const factor = Math.exp(0.3 * (2 / 3 - 2 / 0.5));
  expect([meanDirection(after)[2]]).toBeAllClose([meanDirection(law)[2] * factor], {
    relative: 1e-5,
  });
});

it('converges faster than any power of the degree', () => {
  const cut = (degree: number) => {
    const law = sphereLaw(bump([0, 0, 1], 2), { degree, orders: 0 });
    const [{ law: after }] = solveOnSphere(law, {
      coupling: 'exponential',
      beta: 1,
      times: [0.4],
      tail: 1,
      mostDegree: degree,
    });
    return meanDirection(after)[2];
  };
  const exact = cut(96);
  const errors = [2, 4, 8].map((degree) => Math.abs(cut(degree) - exact));
  expect(errors[1]).toBeLessThan(errors[0] / 10);
  expect(errors[2]).toBeLessThan(errors[1] / 100);
});

it('grows its degree where the density sharpens, and stops where it becomes a Dirac', () => {
  const law = sphereLaw(bump([0, 0, 1], 2), zonal);
  const field = { coupling: 'exponential', beta: 1 } as const;
  expect(solveOnSphere(law, { ...field, times: [0.7] })[0].law.degree).toBeGreaterThan(16);
  expect(() => solveOnSphere(law, { ...field, times: [9], mostDegree: 64 })).toThrow(
    ConvergenceError,
  );
  expect(() => solveOnSphere(law, { ...field, times: [9], mostDegree: 64 })).toThrow(
    /degrees of harmonics.*follow particles/,
  );
});
