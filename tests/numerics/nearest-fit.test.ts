/** Of all fits the nearest to a centre: on a line, on a curve, and with too much noise to fit at all. */
import { expect, it } from 'vitest';
import { leastSquares } from '../../src/numerics/least-squares.ts';
import { matrix } from '../../src/numerics/matrix.ts';
import { nearestFit } from '../../src/numerics/nearest-fit.ts';
import '../matchers.ts';

it('is Tikhonov’s in closed form, with and without derivatives', async () => {
  // min (3x + 4y − 10)²/δ² + |(x, y) − (1, 0)|²
  const residuals = ([x, y]: Float64Array) => Float64Array.of(3 * x + 4 * y - 10);
  const jacobian = () => matrix(1, 2, Float64Array.of(3, 4));
  for (const deviation of [1, 1e-3]) {
    const share = 7 / (deviation ** 2 + 25);
    const exact = [1 + 3 * share, 4 * share];
    for (const problem of [{ residuals, jacobian }, { residuals }])
      expect(await nearestFit(problem, [1, 0], deviation)).toBeAllClose(exact, { absolute: 1e-8 });
  }
});

it('goes to the nearest point of a curve, where plain least squares stop at any', async () => {
  const residuals = ([x, y]: Float64Array) => Float64Array.of(x * x + y * y - 4);
  const centre = [0.3, 0.1];
  const near = await nearestFit({ residuals }, centre, 1e-5);
  const length = Math.hypot(...centre);
  expect(near).toBeAllClose(
    centre.map((value) => (2 * value) / length),
    { absolute: 1e-8 },
  );
  // an ellipse, whose nearest point is on no ray
  const oval = ([x, y]: Float64Array) => Float64Array.of((x * x) / 9 + y * y - 1);
  const plain = (await leastSquares({ residuals: oval }, [2, 0.4])).values;
  const nearest = await nearestFit({ residuals: oval }, [2, 0.4], 1e-5);
  const away = (point: ArrayLike<number>) => Math.hypot(point[0] - 2, point[1] - 0.4);
  expect(away(nearest)).toBeLessThan(away(plain));
  // at right angles: (x − 2, y − 0.4) ∥ (x/9, y)
  const [x, y] = nearest;
  expect((x - 2) * y - ((y - 0.4) * x) / 9).toBeCloseTo(0, 8);
});

it('keeps within bounds', async () => {
  const residuals = ([x, y]: Float64Array) => Float64Array.of(x + y - 4);
  const near = await nearestFit({ residuals, high: [1, 9] }, [0, 0], 1e-4);
  expect(near).toBeAllClose([1, 3], { absolute: 1e-6 });
});
