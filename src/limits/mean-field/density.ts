/**
 * The mean field on the circle as a limit of its own: the density at some times, how fast its modes grow,
 * and whether noise keeps the uniform law stable.
 */
import { z } from 'zod';
import { parseOptions } from '../../numerics/options.ts';
import { criticalKappa, growthRate, solveOnCircle } from './circle.ts';
import { degreeOf, densityOnGrid, resultant } from './circle-law.ts';
import { checkTimes, meanFieldOf, meanFieldOptions, startLaw, timesOption } from './start.ts';

export const densitySchema = z.strictObject({
  ...meanFieldOptions,
  times: timesOption.default([0, 0.25, 0.5, 1]),
});

export type DensityOptions = z.input<typeof densitySchema>;

/** The law of n → ∞ on the circle at some times, and what noise does to the uniform one. */
export interface DensityLimit {
  readonly settings: z.output<typeof densitySchema>;
  readonly times: readonly number[];
  /** Radians from −π, and the density there at every time. */
  readonly angles: readonly number[];
  readonly densities: readonly (readonly number[])[];
  /** |∫ e^{iθ} dμ| at every time. */
  readonly resultants: readonly number[];
  /** Fourier modes that the density needed. */
  readonly degrees: readonly number[];
  /** Rates at which the modes 1, 2, … of a small perturbation of the uniform law grow. */
  readonly growthRates: readonly number[];
  /** κ above which the uniform law is unstable. */
  readonly criticalKappa: number;
}

const POINTS = 256;
const MODES = 12;

/**
 * The density on the circle at the times by `solveOnCircle`, its modes' growth rates at the uniform law, and
 * κ_c (docs/theory.md §4.8). Throws InputError for options that do not fit, ConvergenceError where the
 * density is too sharp for modes.
 */
export function densityLimit(options: DensityOptions = {}): DensityLimit {
  const settings = parseOptions(densitySchema, options);
  const { times } = settings;
  checkTimes(times);
  const field = meanFieldOf(settings);
  const laws = solveOnCircle(startLaw(settings), { ...field, times }).map(({ law }) => law);
  return {
    settings,
    times,
    angles: Array.from({ length: POINTS }, (_, g) => -Math.PI + (2 * Math.PI * g) / POINTS),
    densities: laws.map((law) => [...densityOnGrid(law, POINTS)]),
    resultants: laws.map(resultant),
    degrees: laws.map(degreeOf),
    growthRates: Array.from({ length: MODES }, (_, k) => growthRate(k + 1, field)),
    criticalKappa: criticalKappa(field),
  };
}
