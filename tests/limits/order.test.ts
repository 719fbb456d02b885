/** Fits of orders: exact ones, the floor, and the quantiles behind the intervals. */
import { describe, expect, it } from 'vitest';
import { type FittedOrder, fitOrder } from '../../src/limits/order.ts';
import { random } from '../../src/numerics/random.ts';
import { fitLine, studentQuantile } from '../../src/numerics/regression.ts';

const DEPTHS = [1, 2, 4, 8, 16, 32, 64, 128];

describe('an order', () => {
  it.each([1, 2, 4])('of C L^−%i is found with its constant', (order) => {
    const fit = fitOrder(
      DEPTHS,
      DEPTHS.map((depth) => 3 * depth ** -order),
      1e-15,
    );
    expect(fit).toMatchObject({ used: expect.arrayContaining([16]) });
    expect([fit.order, (fit as { constant: number }).constant]).toBeAllClose([order, 3]);
  });

  it('leaves out what the floor hides', () => {
    const errors = DEPTHS.map((depth) => depth ** -4 + 1e-9);
    const fit = fitOrder(DEPTHS, errors, 1e-9);
    expect(fit).toMatchObject({
      used: [2, 4, 8, 16, 32].filter((depth) => depth ** -4 + 1e-9 > 1e-7),
    });
    expect(fit.order).toBeCloseTo(4, 2);
  });

  it('is none, with the reason, on fewer than three points', () => {
    expect(fitOrder([1, 2], [1, 0.5], 0)).toMatchObject({ order: null });
    expect(
      fitOrder(
        DEPTHS,
        DEPTHS.map(() => 1e-16),
        1e-15,
      ),
    ).toMatchObject({
      order: null,
      problem: expect.stringMatching(
        /^0 of 8 errors lie above the floor of 1\.0e-13: a fit needs 3/,
      ),
    });
    expect(fitOrder([1, 2, 3], [1, Number.NaN, 0.3], 0)).toMatchObject({ order: null });
  });
});

describe('a line', () => {
  it('by hand: (0, 0), (1, 2), (2, 1) has slope ½', () => {
    const { slope, intercept, high } = fitLine([0, 1, 2], [0, 2, 1]);
    expect([slope, intercept]).toBeAllClose([0.5, 0.5]);
    // rest 1.5, spread 2: an error of √(1.5/2) times t of one degree of freedom
    expect(high - slope).toBeCloseTo(12.706 * Math.sqrt(0.75), 10);
  });

  it('has the true slope in its interval 19 times of 20', () => {
    const { gaussian } = random(3);
    const x = [1, 2, 3, 4, 5, 6];
    let inside = 0;
    for (let run = 0; run < 2000; run++) {
      const { low, high } = fitLine(
        x,
        x.map((value) => 2 * value + gaussian()),
      );
      if (low <= 2 && 2 <= high) inside++;
    }
    expect(inside / 2000).toBeGreaterThan(0.93);
    expect(inside / 2000).toBeLessThan(0.97);
  });

  it('has the quantiles of the handbook beyond its table', () => {
    expect([40, 60, 100].map(studentQuantile)).toBeAllClose([2.021, 2.0, 1.984], {
      absolute: 1e-3,
    });
    expect(studentQuantile(0)).toBe(Infinity);
  });
});

it('takes settled points where it is asked to: errors that have no order yet are left out', () => {
  const depths = [8, 16, 32, 64, 128, 256];
  const errors = depths.map((depth) => 1 / depth + 10 / depth ** 2);
  const order = (settled: boolean) => fitOrder(depths, errors, 1e-16, { settled }) as FittedOrder;
  expect(order(false).used).toEqual([16, 32, 64, 128, 256]);
  expect(order(true).used).toEqual([64, 128, 256]);
  expect(Math.abs(order(true).order - 1)).toBeLessThan(Math.abs(order(false).order - 1) / 1.5);
  const exact = fitOrder(
    depths,
    depths.map((depth) => 3 / depth),
    1e-16,
    { settled: true },
  );
  expect((exact as FittedOrder).used).toEqual([16, 32, 64, 128, 256]);
});

it('gives no order while the slope still changes', () => {
  const depths = [8, 16, 32, 64];
  const errors = depths.map((depth) => depth ** -4 * (1 + 300 * depth ** -2));
  expect(fitOrder(depths, errors, 1e-16, { settled: true })).toMatchObject({
    order: null,
    problem: expect.stringMatching(/from 4\.\d\d to 4\.\d\d: take more layers/),
  });
});
