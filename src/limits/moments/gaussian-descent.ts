/**
 * Gradient flows of KL(· | N(b, Q)) that keep Gaussians Gaussian: by transport (Langevin), by birth and death
 * (Fisher–Rao), by both (Hellinger–Kantorovich, Wasserstein–Fisher–Rao). Not of particles: dynamics/.
 */
import { type Matrix, matrix, product } from '../../numerics/matrix.ts';
import type { Moments } from '../../numerics/moments.ts';
import { type MomentRates, momentsAt, targetPrecision } from './moments.ts';

export type Descent = 'transport' | 'reaction' | 'both';

/** The reaction's factor in the metric ∫(|v|² + g²/4). */
const REACTION = 4;

/**
 * The Gaussian at rising times. Transport: Σ̇ = 2I − Q⁻¹Σ − ΣQ⁻¹, ṁ = −Q⁻¹(m − b) (Jordan, Kinderlehrer &
 * Otto 1998); reaction: Σ̇ = 4(Σ − ΣQ⁻¹Σ), ṁ = −4ΣQ⁻¹(m − b); both: their sum (Liero, Mielke, arXiv
 * 1508.07941; Lu, Lu & Nolen, arXiv 1905.09863). Throws InputError where shapes do not fit, and for a target without a precision.
 */
export function gaussianDescent(
  start: Moments,
  target: Moments,
  part: Descent,
  times: readonly number[],
): Moments[] {
  const precision = targetPrecision(target, start);
  return momentsAt(start, descentRates(target, precision, part), times);
}

function descentRates(target: Moments, precision: Matrix, part: Descent): MomentRates {
  const [moves, reacts] = [part === 'reaction' ? 0 : 1, part === 'transport' ? 0 : REACTION];
  return ({ mean, covariance }) => {
    const d = mean.length;
    const away = matrix(
      d,
      1,
      mean.map((value, k) => value - target.mean[k]),
    );
    const pull = product(precision, away).data;
    const death = product(covariance, matrix(d, 1, pull)).data;
    const left = product(precision, covariance).data;
    const squeezed = product(covariance, matrix(d, d, left)).data;
    const spread = (k: number, l: number) =>
      moves * ((k === l ? 2 : 0) - left[k * d + l] - left[l * d + k]) +
      reacts * (covariance.data[k * d + l] - squeezed[k * d + l]);
    return {
      mean: mean.map((_, k) => -moves * pull[k] - reacts * death[k]),
      covariance: matrix(
        d,
        d,
        Float64Array.from({ length: d * d }, (_, at) => spread(Math.floor(at / d), at % d)),
      ),
    };
  };
}
