/**
 * The parameter of noise: Brownian motion with generator Δ/κ, on the sphere or in R^d, independent for every
 * particle. Not its steps: geometry/brownian.ts and integrators/noise.ts.
 */
import type { NumberParameter } from '../numerics/parameters.ts';

export const KAPPA: NumberParameter = {
  type: 'number',
  name: 'kappa',
  title: 'Inverse noise κ',
  help: 'The noise has the strength √(2/κ), its generator is Δ/κ.',
  unit: '',
  default: 10,
  minimum: 1e-6,
  maximum: 1e12,
  integer: false,
};

/** √(2/κ) */
export const strengthOf = (kappa: number): number => Math.sqrt(2 / kappa);
