/** Kernels k(x, y) of sampling dynamics, with their slope. Not the dynamics. */
import { exp, log } from '../numerics/elementary.ts';
import type { ChoiceParameter, NumberParameter } from '../numerics/parameters.ts';
import { median } from '../numerics/statistics.ts';
import type { Particles } from './dynamics.ts';

/** A kernel k(x, y) = φ(|x − y|²), with ∇_y k = 2φ′ (y − x). */
export interface RadialKernel {
  /** φ at r². */
  value(square: number): number;
  /** 2φ′ where φ has this value: the loop over pairs has it already. */
  slope(value: number): number;
}

export const KERNEL: ChoiceParameter = {
  type: 'choice',
  name: 'kernel',
  title: 'Kernel',
  help: 'rbf: e^{−|x−y|²/2h}; imq: (h + |x−y|²)^{−1/2}; linear: ⟨x, y⟩ + 1.',
  unit: '',
  default: 'rbf',
  choices: ['rbf', 'imq', 'linear'],
};

export const BANDWIDTH: NumberParameter = {
  type: 'number',
  name: 'bandwidth',
  title: 'Bandwidth h',
  help: 'Of rbf and imq; 0 takes the median rule at every moment: 2h = m / log(n + 1), m the median of |x_i − x_j|² over all pairs i < j.',
  unit: '',
  default: 0,
  minimum: 0,
  maximum: 1e12,
  integer: false,
};

/** e^{−r²/2h}; on unit vectors e^{−1/h} e^{⟨x, y⟩/h}, the coupling of unnormalised attention at β = 1/h. */
const rbf = (h: number): RadialKernel => ({
  value: (square) => exp(-square / (2 * h)),
  slope: (value) => -value / h,
});

/** Inverse multiquadric (Gorham & Mackey, arXiv 1703.01717), whose tails do not vanish. */
const imq = (h: number): RadialKernel => ({
  value: (square) => 1 / Math.sqrt(h + square),
  slope: (value) => -value * value * value,
});

const RADIAL: Readonly<Record<string, (h: number) => RadialKernel>> = { rbf, imq };

/** The kernel of that name with that bandwidth, or by the median rule; null for the linear one. */
export function radialKernel(
  name: string,
  bandwidth: number,
  particles: Particles,
): RadialKernel | null {
  return RADIAL[name]?.(bandwidth > 0 ? bandwidth : medianBandwidth(particles)) ?? null;
}

/**
 * h with 2h = median_{i<j} |x_i − x_j|² / log(n + 1), so that (n + 1) k = 1 at the median distance; 1 where
 * all coincide. The paper (arXiv 1608.04471, section 5) has log n; log(n + 1) is its authors' code, where
 * the median is over all i and j.
 */
export function medianBandwidth({ n, d, positions }: Particles): number {
  const squares = new Float64Array((n * (n - 1)) / 2);
  let at = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++) {
      let square = 0;
      for (let k = 0; k < d; k++) square += (positions[i * d + k] - positions[j * d + k]) ** 2;
      squares[at++] = square;
    }
  const middle = median(squares);
  return middle > 0 ? middle / (2 * log(n + 1)) : 1;
}
