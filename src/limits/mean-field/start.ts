/** The laws that limits start from, as options. */
import { z } from 'zod';
import { InputError } from '../../numerics/errors.ts';
import { numberBetween, wholeNumber } from '../../numerics/options.ts';
import type { MeanField } from './circle.ts';
import { type CircleLaw, cosineLaw, vonMisesLaw } from './circle-law.ts';

export const choice = <T extends string>(...names: [T, ...T[]]) =>
  z.enum(names, { error: `expected one of ${names.join(', ')}` });

/** What attracts whom, and where from. */
export const meanFieldOptions = {
  attention: choice('sa', 'usa').default('sa').describe('Softmax attention, or unnormalised'),
  beta: numberBetween(-100, 100).default(2).describe('Inverse temperature β'),
  kappa: numberBetween(1e-3, 1e9).optional().describe('Inverse noise κ; without it there is none'),
  law: choice('cosine', 'von_mises')
    .default('cosine')
    .describe('The start: density ∝ 1 + a cos kθ, or ∝ e^(c cos θ)'),
  mode: wholeNumber(1, 64).default(1).describe('k of the cosine law: density ∝ 1 + a cos kθ'),
  amplitude: numberBetween(0, 1).default(0.5).describe('a of the cosine law'),
  concentration: numberBetween(0, 200)
    .default(1)
    .describe('c of the von Mises law: density ∝ e^(c cos θ)'),
};

/** Checked by `checkTimes` too. */
export const timesOption = z
  .array(numberBetween(0, 1e4), { error: 'expected rising times such as [0, 1, 5]' })
  .min(1)
  .describe('When the law is looked at, rising');

const schema = z.strictObject(meanFieldOptions);
type Options = z.output<typeof schema>;

export function startLaw({ law, mode, amplitude, concentration }: Options): CircleLaw {
  return law === 'cosine' ? cosineLaw(mode, amplitude) : vonMisesLaw(concentration, 0, 256);
}

export const meanFieldOf = ({ attention, beta, kappa }: Options): MeanField => ({
  beta,
  kappa,
  coupling: attention === 'sa' ? 'softmax' : 'exponential',
});

/** Throws InputError (field `times`) where they do not rise. */
export function checkTimes(times: readonly number[]): void {
  const wrong = times.findIndex((time, i) => i > 0 && time <= times[i - 1]);
  if (wrong >= 0)
    throw new InputError(
      'times',
      `times has ${times[wrong]} after ${times[wrong - 1]}: expected rising times, sort them`,
    );
}
