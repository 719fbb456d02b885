import { describe, expect, it } from 'vitest';
import { confidence, sensitivity } from '../../src/numerics/confidence.ts';
import { leastSquares } from '../../src/numerics/least-squares.ts';
import { matrix } from '../../src/numerics/matrix.ts';
import { fitLine } from '../../src/numerics/regression.ts';
import '../matchers.ts';

const relative = (largest: number) => 1e-8 * largest;

describe('least squares', () => {
  it('finds the minimum of Rosenbrock’s valley, with and without derivatives', async () => {
    const residuals = ([x, y]: Float64Array) => Float64Array.of(10 * (y - x * x), 1 - x);
    const jacobian = ([x]: Float64Array) => matrix(2, 2, Float64Array.of(-20 * x, 10, -1, 0));
    expect((await leastSquares({ residuals, jacobian }, [-1.2, 1])).values).toBeAllClose([1, 1], {
      absolute: 1e-10,
    });
    expect((await leastSquares({ residuals }, [-1.2, 1])).values).toBeAllClose([1, 1], {
      absolute: 1e-8,
    });
  });

  it('stays at a bound that the descent would cross', async () => {
    const residuals = ([x, y]: Float64Array) => Float64Array.of(x + 3, y - 2, x * y);
    const { values } = await leastSquares({ residuals, low: [0, -5], high: [9, 9] }, [4, 4]);
    expect(values).toBeAllClose([0, 2], { absolute: 1e-8 });
  });

  it('keeps to the start along directions that are not felt: the answer of least norm', async () => {
    // 3x + 4y = 10: the nearest point to the origin is (1.2, 1.6)
    const residuals = ([x, y]: Float64Array) => Float64Array.of(3 * x + 4 * y - 10);
    const fit = await leastSquares({ residuals }, [0, 0]);
    expect(fit.values).toBeAllClose([1.2, 1.6], { absolute: 1e-9 });
    const { intervals, nullSpace } = confidence(fit, relative);
    expect(nullSpace).toHaveLength(1);
    expect(nullSpace[0].map(Math.abs)).toBeAllClose([0.8, 0.6], { absolute: 1e-9 });
    expect(intervals[0]).toMatchObject({ low: null, high: null });
  });
});

it('intervals of a line are those of linear regression', async () => {
  const x = [0, 1, 2, 3, 4, 5];
  const y = [0.1, 0.9, 2.2, 2.9, 4.1, 4.8];
  const residuals = ([a, b]: Float64Array) => Float64Array.from(x, (at, i) => a + b * at - y[i]);
  const { intervals } = confidence(await leastSquares({ residuals }, [0, 0]), relative);
  const line = fitLine(x, y);
  expect([intervals[1].low ?? 0, intervals[1].high ?? 0]).toBeAllClose([line.low, line.high], {
    absolute: 1e-8,
  });
  expect(intervals[0].value).toBeCloseTo(line.intercept, 9);
});

it('tells the directions that a wide Jacobian does not feel', () => {
  const { rank, directions, singular } = sensitivity(
    matrix(1, 3, Float64Array.of(0, 2, 0)),
    relative,
  );
  expect(rank).toBe(1);
  expect(singular).toBeAllClose([2, 0, 0]);
  for (const one of directions.slice(1)) expect(Math.abs(one[1])).toBeLessThan(1e-12);
});
