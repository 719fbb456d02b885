/** Repulsion: attention with V = −I. */
import type { Dynamics } from './dynamics.ts';
import { ATTENTION, betaOf, EXPONENTIAL_BETA } from './parameters.ts';
import { ATTENTION_PROPERTIES, chosenCoupling, singleHead } from './single-head.ts';

export const repulsion: Dynamics = {
  name: 'repulsion',
  title: 'Repulsion',
  help: 'Attention with V = −I: tokens move away from those they listen to, and the energy falls.',
  citation: 'arXiv 2312.10794, section 9',
  space: 'sphere',
  parameters: [ATTENTION, EXPONENTIAL_BETA],
  energyBeta: betaOf,
  properties: { ...ATTENTION_PROPERTIES, energy: 'decreases', keepsCones: false },
  interaction: (parameters, d) =>
    singleHead({ coupling: chosenCoupling(parameters), sign: -1 }, parameters, d),
};
