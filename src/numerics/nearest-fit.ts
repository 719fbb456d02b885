/**
 * Least squares where data alone may not decide: the fit that is nearest to a centre. Not what data leave open
 * of it: confidence.ts.
 */
import { type LeastSquaresProblem, leastSquares } from './least-squares.ts';
import { type Matrix, matrix } from './matrix.ts';

type Values = Float64Array;

/** Deviations on the way to small ones: each search begins where the last one ended, which need not be sharp. */
const WAY = [0.1, 0.01, 1e-3, 1e-4, 1e-5, 1e-6];
const ROUGH = 1e-3;

/**
 * argmin |r(x)|²/δ² + |x − c|², the most likely x for residuals of deviation δ and x of deviation one about the
 * centre c (Tikhonov). With a small δ it is near the fit that is nearest to c. From c by larger δ, or at once
 * from a `start` that fits. Tolerance and errors as those of `leastSquares`.
 */
export async function nearestFit(
  problem: LeastSquaresProblem,
  centre: ArrayLike<number>,
  deviation: number,
  tolerance?: number,
  start?: ArrayLike<number>,
): Promise<Values> {
  const middle = Float64Array.from(centre);
  let values: Values = Float64Array.from(start ?? centre);
  for (const now of start ? [] : WAY.filter((one) => one > deviation))
    values = (await leastSquares(drawnTo(middle, problem, now), values, ROUGH)).values;
  return (await leastSquares(drawnTo(middle, problem, deviation), values, tolerance)).values;
}

/** The residuals over δ, and x − c below them. */
function drawnTo(
  centre: Values,
  problem: LeastSquaresProblem,
  deviation: number,
): LeastSquaresProblem {
  const { residuals, jacobian, ...bounds } = problem;
  return {
    ...bounds,
    async residuals(values) {
      const own = await residuals(values);
      const both = new Float64Array(own.length + values.length);
      both.set(own.map((value) => value / deviation));
      both.set(
        values.map((value, i) => value - centre[i]),
        own.length,
      );
      return both;
    },
    ...(jacobian && { jacobian: (values: Values) => withIdentity(jacobian(values), deviation) }),
  };
}

/** J/δ over I. */
function withIdentity({ rows, columns, data }: Matrix, deviation: number): Matrix {
  const both = matrix(rows + columns, columns);
  both.data.set(data.map((value) => value / deviation));
  for (let k = 0; k < columns; k++) both.data[(rows + k) * columns + k] = 1;
  return both;
}
