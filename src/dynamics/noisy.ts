/** Attention with noise: dx = P(v dt + √(2/κ) ∘ dW), Stratonovich. */
import type { Dynamics } from './dynamics.ts';
import { KAPPA, strengthOf } from './noise.ts';
import {
  ATTENTION,
  betaOf,
  KEY,
  numberOf,
  QUERY,
  SIGNED_EXPONENTIAL_BETA,
  VALUE,
} from './parameters.ts';
import { ATTENTION_PROPERTIES, chosenCoupling, singleHead } from './single-head.ts';

export const noisy: Dynamics = {
  name: 'noisy',
  title: 'Attention with noise',
  help: 'Attention plus Brownian motion on the sphere: below a critical κ the uniform law is stable.',
  citation: 'arXiv 2512.01868',
  space: 'sphere',
  parameters: [{ ...ATTENTION, default: 'usa' }, SIGNED_EXPONENTIAL_BETA, KAPPA, QUERY, KEY, VALUE],
  energyBeta: betaOf,
  properties: { ...ATTENTION_PROPERTIES, energy: 'increases' },
  interaction: (parameters, d) =>
    singleHead({ coupling: chosenCoupling(parameters) }, parameters, d),
  noise: (parameters) => strengthOf(numberOf(parameters, 'kappa')),
};
