/** Attention with noise: dx = P(v dt + √(2/κ) ∘ dW), Stratonovich. */
import type { Dynamics } from './dynamics.ts';
import { ATTENTION, EXPONENTIAL_BETA, KEY, numberOf, QUERY, VALUE } from './parameters.ts';
import { ATTENTION_PROPERTIES, chosenCoupling, singleHead } from './single-head.ts';

export const noisy: Dynamics = {
  name: 'noisy',
  title: 'Attention with noise',
  help: 'Attention plus Brownian motion on the sphere: below a critical κ the uniform law is stable.',
  citation: 'arXiv 2512.01868',
  space: 'sphere',
  parameters: [
    { ...ATTENTION, default: 'usa' },
    EXPONENTIAL_BETA,
    {
      type: 'number',
      name: 'kappa',
      title: 'Inverse noise κ',
      help: 'The noise has the strength √(2/κ), its generator is Δ/κ.',
      unit: '',
      default: 10,
      minimum: 1e-6,
      maximum: 1e12,
      integer: false,
    },
    QUERY,
    KEY,
    VALUE,
  ],
  properties: { ...ATTENTION_PROPERTIES, energy: 'increases' },
  interaction: (parameters, d) =>
    singleHead({ coupling: chosenCoupling(parameters) }, parameters, d),
  noise: (parameters) => Math.sqrt(2 / numberOf(parameters, 'kappa')),
};
