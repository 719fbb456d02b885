import { describe, expect, it } from 'vitest';
import { normalQuantile } from '../../src/numerics/quantile.ts';
import { type Box, boxSolution } from '../../src/reduction/families/burgers.ts';
import { drawValues, families, openFamily } from '../../src/reduction/families/catalogue.ts';
import { type FamilySettings, levelsOf } from '../../src/reduction/families/family.ts';
import { forwardSchema } from '../../src/reduction/forward/forward.ts';
import { quantileDistance } from '../../src/reduction/quantiles.ts';
import { wassersteinOnCircle } from '../../src/transport/circle.ts';
import '../matchers.ts';

const settings = (options: object): FamilySettings => forwardSchema.parse(options);

/** ∫ f over [0, to] by the midpoint rule. */
function integral(f: (x: number) => number, to: number, points = 200_000): number {
  let sum = 0;
  for (let k = 0; k < points; k++) sum += f(((k + 0.5) * to) / points);
  return (sum * to) / points;
}

describe('every family', () => {
  it.each(families.map(({ name }) => name))(
    '%s has rising quantiles over its range',
    async (name) => {
      const { ranges, quantiles } = openFamily(settings({ family: name, levels: 30 }));
      for (const values of drawValues(ranges, { count: 10, seed: 2, corners: true })) {
        const found = await quantiles(values);
        expect(found).toHaveLength(30);
        for (let k = 1; k < 30; k++) expect(found[k]).toBeGreaterThanOrEqual(found[k - 1]);
      }
    },
  );
});

describe('Burgers’ equation from a box', () => {
  const early: Box = { time: 0.8, height: 1.5, width: 1 };
  const late: Box = { time: 3, height: 1.5, width: 1 };

  it.each([early, late])('mass is conserved at time $time', (box) => {
    const { field, shock } = boxSolution(box);
    expect(integral(field, shock)).toBeCloseTo(box.height * box.width, 5);
    expect(field(shock + 1e-9)).toBe(0);
    expect(field(-1e-9)).toBe(0);
  });

  it.each([early, late])('the shock has the speed of Rankine and Hugoniot at time $time', (box) => {
    const { field, shock } = boxSolution(box);
    const at = (time: number) => boxSolution({ ...box, time }).shock;
    const speed = (at(box.time + 1e-5) - at(box.time - 1e-5)) / 2e-5;
    expect(speed).toBeCloseTo((field(shock - 1e-9) + 0) / 2, 6);
  });

  it.each([early, late])('d/dt ∫ x u dx = ∫ u²/2 dx at time $time', (box) => {
    const { height, width } = box;
    const first = (time: number) => {
      const { quantile } = boxSolution({ ...box, time });
      return height * width * integral(quantile, 1, 20_000);
    };
    const { field, shock } = boxSolution(box);
    const growth = (first(box.time + 1e-4) - first(box.time - 1e-4)) / 2e-4;
    expect(growth).toBeCloseTo(
      integral((x) => field(x) ** 2 / 2, shock),
      4,
    );
  });

  it.each([early, late])('quantiles hold their share of the mass at time $time', (box) => {
    const { field, quantile } = boxSolution(box);
    for (const level of [0.1, 0.5, 0.62, 0.95]) {
      const share = integral(field, quantile(level)) / (box.height * box.width);
      expect(share).toBeCloseTo(level, 5);
    }
  });

  it('fan and shock meet at 2 width / height', () => {
    const { fan, shock } = boxSolution({ time: 4 / 3, height: 1.5, width: 1 });
    expect([fan, shock]).toBeAllClose([2, 2]);
  });
});

it('normal laws: quantiles m + s z', async () => {
  const { quantiles } = openFamily(settings({ family: 'gaussian', levels: 4 }));
  const z = Array.from(levelsOf(4), normalQuantile);
  expect(await quantiles([1, 2])).toBeAllClose(z.map((value) => 1 + 2 * value));
});

describe('the flow', () => {
  const open = (options: object) => openFamily(settings({ family: 'flow', ...options }));

  it('two tokens at β = 0: tan(φ/2) = tan(φ₀/2) e^{−t}', async () => {
    const { quantiles } = open({ levels: 2, arc: 1.2 });
    const [low, high] = await quantiles([0, 0.7]);
    // they start at ± 0.6
    expect(Math.tan((high - low) / 2)).toBeCloseTo(Math.tan(0.6) * Math.exp(-0.7), 9);
    expect(high).toBeCloseTo(-low, 12);
  });

  it('distances of its angles are those on the circle', async () => {
    const { quantiles } = open({ levels: 20, arc: 1.5, attention: 'usa' });
    const [a, b] = [await quantiles([1, 0.1]), await quantiles([4, 1])];
    const onCircle = wassersteinOnCircle({ values: a }, { values: b }, 2);
    expect(quantileDistance(a, b)).toBeCloseTo(onCircle, 12);
  });

  it('at time 0 is its start, a von Mises law about 0', async () => {
    const { quantiles } = open({ start: 'von_mises', concentration: 8, levels: 400 });
    const angles = await quantiles([1, 0]);
    const resultant = angles.reduce((sum, angle) => sum + Math.cos(angle), 0) / 400;
    // I_1(8) / I_0(8), DLMF 10.25
    expect(resultant).toBeCloseTo(399.873136783 / 427.564115722, 3);
  });

  it('refuses a start beyond a half circle', async () => {
    const { quantiles } = open({ start: 'von_mises', concentration: 1 });
    await expect(quantiles([1, 1])).rejects.toThrow(/expected an open half circle/);
  });
});

describe('ranges', () => {
  it('corners come first, and draws stay inside', () => {
    const { ranges } = openFamily(settings({ family: 'gaussian', low: [0, 1], high: [2, 3] }));
    const values = drawValues(ranges, { count: 30, seed: 1, corners: true });
    expect(values.slice(0, 4)).toEqual([
      [0, 1],
      [0, 3],
      [2, 1],
      [2, 3],
    ]);
    for (const [mean, deviation] of values) {
      expect(mean >= 0 && mean <= 2 && deviation >= 1 && deviation <= 3).toBe(true);
    }
  });

  it('a range of one point fixes its parameter', async () => {
    const family = openFamily(
      settings({ family: 'gaussian', low: [0, 2], high: [1, 2], levels: 2 }),
    );
    expect(family.ranges.map(({ name }) => name)).toEqual(['mean']);
    expect(family.fixed).toEqual({ deviation: 2 });
    const [low, high] = await family.quantiles([5]);
    expect((low + high) / 2).toBeCloseTo(5, 12);
  });

  it.each([
    [{ family: 'gausian' }, /did you mean "gaussian"/],
    [{ family: 'gaussian', low: [0] }, /low has 1 number: expected 2 .* mean, deviation/],
    [{ family: 'gaussian', low: [0, 3], high: [1, 2] }, /deviation is to go from 3 to 2/],
    [{ family: 'gaussian', low: [0, -1], high: [1, 2] }, /deviation is to go from -1 to 2/],
    [{ family: 'gaussian', low: [0, 1], high: [0, 1] }, /expected a range for one parameter/],
  ])('%j is refused', (options, message) => {
    expect(() => openFamily(settings(options))).toThrow(message);
  });

  it('values outside of the family are refused', async () => {
    const { quantiles } = openFamily(settings({ family: 'scalings' }));
    await expect(quantiles([0])).rejects.toThrow(/deviation is 0: expected a number from 0.000001/);
    await expect(quantiles([1, 1])).rejects.toThrow(/2 values are given: expected 1/);
  });
});
