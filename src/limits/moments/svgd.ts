/** Mean and covariance of particles under SVGD with the linear kernel, exact for any number of them. */
import { matrix, product, transposed } from '../../numerics/matrix.ts';
import type { Moments } from '../../numerics/moments.ts';
import { momentsAt, targetPrecision } from './moments.ts';

/**
 * The empirical moments at rising times, kernel ⟨x, y⟩ + 1 and target N(b, Q): with A = I − Q⁻¹(Σ + (μ − b)μᵀ),
 * μ̇ = Aμ − Q⁻¹(μ − b) and Σ̇ = AΣ + ΣAᵀ. Throws InputError where shapes do not
 * fit, and for a target without a precision.
 */
export function linearSvgdMoments(
  start: Moments,
  target: Moments,
  times: readonly number[],
): Moments[] {
  const d = start.mean.length;
  const precision = targetPrecision(target, start);
  const rates = ({ mean, covariance }: Moments): Moments => {
    const away = mean.map((value, k) => value - target.mean[k]);
    const second = covariance.data.map(
      (value, at) => value + away[Math.floor(at / d)] * mean[at % d],
    );
    const pull = product(precision, matrix(d, d, second)).data;
    const a = matrix(
      d,
      d,
      pull.map((value, at) => (at % (d + 1) === 0 ? 1 : 0) - value),
    );
    const stretched = product(a, covariance);
    const across = transposed(stretched).data;
    const moved = product(a, matrix(d, 1, mean)).data;
    const back = product(precision, matrix(d, 1, away)).data;
    return {
      mean: moved.map((value, k) => value - back[k]),
      covariance: matrix(
        d,
        d,
        stretched.data.map((value, at) => value + across[at]),
      ),
    };
  };
  return momentsAt(start, rates, times);
}
